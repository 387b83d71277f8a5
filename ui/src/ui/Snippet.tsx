/** Text to take along: a command, a token, an address; copied by its button. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./Button";
import styles from "./snippet.module.css";
import { announce } from "./toasts";

const SHOWN_MS = 2_000;

interface SnippetProps {
  /** What it is, for readers and on the button. */
  readonly label: string;
  readonly text: string;
}

export function Snippet({ label, text }: SnippetProps) {
  return (
    <div className={styles.snippet} role="group" aria-label={label}>
      <pre>{text}</pre>
      <CopyButton label={`Copy ${label}`} text={text} />
    </div>
  );
}

export function CopyButton({ label, text }: SnippetProps) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      announce("Copied.");
    } catch {
      announce("The browser did not let it be copied: select the text instead.", { urgent: true });
    }
  };
  return (
    <IconButton label={label} onClick={() => void copy()}>
      {done ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
    </IconButton>
  );
}
