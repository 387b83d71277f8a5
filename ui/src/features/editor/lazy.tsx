/** An editor, or until one is needed the text in its place, line by line as high. */
import { lazy, Suspense, useEffect, useState } from "react";
import type { CodeProps } from "./Code";
import styles from "./editor.module.css";
import type { Piece } from "./highlighted";
import type { Language } from "./languages";
import type { MergeProps } from "./Merge";
import type { MergeDialogProps } from "./MergeDialog";

const load = () => import("./Code");
const Code = lazy(() => load().then((module) => ({ default: module.Code })));

const Merge = lazy(() => import("./Merge").then((module) => ({ default: module.Merge })));

const Dialog = lazy(() => import("./MergeDialog").then((module) => ({ default: module.MergeDialog })));

/** Fetched before it is asked for, so that the first key is not waited for. */
export function preloadEditor(): void {
  void load();
  void import("./highlighted");
}

export function CodeEditor(props: CodeProps) {
  return (
    <Suspense fallback={<StaticCode text={props.text} language={props.language} />}>
      <Code {...props} />
    </Suspense>
  );
}

export function MergeEditor(props: MergeProps) {
  return (
    <Suspense fallback={<StaticCode text={props.text} language={props.language} />}>
      <Merge {...props} />
    </Suspense>
  );
}

export function MergeDialog(props: MergeDialogProps) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}

/** More lines are cut: whoever wants them opens the editor. */
const MOST_LINES = 400;

export function StaticCode({
  text,
  language,
  wrongLine,
}: {
  readonly text: string;
  readonly language: Language;
  readonly wrongLine?: number | undefined;
}) {
  const [lines, setLines] = useState<readonly (readonly Piece[])[]>();
  useEffect(() => {
    let wanted = true;
    void import("./highlighted")
      .then(({ highlighted }) => highlighted(text, language))
      .then((found) => {
        if (wanted) setLines(found.slice(0, MOST_LINES));
      });
    return () => {
      wanted = false;
    };
  }, [text, language]);
  const plain = text.split("\n").slice(0, MOST_LINES);
  return (
    <pre className={styles.still}>
      {plain.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
        <div key={index} className={index + 1 === wrongLine ? styles.wrong : undefined}>
          <span className={styles.number} aria-hidden>
            {index + 1}
          </span>
          <code>
            {(lines?.[index] ?? [{ text: line, look: "" }]).map((piece, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces are made anew with their text
              <span key={place} className={piece.look}>
                {piece.text}
              </span>
            ))}
          </code>
        </div>
      ))}
    </pre>
  );
}
