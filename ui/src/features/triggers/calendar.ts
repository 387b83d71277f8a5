/** Days and hours of the calendar, and what lies in them. Pure; all days are those of the reader's own zone. */
import type { Trigger } from "./api";

export const SPANS = ["month", "week"] as const;
export type Span = (typeof SPANS)[number];

export type What = "planned" | "paused" | "running" | "done" | "failed" | "missed" | "skipped";

export interface Mark {
  readonly at: Date;
  readonly what: What;
  readonly trigger: number;
  readonly name: string;
  readonly pipeline: string;
  readonly run: number | null;
  readonly reason: string;
}

interface Fired {
  readonly due: string | null;
  readonly fired: string;
  readonly outcome: string;
  readonly state: string;
  readonly reason: string;
  readonly trigger: number;
  readonly name: string;
  readonly pipeline: string;
  readonly run: number | null;
}

interface Coming {
  readonly due: string;
  readonly trigger: number;
  readonly name: string;
  readonly pipeline: string;
  readonly active: boolean;
}

/** What became of a due time: of its run, else of the firing itself. */
export function whatOf(outcome: string, state: string): What {
  if (outcome === "missed") return "missed";
  if (outcome === "skipped") return "skipped";
  if (outcome === "failed" || state === "failed") return "failed";
  if (state === "completed") return "done";
  return state === "cancelled" ? "skipped" : "running";
}

/** One list of both, in order. */
export function marksOf(past: readonly Fired[], coming: readonly Coming[]): readonly Mark[] {
  const happened = past.map((each) => ({
    at: new Date(each.due ?? each.fired),
    what: whatOf(each.outcome, each.state),
    trigger: each.trigger,
    name: each.name,
    pipeline: each.pipeline,
    run: each.run,
    reason: each.reason,
  }));
  const planned = coming.map((each) => ({
    at: new Date(each.due),
    what: each.active ? ("planned" as const) : ("paused" as const),
    trigger: each.trigger,
    name: each.name,
    pipeline: each.pipeline,
    run: null,
    reason: "",
  }));
  return [...happened, ...planned].sort((one, other) => one.at.getTime() - other.at.getTime());
}

/** `2026-11-21`, of the reader's day. */
export function dayKey(when: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

export function dayOf(key: string | undefined, now: Date): Date {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? "");
  if (!found) return startOfDay(now);
  const day = new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return Number.isNaN(day.getTime()) ? startOfDay(now) : day;
}

export const startOfDay = (when: Date) => new Date(when.getFullYear(), when.getMonth(), when.getDate());

/** By the calendar and not by 24 hours: a day may have 23 or 25. */
export const addDays = (day: Date, days: number) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);

/** The days shown, whole weeks from Monday. */
export function daysOf(span: Span, around: Date): readonly Date[] {
  const first = span === "month" ? new Date(around.getFullYear(), around.getMonth(), 1) : around;
  const monday = addDays(first, -((first.getDay() + 6) % 7));
  if (span === "week") return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
  const last = new Date(around.getFullYear(), around.getMonth() + 1, 0);
  const weeks = Math.ceil((dayNumber(last) - dayNumber(monday) + 1) / 7);
  return Array.from({ length: weeks * 7 }, (_, index) => addDays(monday, index));
}

const dayNumber = (day: Date) => Math.round(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / 86_400_000);

export function step(span: Span, around: Date, by: number): Date {
  return span === "week" ? addDays(around, 7 * by) : new Date(around.getFullYear(), around.getMonth() + by, 1);
}

/** The marks of one trigger and one fate on one day, or in one hour, as one thing to draw. */
export interface Bundle {
  readonly key: string;
  readonly marks: readonly Mark[];
  readonly first: Mark;
}

export function bundles(
  marks: readonly Mark[],
  slotOf: (mark: Mark) => string,
): ReadonlyMap<string, readonly Bundle[]> {
  const found = new Map<string, Map<string, Mark[]>>();
  for (const mark of marks) {
    const slot = slotOf(mark);
    const inside = found.get(slot) ?? new Map<string, Mark[]>();
    found.set(slot, inside);
    const key = `${mark.trigger} ${mark.what}`;
    inside.set(key, [...(inside.get(key) ?? []), mark]);
  }
  return new Map(
    [...found].map(([slot, inside]) => [
      slot,
      [...inside].flatMap(([key, together]) => {
        const [first] = together;
        return first ? [{ key, marks: together, first }] : [];
      }),
    ]),
  );
}

/** Those that come so often that only words tell it. */
export function tooOften(coming: readonly Coming[], most: number, known: readonly Trigger[]): readonly Trigger[] {
  const counted = new Map<number, number>();
  for (const each of coming) counted.set(each.trigger, (counted.get(each.trigger) ?? 0) + 1);
  return known.filter((trigger) => (counted.get(trigger.id) ?? 0) >= most);
}
