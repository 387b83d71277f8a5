/** What is typed into the box, as the server is asked: `pipeline:titanic level:error since:2h "no such column"`. Between
 * slashes stands a regular expression: `/rows: \d+/`. Pure. */
import { type Field, mistakes, type Token, parse as tokensOf, withValues } from "@/ui/filter/grammar";

export const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];

export interface Asked {
  readonly text: string;
  /** A regular expression; undefined: none is asked for. */
  readonly pattern: string | undefined;
  readonly pipelines: readonly string[];
  readonly block: string;
  readonly run: number | undefined;
  readonly level: Level | undefined;
  /** As typed: `2h`, `2026-11-20`, `2026-11-20T06:00`. */
  readonly since: string;
  readonly until: string;
}

export const FIELDS: readonly Field[] = [
  { key: "pipeline", about: "lines of this pipeline" },
  { key: "block", about: "lines of this block" },
  { key: "run", about: "lines of this run", kind: "number" },
  { key: "level", about: "this level and above", values: LEVELS },
  { key: "since", about: "not older than", kind: "time" },
  { key: "until", about: "not newer than", kind: "time" },
];

/** A word with a colon that is no key, such as `KeyError:`, is to be found as it stands. */
const isWord = ({ key }: Token): boolean => !FIELDS.some((field) => field.key === key);

const PATTERN = /(^|\s)\/(.*)\/(?=\s|$)/;

/** The pattern between slashes, and the rest, in which words and keys are looked for. */
function split(query: string): { readonly pattern: string | undefined; readonly rest: string } {
  const found = PATTERN.exec(query);
  if (!found) return { pattern: undefined, rest: query };
  const rest = `${query.slice(0, found.index)} ${query.slice(found.index + found[0].length)}`;
  return { pattern: found[2] ?? "", rest: rest.trim() };
}

/** The query with exactly these values for a key; a pattern stays as it is. */
export function withKey(query: string, key: string, values: readonly string[]): string {
  const { pattern, rest } = split(query);
  return joined(withValues(rest, key, values), pattern);
}

/** The query with its words as a regular expression, or with the expression as words. */
export function withPattern(query: string, on: boolean): string {
  const { pattern, rest } = split(query);
  if (on === (pattern !== undefined)) return query;
  if (!on) return joined(rest, undefined, pattern);
  const words = tokensOf(rest).filter(isWord);
  const keys = tokensOf(rest).filter((token) => !isWord(token));
  const asTyped = (tokens: readonly Token[]) => tokens.map(({ from, to }) => rest.slice(from, to)).join(" ");
  return joined(asTyped(keys), asTyped(words));
}

const joined = (rest: string, pattern: string | undefined, words = ""): string =>
  [rest, words, pattern === undefined ? "" : `/${pattern}/`].filter(Boolean).join(" ");

/** What cannot be meant, in sentences. */
export function wrongIn(query: string): readonly string[] {
  const told = tokensOf(split(query).rest).filter((token) => !isWord(token));
  const excluded = told.filter((token) => token.not).map(({ key }) => `Logs cannot be searched for all but a ${key}.`);
  return [...mistakes(told, FIELDS, new Date()), ...excluded];
}

/** What is understood; what is not is left out. */
export function parse(query: string): Asked {
  const { pattern, rest } = split(query);
  const tokens = tokensOf(rest);
  const told = tokens.filter((token) => {
    return !isWord(token) && !token.not && mistakes([token], FIELDS, new Date()).length === 0;
  });
  const last = (key: string) => told.findLast((token) => token.key === key)?.value ?? "";
  return {
    text: tokens
      .filter(isWord)
      .map(({ from, to }) => rest.slice(from, to))
      .join(" "),
    pattern,
    pipelines: told.filter(({ key, value }) => key === "pipeline" && value).map(({ value }) => value),
    block: last("block"),
    run: Number(last("run")) || undefined,
    level: LEVELS.find((level) => level === last("level")),
    since: last("since"),
    until: last("until"),
  };
}

/** A name for a line, short enough for an address: many lines share a moment, so what they say is part of it. */
export function nameOf(line: { readonly time: string; readonly message: string }): string {
  let hash = 0x811c9dc5;
  for (const letter of line.message.slice(0, 2_000)) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `${line.time}~${hash.toString(36)}`;
}

/** The line of a message that says most: of a traceback the exception, which stands at its end. */
export function headline(message: string): string {
  const lines = message.trimEnd().split("\n");
  return (/^Traceback/.test(message) ? lines.at(-1) : lines[0]) ?? "";
}
