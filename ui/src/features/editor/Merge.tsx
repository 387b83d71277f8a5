/** Two texts side by side; the right one is edited. */
import { MergeView } from "@codemirror/merge";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import styles from "./editor.module.css";
import type { Language } from "./languages";
import { extensionsOf, whenLoaded } from "./setup";
import { NO_SOURCES } from "./sqlCompletion";

export interface MergeProps {
  readonly theirs: string;
  readonly text: string;
  readonly language: Language;
  readonly onChange: (text: string) => void;
}

export function Merge({ theirs, text, language, onChange }: MergeProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (!place.current) return;
    const incoming = { columns: () => [], sql: () => NO_SOURCES };
    const shared = { language, incoming };
    const view = new MergeView({
      a: { doc: theirs, extensions: extensionsOf({ ...shared, label: "On the server", readOnly: true, around: [] }) },
      b: {
        doc: text,
        extensions: extensionsOf({
          ...shared,
          label: "Merged",
          readOnly: false,
          around: [
            EditorView.updateListener.of((update) => {
              if (update.docChanged) latest.current(update.state.doc.toString());
            }),
          ],
        }),
      },
      parent: place.current,
    });
    for (const half of [view.a, view.b]) whenLoaded(half, language, incoming);
    return () => view.destroy();
  }, [theirs, text, language]);
  return <div ref={place} className={styles.merge} />;
}
