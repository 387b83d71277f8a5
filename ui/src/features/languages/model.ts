/** What an editor and the server say to each other about code, and where in a text it stands. */
import type { components } from "@/api/client";

export interface Spot {
  readonly line: number;
  readonly column: number;
}

export type Server = components["schemas"]["LanguageServerDocument"];
export type Severity = "error" | "warning" | "info" | "hint";

export interface Finding {
  readonly start: Spot;
  readonly end: Spot;
  readonly message: string;
  readonly severity: Severity;
  readonly source: string;
  readonly rule: string;
}

export interface Completion {
  readonly label: string;
  readonly kind: string;
  readonly insert: string;
  readonly detail: string;
  readonly documentation: string;
  readonly start: Spot | null;
  readonly end: Spot | null;
}

export interface Signature {
  readonly label: string;
  readonly documentation: string;
  readonly parameter: readonly [number, number] | null;
}

/** The answer to each question; null: nobody knows. */
export interface Answers {
  readonly complete: { readonly items: readonly Completion[]; readonly whole: boolean } | null;
  readonly hover: { readonly text: string } | null;
  readonly signature: Signature | null;
  readonly definition: readonly { readonly path: string; readonly spot: Spot }[] | null;
  readonly format: readonly { readonly start: Spot; readonly end: Spot; readonly text: string }[] | null;
}
export type Ask = keyof Answers;

export type Told =
  | { readonly kind: "servers"; readonly servers: readonly Server[] }
  | { readonly kind: "findings"; readonly path: string; readonly items: readonly Finding[] }
  | { readonly kind: "answer"; readonly number: number; readonly answer: unknown };

/** The part of a document that places are worked out with. */
export interface Lines {
  readonly length: number;
  readonly lines: number;
  line(number: number): { readonly from: number; readonly length: number };
  lineAt(offset: number): { readonly from: number; readonly number: number };
}

/** The offset of a spot; one that lies behind a line or the text is brought back. */
export function offsetOf(text: Lines, { line, column }: Spot): number {
  if (line >= text.lines) return text.length;
  const { from, length } = text.line(line + 1);
  return from + Math.min(column, length);
}

export function spotOf(text: Lines, offset: number): Spot {
  const { from, number } = text.lineAt(offset);
  return { line: number - 1, column: offset - from };
}

export interface Piece {
  readonly code: boolean;
  readonly text: string;
}

/** Markdown as plain pieces: what stands between fences is code, the rest is words. Nothing of it becomes HTML. */
export function pieces(markdown: string): readonly Piece[] {
  return markdown
    .split(/^(```[^\n]*\n[\s\S]*?^```[^\S\n]*$)/m)
    .map((part) => {
      const code = part.startsWith("```");
      const text = code ? part.replace(/^```[^\n]*\n/, "").replace(/\n?```\s*$/, "") : plain(part);
      return { code, text: text.trim() };
    })
    .filter(({ text }) => text !== "");
}

const plain = (words: string): string =>
  words
    .replace(/ {2}$/gm, "")
    .replace(/^#+ /gm, "")
    .replace(/^-{3,}$/gm, "")
    .replace(/\*\*([^*]+)\*\*/g, "$1")
    .replace(/\\([\\`*_{}[\]()#+.!<>-])/g, "$1")
    .replace(/`([^`\n]+)`/g, "$1")
    .replace(/&(lt|gt|nbsp|quot|amp);/g, (_, name: string) => ENTITIES[name] ?? "");

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", nbsp: " ", quot: '"', amp: "&" };

/** How the servers are, in words; empty when there is nothing to say. `hint` is the way out. */
export function stateInWords(servers: readonly Server[] | undefined): { readonly text: string; readonly hint: string } {
  const missing = servers?.filter(({ health }) => health === "missing") ?? [];
  const failed = servers?.filter(({ health }) => health === "failed") ?? [];
  const names = (list: readonly Server[]) => list.map(({ name }) => name).join(" and ");
  if (servers?.length === 0) return { text: "No language server", hint: "They are switched off on this server." };
  if (missing.length)
    return {
      text:
        missing.length === servers?.length ? "No language server is installed" : `${names(missing)} is not installed`,
      hint: missing[0]?.hint ?? "",
    };
  if (failed.length) return { text: `${names(failed)} does not work`, hint: failed[0]?.hint ?? "" };
  if (servers?.some(({ health }) => health === "starting")) return { text: "Python help is starting", hint: "" };
  return { text: "", hint: "" };
}
