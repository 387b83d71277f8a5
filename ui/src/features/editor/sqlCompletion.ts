/** Completion in SQL blocks: what the block may read. Keywords come with the language. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";

interface Column {
  readonly name: string;
  readonly type: string;
}

/** `name` is `df_1` or a table's; `block` gave it. */
export interface Source {
  readonly name: string;
  readonly block: string;
  readonly columns: readonly Column[];
}

export interface SqlSources {
  readonly frames: readonly Source[];
  readonly tables: readonly Source[];
}

export const NO_SOURCES: SqlSources = { frames: [], tables: [] };

const PLAIN = /^[A-Za-z_]\w*$/;
const quoted = (name: string): string => (PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** Inside `{{ … }}` frames; behind `alias.` its columns; else columns, tables, and frames with their braces. */
export function sqlCompletion(sources: () => SqlSources) {
  return (context: CompletionContext): CompletionResult | null => {
    const { frames, tables } = sources();
    const braces = context.matchBefore(/\{\{\s*\w*$/);
    if (braces) {
      const word = context.matchBefore(/\w*$/);
      const behind = context.state.sliceDoc(context.pos, context.pos + 10);
      const closed = /^\s*\}\}/.test(behind);
      return {
        from: word?.from ?? context.pos,
        options: frames.map(({ name, block }) => ({
          label: name,
          detail: block,
          type: "variable",
          boost: 90,
          apply: closed
            ? `${name}${behind.startsWith(" ") ? "" : " "}`
            : `${braces.text.endsWith("{") ? " " : ""}${name} }}`,
        })),
        validFor: /^\w*$/,
      };
    }
    const member = context.matchBefore(/\w+\.\w*$/);
    if (member) {
      const [alias = ""] = member.text.split(".");
      const source = sourceOf(alias, context.state.doc.toString(), [...frames, ...tables]);
      if (!source) return null;
      return {
        from: member.from + alias.length + 1,
        options: source.columns.map((column) => columnOf(column, source)),
      };
    }
    const word = context.matchBefore(/\w+$/);
    if (!word && !context.explicit) return null;
    const columns = [...frames, ...tables].flatMap((source) =>
      source.columns.map((column) => ({ ...columnOf(column, source), boost: 60 })),
    );
    const named = [
      ...frames.map(({ name, block }) => ({
        label: name,
        detail: block,
        type: "variable",
        apply: `{{ ${name} }}`,
        boost: 80,
      })),
      // By the name of the block, as one thinks of it.
      ...frames.map(({ name, block }) => ({
        label: block,
        detail: `as ${name}`,
        type: "variable",
        apply: `{{ ${name} }}`,
      })),
      ...tables.map(({ name, block }) => ({ label: name, detail: block, type: "class", boost: 50 })),
    ];
    return { from: word?.from ?? context.pos, options: [...named, ...columns], validFor: /^\w*$/ };
  };
}

function columnOf({ name, type }: Column, source: Source): Completion {
  return { label: name, detail: `${source.name} · ${type}`, type: "property", apply: quoted(name) };
}

/** What an alias stands for: `from {{ df_1 }} as orders`, `join payments p`; a name stands for itself. */
export function sourceOf(alias: string, text: string, sources: readonly Source[]): Source | undefined {
  const named = sources.find(({ name }) => name === alias || name.endsWith(`.${alias}`));
  if (named) return named;
  const escaped = alias.replace(/\W/g, "\\$&");
  const pattern = new RegExp(`(?:\\{\\{\\s*(\\w+)\\s*\\}\\}|([\\w.]+))\\s+(?:as\\s+)?${escaped}\\b`, "gi");
  const names = [...text.matchAll(pattern)].map((found) => found[1] ?? found[2]);
  return sources.find((source) => names.includes(source.name));
}
