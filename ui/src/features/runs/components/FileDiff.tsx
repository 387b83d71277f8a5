/** What changed in a file between two runs. */
import { useState } from "react";
import { Button } from "@/ui/Button";
import { count } from "@/ui/format";
import type { Comparison } from "../api";
import styles from "../diff.module.css";

const SHOWN_LINES = 200;

export function FileDiff({ change }: { readonly change: Comparison["code"][number] }) {
  const [whole, setWhole] = useState(false);
  const lines = whole ? change.lines : change.lines.slice(0, SHOWN_LINES);
  const added = change.lines.filter((line) => line.startsWith("+")).length;
  const removed = change.lines.filter((line) => line.startsWith("-")).length;
  return (
    <details className={styles.file} open={change.lines.length <= SHOWN_LINES}>
      <summary>
        <code>{change.file}</code>{" "}
        <span className="hint">
          {change.change} · +{added} −{removed}
        </span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <pre tabIndex={0}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff never move
          <span key={index} className={styles[LINES[line[0] ?? ""] ?? "same"]}>
            {line || " "}
            {"\n"}
          </span>
        ))}
      </pre>
      {lines.length < change.lines.length ? (
        <Button look="bare" onClick={() => setWhole(true)}>
          Show {count(change.lines.length - lines.length)} more lines
        </Button>
      ) : null}
    </details>
  );
}

const LINES: Record<string, string> = { "+": "added", "-": "removed", "@": "place" };
