/** What language servers give an editor: completion, what a name is, signatures, what is wrong, formatting, definitions.
 * Loaded behind the editor itself. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  closeCompletion,
  completionStatus,
} from "@codemirror/autocomplete";
import { globalCompletion, localCompletionSource } from "@codemirror/lang-python";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { type Link, linkOf } from "./link";
import { type Completion, type Finding, offsetOf, pieces, type Signature, spotOf } from "./model";

export interface Help {
  readonly project: string;
  readonly path: string;
  /** Also offered, as columns of what comes in. */
  readonly more: readonly CompletionSource[];
  readonly onGo: (path: string, line: number) => void;
}

export function helpOf({ project, path, more, onGo }: Help): Extension {
  const link = linkOf(project);
  return [
    opened(link, path),
    autocompletion({ icons: false, override: [completions(link, path), ...more] }),
    hoverTooltip((view, at) => hovered(link, path, view, at), { hideOnChange: true, hoverTime: 350 }),
    signatures(link, path),
    lintGutter({ hoverTime: 200 }),
    keymap.of([
      { key: "Shift-Alt-f", run: (view) => begin(formatted(link, path, view)) },
      { key: "F12", run: (view) => begin(definition(link, path, view, onGo)) },
    ]),
    EditorView.contentAttributes.of({ "aria-keyshortcuts": "Control+Space Control+Shift+Space F12 Shift+Alt+F F8" }),
  ];
}

const begin = (work: Promise<unknown>): boolean => {
  void work;
  return true;
};

/** Format the text as it stands; what was typed meanwhile is not undone, then nothing happens. */
export async function formatNow(view: EditorView, { project, path }: Pick<Help, "project" | "path">): Promise<void> {
  await formatted(linkOf(project), path, view);
}

async function formatted(link: Link, path: string, view: EditorView): Promise<void> {
  const { doc } = view.state;
  const edits = view.state.readOnly ? null : await link.ask("format", path);
  if (!edits?.length || view.state.doc !== doc) return;
  const changes = edits.map(({ start, end, text }) => ({
    from: offsetOf(doc, start),
    to: offsetOf(doc, end),
    insert: text,
  }));
  view.dispatch({ changes, userEvent: "input.format" });
}

async function definition(link: Link, path: string, view: EditorView, onGo: Help["onGo"]): Promise<void> {
  const places = await link.ask("definition", path, spotOf(view.state.doc, view.state.selection.main.head));
  const place = places?.[0];
  if (!place) return;
  if (place.path !== path) {
    onGo(place.path, place.spot.line + 1);
    return;
  }
  const at = offsetOf(view.state.doc, place.spot);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
}

/** Shows the text to the servers, and what they find wrong in the text. */
function opened(link: Link, path: string): Extension {
  return ViewPlugin.fromClass(
    class {
      readonly document: { changed(): void; close(): void };
      constructor(view: EditorView) {
        this.document = link.open(
          path,
          () => view.state.doc.toString(),
          (items) => {
            const found = items.map((item) => diagnosticOf(view, item));
            // Never within an update of the view.
            queueMicrotask(() => view.dispatch(setDiagnostics(view.state, found)));
          },
        );
      }
      update(update: ViewUpdate): void {
        if (update.docChanged) this.document.changed();
      }
      destroy(): void {
        this.document.close();
      }
    },
  );
}

function diagnosticOf(view: EditorView, { start, end, message, severity, source, rule }: Finding): Diagnostic {
  const { doc } = view.state;
  const from = offsetOf(doc, start);
  const to = Math.max(from, offsetOf(doc, end));
  return { from, to, severity, message: rule ? `${message} (${source} ${rule})` : `${message} (${source})` };
}

function completions(link: Link, path: string): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\p{L}\p{N}_]+/u);
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!word && before !== "." && !context.explicit) return null;
    if (!link.live) return fromTheTextAlone(context);
    const answer = await link.ask("complete", path, spotOf(context.state.doc, context.pos));
    if (!answer?.items.length || context.aborted) return null;
    const from = word?.from ?? context.pos;
    const { doc } = context.state;
    return {
      from,
      options: answer.items.map((item, place) => ({
        label: item.label,
        detail: brief(item.detail),
        type: item.kind,
        // In the order of the server where both fit as well.
        boost: 50 - Math.min(99, place),
        apply: (view: EditorView, _: unknown, start: number, end: number) => put(view, doc, item, start, end),
        ...(item.documentation ? { info: () => shown(item.documentation) } : {}),
      })),
      ...(answer.whole ? { validFor: /^[\p{L}\p{N}_]*$/u } : {}),
    };
  };
}

/** Of several ways to call it no one says it in a line. */
function brief(detail: string): string {
  if (detail.startsWith("Overload[")) return "";
  return detail.length > 48 ? `${detail.slice(0, 47)}…` : detail;
}

function put(view: EditorView, doc: EditorView["state"]["doc"], item: Completion, start: number, end: number): void {
  const insert = item.insert || item.label;
  const own = item.start === null ? start : Math.min(start, offsetOf(doc, item.start));
  view.dispatch({
    changes: { from: own, to: end, insert },
    selection: { anchor: own + insert.length },
    userEvent: "input.complete",
  });
}

/** Names of this text and of the language: while no server answers. */
async function fromTheTextAlone(context: CompletionContext): Promise<CompletionResult | null> {
  return localCompletionSource(context) ?? (await globalCompletion(context));
}

async function hovered(link: Link, path: string, view: EditorView, at: number): Promise<Tooltip | null> {
  const { doc } = view.state;
  const answer = await link.ask("hover", path, spotOf(doc, at));
  const range = view.state.doc === doc ? view.state.wordAt(at) : null;
  if (!answer || !range) return null;
  return { pos: range.from, end: range.to, above: true, create: () => ({ dom: shown(answer.text) }) };
}

/** Words and code of a server: text and nothing else, whatever stands in it. */
function shown(markdown: string): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-told";
  for (const { code, text } of pieces(markdown)) {
    const part = document.createElement(code ? "pre" : "p");
    part.textContent = text;
    dom.append(part);
  }
  return dom;
}

interface Typing {
  readonly at: number;
  readonly signature: Signature;
}
const setTyping = StateEffect.define<Typing | null>();

const typing = StateField.define<Typing | null>({
  create: () => null,
  update: (now, change) => {
    for (const effect of change.effects) if (effect.is(setTyping)) return effect.value;
    return now && change.docChanged ? { ...now, at: change.changes.mapPos(now.at) } : now;
  },
  provide: (field) =>
    showTooltip.from(field, (now) =>
      now ? { pos: now.at, above: true, create: () => ({ dom: signatureShown(now.signature) }) } : null,
    ),
});

const SIGNATURE_MS = 80;

/** What a call takes, while it is typed. */
function signatures(link: Link, path: string): Extension {
  const asking = ViewPlugin.fromClass(
    class {
      timer: ReturnType<typeof setTimeout> | undefined;
      /** An answer to a question of an earlier turn comes too late. */
      turn = 0;
      constructor(readonly view: EditorView) {}
      update(update: ViewUpdate): void {
        const open = update.state.field(typing) !== null;
        const typed = update.docChanged && update.transactions.some((change) => change.isUserEvent("input.type"));
        const head = update.state.selection.main.head;
        const last = update.state.sliceDoc(Math.max(0, head - 2), head);
        if ((typed && /[(,]/.test(last)) || (open && (update.docChanged || update.selectionSet))) this.askSoon();
      }
      askSoon(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.ask(), SIGNATURE_MS);
      }
      async ask(): Promise<void> {
        const { state } = this.view;
        const at = state.selection.main.head;
        this.turn += 1;
        const { turn } = this;
        const signature = await link.ask("signature", path, spotOf(state.doc, at));
        if (turn !== this.turn || this.view.state.doc !== state.doc) return;
        if (signature || this.view.state.field(typing))
          this.view.dispatch({ effects: setTyping.of(signature && { at, signature }) });
      }
      stop(): void {
        this.turn += 1;
        clearTimeout(this.timer);
      }
      destroy(): void {
        this.stop();
      }
    },
  );
  const close = (view: EditorView): boolean => {
    view.plugin(asking)?.stop();
    if (!view.state.field(typing)) return false;
    if (completionStatus(view.state)) closeCompletion(view);
    view.dispatch({ effects: setTyping.of(null) });
    return true;
  };
  return [
    typing,
    asking,
    Prec.high(
      keymap.of([
        { key: "Escape", run: close },
        {
          key: "Mod-Shift-Space",
          run: (view) => {
            view.plugin(asking)?.askSoon();
            return true;
          },
        },
      ]),
    ),
    EditorView.domEventHandlers({ blur: (_, view) => void close(view) }),
  ];
}

function signatureShown({ label, parameter }: Signature): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-told";
  const line = document.createElement("pre");
  const [from, to] = parameter ?? [0, 0];
  const own = document.createElement("strong");
  own.textContent = label.slice(from, to);
  line.append(label.slice(0, from), own, label.slice(to));
  dom.append(line);
  return dom;
}
