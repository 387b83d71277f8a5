/** CodeMirror as it is everywhere here: its parts, its look from the page's tokens, its languages. */
import {
  autocompletion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyField, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  type LanguageSupport,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Language } from "./languages";
import { type SqlSources, sqlCompletion } from "./sqlCompletion";

/** Python is there at once; the others come with the first file of theirs. */
const SUPPORT: Record<Language, () => Promise<LanguageSupport | undefined>> = {
  python: async () => python(),
  sql: async () => {
    const { PostgreSQL, sql } = await import("@codemirror/lang-sql");
    return sql({ dialect: PostgreSQL, upperCaseKeywords: true });
  },
  yaml: async () => (await import("@codemirror/lang-yaml")).yaml(),
  markdown: async () => (await import("@codemirror/lang-markdown")).markdown(),
  r: async () => undefined,
  text: async () => undefined,
};

const loaded = new Map<Language, LanguageSupport | undefined>([["python", python()]]);

export function supportOf(language: Language): LanguageSupport | undefined {
  return loaded.get(language);
}

export async function loadSupport(language: Language): Promise<LanguageSupport | undefined> {
  if (!loaded.has(language)) loaded.set(language, await SUPPORT[language]());
  return loaded.get(language);
}

/** The random word of this page, without which its policy refuses the editor's styles. */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property='csp-nonce']")?.nonce ?? "";
}

const LOOK = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { padding: "6px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 10px 0 4px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "34px", padding: "0 8px 0 4px" },
  ".cm-foldGutter .cm-gutterElement": { width: "10px", cursor: "pointer", opacity: "0" },
  "&:hover .cm-foldGutter .cm-gutterElement": { opacity: "1" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--run) 20%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--warn) 18%, transparent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--ink) 14%, transparent)",
    outline: "0",
  },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--warn) 30%, transparent)" },
  ".cm-foldPlaceholder": { background: "var(--sunken)", border: "0", color: "var(--ink-3)", padding: "0 6px" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow)",
  },
  ".cm-tooltip-autocomplete > ul > li": { lineHeight: "22px", padding: "0 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--sunken)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-textfield": { border: "1px solid var(--line-2)", borderRadius: "var(--radius)", background: "var(--surface)" },
  ".cm-button": {
    background: "var(--surface)",
    border: "1px solid var(--line-2)",
    borderRadius: "var(--radius)",
    color: "var(--ink)",
  },
  ".cm-wrong": { backgroundColor: "color-mix(in srgb, var(--fail) 11%, transparent)" },
  ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px solid var(--fail)" },
  ".cm-lintRange-warning": { backgroundImage: "none", borderBottom: "2px dotted var(--warn)" },
  ".cm-lintRange-info, .cm-lintRange-hint": { backgroundImage: "none", borderBottom: "1px dotted var(--ink-3)" },
  ".cm-diagnostic": { padding: "4px 10px", fontFamily: "var(--sans)", maxWidth: "60ch" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--fail)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnostic-info, .cm-diagnostic-hint": { borderLeftColor: "var(--line-2)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 2px" },
  // Also told apart by their form.
  ".cm-lint-marker": { width: "9px", height: "9px", marginTop: "6px" },
  ".cm-lint-marker-error": { content: "none", background: "var(--fail)" },
  ".cm-lint-marker-warning": { content: "none", background: "var(--warn)", borderRadius: "50%" },
  ".cm-lint-marker-info, .cm-lint-marker-hint": { content: "none", border: "1px solid var(--ink-3)" },
  ".cm-told": { maxWidth: "72ch", maxHeight: "320px", overflow: "auto", padding: "6px 10px" },
  ".cm-told pre": { margin: "0", font: "400 12px / 18px var(--mono)", whiteSpace: "pre-wrap" },
  ".cm-told p": { margin: "6px 0 0", font: "400 13px / 18px var(--sans)", whiteSpace: "pre-wrap" },
  ".cm-tooltip.cm-completionInfo": { padding: "0" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--warn) 10%, transparent) !important" },
  ".cm-changedText": { background: "color-mix(in srgb, var(--warn) 28%, transparent) !important" },
});

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** What completion may offer of what comes in. */
export interface Incoming {
  readonly columns: () => readonly Column[];
  readonly sql: () => SqlSources;
}

/** `df["` offers the columns of what comes in. */
export function columnsOf(columns: () => readonly Column[]) {
  return (context: CompletionContext) => {
    const before = context.matchBefore(/\[\s*(['"])[^'"]*$/);
    if (!before) return null;
    const quote = before.text.search(/['"]/);
    return {
      from: before.from + quote + 1,
      options: columns().map(({ name, type }) => ({ label: name, detail: type, type: "property" })),
      validFor: /^[^'"]*$/,
    };
  };
}

/** Filled again when the language is there. */
export const languagePart = new Compartment();

export function languageExtensions(language: Language, incoming: Incoming): Extension {
  const support = supportOf(language);
  const autocomplete = language === "sql" ? sqlCompletion(incoming.sql) : columnsOf(incoming.columns);
  return support ? [support, support.language.data.of({ autocomplete })] : [];
}

/** For a view whose language was not there when it was made. */
export function whenLoaded(view: EditorView, language: Language, incoming: Incoming): void {
  if (supportOf(language)) return;
  void loadSupport(language).then(() => {
    if (view.dom.isConnected)
      view.dispatch({ effects: languagePart.reconfigure(languageExtensions(language, incoming)) });
  });
}

/** Typing over a selection is done by us: the browser would carry the old text's look over by a style in an attribute,
 * which the page's policy refuses. */
const typedOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data, inputType, isComposing } = event;
    const { from, to, empty } = view.state.selection.main;
    if (inputType !== "insertText" || !data || isComposing || empty || view.state.readOnly) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), {
        userEvent: data.length > 1 ? "input.paste" : "input.type",
        scrollIntoView: true,
      });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

interface Wishes {
  readonly language: Language;
  readonly label: string;
  readonly readOnly: boolean;
  readonly incoming: Incoming;
  readonly around: readonly Extension[];
}

export function extensionsOf({ language, label, readOnly, incoming, around }: Wishes): Extension[] {
  return [
    EditorView.cspNonce.of(nonce()),
    ...around,
    typedOver,
    lineNumbers(),
    foldGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentOnInput(),
    indentUnit.of(language === "python" ? "    " : "  "),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false }),
    rectangularSelection(),
    crosshairCursor(),
    highlightSelectionMatches(),
    search({ top: false }),
    syntaxHighlighting(classHighlighter),
    LOOK,
    languagePart.of(languageExtensions(language, incoming)),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter" && key !== "Alt-Enter"),
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
}

export const KEPT_FIELDS = { history: historyField };
