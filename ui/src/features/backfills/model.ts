/** A backfill as people ask for it. Pure. */
import { isRecord, parsed, type Variable, variablesFrom } from "@/ui/values";
import type { NewBackfill, Slice } from "./api";

export const INTERVALS = ["hour", "day", "week", "month", "year"] as const;

export interface Asked {
  readonly by: "dates" | "list";
  readonly start: string;
  readonly end: string;
  readonly every: string;
  readonly units: number;
  readonly timezone: string;
  /** One slice a line: `name=value, name=value`, or a JSON object. */
  readonly lines: string;
  readonly variables: readonly Variable[];
  readonly name: string;
  readonly parallel: number;
  readonly onlyMissing: boolean;
  readonly reuse: "" | "yes" | "no";
}

export function emptyAsked(now: Date, timezone: string): Asked {
  const day = (before: number) =>
    new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - before)).toISOString().slice(0, 10);
  return {
    by: "dates",
    start: day(7),
    end: day(1),
    every: "day",
    units: 1,
    timezone,
    lines: "",
    variables: [],
    name: "",
    parallel: 2,
    onlyMissing: true,
    reuse: "",
  };
}

export function wantedOf(asked: Asked): { readonly wanted: NewBackfill; readonly wrong: Record<string, string> } {
  const wrong: Record<string, string> = {};
  const variables = variablesFrom(asked.variables, wrong);
  const each = asked.by === "list" ? eachOf(asked.lines, wrong) : [];
  if (asked.by === "dates") {
    if (!asked.start) wrong.start = "Choose the first date.";
    else if (!asked.end) wrong.end = "Choose the last date.";
    else if (asked.end < asked.start) wrong.end = "The last date is before the first.";
  }
  const wanted: NewBackfill = {
    start: asked.by === "dates" ? asked.start : "",
    end: asked.by === "dates" ? asked.end : "",
    every: asked.every,
    units: asked.units,
    timezone: asked.timezone,
    each: [...each],
    variables,
    name: asked.name.trim(),
    parallel: asked.parallel,
    reuse: asked.reuse === "" ? null : asked.reuse === "yes",
    skip_done: asked.onlyMissing,
    paused: false,
  };
  return { wanted, wrong };
}

function eachOf(lines: string, wrong: Record<string, string>): readonly Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  lines.split("\n").forEach((line, index) => {
    if (!line.trim()) return;
    const values = lineOf(line.trim());
    if (values) found.push(values);
    else wrong.each ??= `Line ${index + 1} is neither name=value nor a JSON object.`;
  });
  if (!found.length) wrong.each ??= "Write one slice a line.";
  return found;
}

/** `region=north, day=2024-05-01`, or `{"region": "north"}`. */
export function lineOf(line: string): Record<string, unknown> | undefined {
  const document = parsed(line);
  if (isRecord(document)) return document;
  const wrong: Record<string, string> = {};
  const rows = line.split(",").map((part) => {
    const place = part.indexOf("=");
    return place > 0 ? { name: part.slice(0, place), value: part.slice(place + 1).trim() } : undefined;
  });
  if (rows.some((row) => row === undefined)) return undefined;
  const values = variablesFrom(
    rows.filter((row) => row !== undefined),
    wrong,
  );
  return Object.keys(wrong).length ? undefined : { ...values };
}

/** Counts of one word each, in the order of what matters. */
export const SLICE_STATES = ["failed", "running", "waiting", "cancelled", "completed"] as const;

export function shareDone(progress: Readonly<Record<string, number>>, all: number): number {
  return all ? Math.round(((progress.completed ?? 0) / all) * 100) : 0;
}

/** The slices whose date or name has what is asked for. */
export function chosenOf(slices: readonly Slice[], state: string): readonly Slice[] {
  return state ? slices.filter((slice) => slice.state === state) : slices;
}
