/** The lines of a log as they are shown: one row for each line of each message, found and filtered. */
import type { components } from "@/api/client";
import { plain } from "./ansi";

export type LogLine = components["schemas"]["LogLine"];

export interface Row {
  readonly line: LogLine;
  /** Its number in the log, from 1. */
  readonly number: number;
  readonly text: string;
  /** The first row of its message carries time and level. */
  readonly first: boolean;
}

export type Level = "all" | "warning" | "error";

const RANKS: Record<string, number> = {
  debug: 0,
  trace: 0,
  info: 1,
  notice: 1,
  warning: 2,
  warn: 2,
  error: 3,
  critical: 3,
  exception: 3,
  fatal: 3,
};

export const rankOf = (level: string): number => RANKS[level.toLowerCase()] ?? 1;

const LEAST: Record<Level, number> = { all: 0, warning: 2, error: 3 };

export interface Shown {
  readonly level: Level;
  /** Only this attempt. */
  readonly attempt?: number | undefined;
}

/** What is kept in the page: of more, the beginning and the end. */
export const MOST_LINES = 300_000;
const HEAD = 50_000;

export interface Kept {
  readonly lines: readonly LogLine[];
  /** How many were left out between the head and the tail. */
  readonly left: number;
}

export const NOTHING: Kept = { lines: [], left: 0 };

export function withMore(kept: Kept, more: readonly LogLine[]): Kept {
  const lines = [...kept.lines, ...more];
  if (lines.length <= MOST_LINES) return { lines, left: kept.left };
  // A third at once, so that a log that grows and grows is not copied for each batch.
  const drop = lines.length - MOST_LINES + Math.floor((MOST_LINES - HEAD) / 3);
  return { lines: [...lines.slice(0, HEAD), ...lines.slice(HEAD + drop)], left: kept.left + drop };
}

export function rowsOf(lines: readonly LogLine[], { level, attempt }: Shown, before = 0): readonly Row[] {
  const rows: Row[] = [];
  const least = LEAST[level];
  for (let index = before; index < lines.length; index += 1) {
    const line = lines[index];
    if (!line || rankOf(line.level ?? "info") < least) continue;
    if (attempt !== undefined && line.attempt !== attempt) continue;
    const parts = (line.message ?? "").split("\n");
    parts.forEach((text, part) => {
      rows.push({ line, number: index + 1, text, first: part === 0 });
    });
  }
  return rows;
}

export interface Drawn {
  readonly kept: Kept;
  readonly shown: Shown;
  readonly rows: readonly Row[];
}

/** The rows of what is kept now. Of a log that only grew, just what is new is looked at. */
export function drawn(before: Drawn | undefined, kept: Kept, shown: Shown): Drawn {
  if (
    !before ||
    before.shown.level !== shown.level ||
    before.shown.attempt !== shown.attempt ||
    !grew(before.kept, kept)
  ) {
    return { kept, shown, rows: rowsOf(kept.lines, shown) };
  }
  if (before.kept.lines.length === kept.lines.length) return before;
  return { kept, shown, rows: [...before.rows, ...rowsOf(kept.lines, shown, before.kept.lines.length)] };
}

function grew(before: Kept, now: Kept): boolean {
  const { length } = before.lines;
  return before.left === now.left && length <= now.lines.length && before.lines[length - 1] === now.lines[length - 1];
}

/** The places of the rows that contain the words, without regard to capitals and colours. */
export function hits(rows: readonly Row[], asked: string): readonly number[] {
  const wanted = asked.toLowerCase();
  if (!wanted) return [];
  const found: number[] = [];
  rows.forEach((row, index) => {
    if (plain(row.text).toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}

/** The next place behind (or before) ``from``, round the end. */
export function nextPlace(places: readonly number[], from: number, step: 1 | -1): number | undefined {
  if (step === 1) return places.find((place) => place > from) ?? places[0];
  return places.findLast((place) => place < from) ?? places.at(-1);
}

/** The places of rows at which a message of this level begins. */
export function placesOf(rows: readonly Row[], level: "warning" | "error"): readonly number[] {
  const wanted = LEAST[level];
  const places: number[] = [];
  rows.forEach((row, index) => {
    if (row.first && rankOf(row.line.level ?? "info") === wanted) places.push(index);
  });
  return places;
}

export function asText(lines: readonly LogLine[]): string {
  return lines
    .map(
      (line) => `${line.time ?? ""} ${(line.level ?? "").padEnd(7)} ${line.block_run} ${plain(line.message ?? "")}\n`,
    )
    .join("");
}
