/** What is typed into the box, as the server is asked. `pipeline:titanic level:error since:2h "no such column"`. Pure. */
import { type Field, mistakes, type Token, parse as tokensOf } from "@/ui/filter/grammar";

export const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];

export interface Asked {
  readonly text: string;
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

/** What cannot be meant, in sentences. */
export function wrongIn(query: string): readonly string[] {
  const told = tokensOf(query).filter((token) => !isWord(token));
  const excluded = told.filter((token) => token.not).map(({ key }) => `Logs cannot be searched for all but a ${key}.`);
  return [...mistakes(told, FIELDS, new Date()), ...excluded];
}

/** What is understood; what is not is left out. */
export function parse(query: string): Asked {
  const tokens = tokensOf(query);
  const told = tokens.filter((token) => {
    return !isWord(token) && !token.not && mistakes([token], FIELDS, new Date()).length === 0;
  });
  const last = (key: string) => told.findLast((token) => token.key === key)?.value ?? "";
  return {
    text: tokens
      .filter(isWord)
      .map(({ from, to }) => query.slice(from, to))
      .join(" "),
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
