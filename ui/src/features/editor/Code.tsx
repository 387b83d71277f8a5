/** The editor itself: what it takes is loaded when the first one is shown. */
import {
  Annotation,
  Compartment,
  EditorState,
  Prec,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, tooltips } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { formatsOnSave, loadHelp } from "@/features/languages";
import styles from "./editor.module.css";
import { keep, kept } from "./keeping";
import type { Language } from "./languages";
import { type Column, columnsOf, extensionsOf, KEPT_FIELDS, whenLoaded } from "./setup";
import { NO_SOURCES, type SqlSources } from "./sqlCompletion";

export interface EditorKey {
  /** In CodeMirror's words: `Shift-Enter`, `Mod-s`. */
  readonly key: string;
  readonly act: () => void;
}

export interface CodeFile {
  readonly project: string;
  readonly path: string;
  readonly onGo: (path: string, line: number) => void;
}

export interface CodeProps {
  /** Names what is edited; its undo is kept under it. */
  readonly name: string;
  readonly language: Language;
  readonly text: string;
  readonly label: string;
  readonly readOnly?: boolean;
  readonly keys?: readonly EditorKey[];
  readonly columns?: readonly Column[];
  readonly sources?: SqlSources | undefined;
  /** The file that is edited, for the language servers of its project; `onGo` shows a place in another file. */
  readonly file?: CodeFile | undefined;
  /** A line to mark, counted from 1. */
  readonly wrongLine?: number | undefined;
  /** Puts the cursor on a line; another `turn` does it again. */
  readonly goTo?: { readonly line: number; readonly turn: number } | undefined;
  readonly focusTurn?: number | undefined;
  /** What one had done before the page was loaded, from ``onHistory``. */
  readonly history?: unknown;
  readonly onChange: (text: string) => void;
  readonly onHistory?: (history: unknown) => void;
  readonly onLeave?: () => void;
  readonly onFocus?: () => void;
}

const fromOutside = Annotation.define<boolean>();
const setWrong = StateEffect.define<number | undefined>();
const HISTORY_MS = 700;
/** The editor first, then who helps in it. */
const HELP_MS = 300;
const SAVE = "Mod-s";

const wrongLine = StateField.define({
  create: () => Decoration.none,
  update: (marks, change) => {
    for (const effect of change.effects) {
      if (!effect.is(setWrong)) continue;
      const builder = new RangeSetBuilder<Decoration>();
      if (effect.value !== undefined && effect.value >= 1 && effect.value <= change.state.doc.lines) {
        const { from } = change.state.doc.line(effect.value);
        builder.add(from, from, Decoration.line({ class: "cm-wrong", attributes: { "data-wrong": "true" } }));
      }
      return builder.finish();
    }
    return marks.map(change.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function Code(props: CodeProps) {
  const { name, language, text, label, readOnly = false, wrongLine: wrong, goTo, focusTurn } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const own = new Compartment();
    const helping = new Compartment();
    const incoming = {
      columns: () => latest.current.columns ?? [],
      sql: () => latest.current.sources ?? NO_SOURCES,
    };
    const extensions = own.of([
      // Not within the pane, which would cut them off; in a dialog they would lie behind it.
      tooltips({ parent: parent.closest("dialog") ?? document.body }),
      wrongLine,
      Prec.highest(keymap.of((latest.current.keys ?? []).map(({ key }) => ({ key, run: () => press(key) })))),
      extensionsOf({
        language,
        label,
        readOnly,
        incoming,
        around: [
          helping.of([]),
          EditorView.updateListener.of((update) => {
            if (update.focusChanged && update.view.hasFocus) latest.current.onFocus?.();
            if (!update.docChanged || update.transactions.some((change) => change.annotation(fromOutside))) return;
            latest.current.onChange(update.state.doc.toString());
            clearTimeout(timer);
            timer = setTimeout(() => tellHistory(update.view), HISTORY_MS);
          }),
        ],
      }),
      // Behind every other use of Esc: what is open closes first.
      Prec.lowest(keymap.of([{ key: "Escape", run: leave }])),
    ]);
    const state = restored(name, latest.current, extensions);
    const made = new EditorView({ state, parent });
    view.current = made;
    whenLoaded(made, language, incoming);
    // What is only looked at needs no help, and whoever may not change it gets none.
    const waits = language === "python" && latest.current.file && !readOnly ? setTimeout(help, HELP_MS) : undefined;
    return () => {
      clearTimeout(timer);
      clearTimeout(waits);
      keep(name, made.state);
      made.destroy();
      view.current = undefined;
    };

    async function help(): Promise<void> {
      // Without a server it cannot be fetched: one types on without it.
      const loaded = await loadHelp().catch(() => undefined);
      const { file } = latest.current;
      if (!loaded || !file || view.current !== made) return;
      const more = [columnsOf(incoming.columns)];
      const onGo = (path: string, line: number) => latest.current.file?.onGo(path, line);
      made.dispatch({
        effects: helping.reconfigure(loaded.helpOf({ project: file.project, path: file.path, more, onGo })),
      });
    }
    function press(key: string): boolean {
      const { file, keys } = latest.current;
      const act = () => keys?.find((each) => each.key === key)?.act();
      if (key === SAVE && file && language === "python" && formatsOnSave())
        void loadHelp()
          .then(({ formatNow }) => formatNow(made, file))
          .finally(act);
      else act();
      return true;
    }
    function leave(): boolean {
      made.contentDOM.blur();
      latest.current.onLeave?.();
      return true;
    }
    function tellHistory({ state: now }: EditorView): void {
      latest.current.onHistory?.(now.toJSON(KEPT_FIELDS));
    }
  }, [name, language, label, readOnly]);

  useEffect(() => {
    const shown = view.current;
    if (!shown || shown.state.doc.toString() === text) return;
    shown.dispatch({ changes: difference(shown.state.doc.toString(), text), annotations: fromOutside.of(true) });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({ effects: setWrong.of(wrong) });
  }, [wrong]);

  const turn = goTo?.turn;
  const line = goTo?.line;
  useEffect(() => {
    const shown = view.current;
    if (!shown || line === undefined || turn === undefined) return;
    const { from, text: words } = shown.state.doc.line(Math.max(1, Math.min(line, shown.state.doc.lines)));
    const at = from + (words.length - words.trimStart().length);
    shown.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    shown.focus();
  }, [line, turn]);

  useEffect(() => {
    if (focusTurn) view.current?.focus();
  }, [focusTurn]);

  return <div ref={place} className={styles.editor} />;
}

function restored(
  name: string,
  { text, history }: CodeProps,
  extensions: import("@codemirror/state").Extension,
): EditorState {
  const before = kept(name, text);
  const json = before?.toJSON(KEPT_FIELDS) ?? history;
  const state = fromKept(json, text, extensions);
  return state ?? EditorState.create({ doc: text, extensions });
}

function fromKept(
  json: unknown,
  text: string,
  extensions: import("@codemirror/state").Extension,
): EditorState | undefined {
  if (typeof json !== "object" || json === null || (json as { doc?: unknown }).doc !== text) return undefined;
  try {
    return EditorState.fromJSON(json, { extensions }, KEPT_FIELDS);
  } catch {
    return undefined; // kept by another version of the editor
  }
}

/** Only what differs is replaced, so that the cursor stays where it is. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
