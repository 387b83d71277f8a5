/** A history turned round: by column, each figure over the versions. Pure. */
import type { HistoryStep } from "../api";

type ColumnStep = HistoryStep["profile"][number];

export interface ColumnHistory {
  readonly name: string;
  /** Of the newest version that has it. */
  readonly type: string;
  /** In the newest version. */
  readonly present: boolean;
  readonly steps: readonly (ColumnStep | undefined)[];
}

/** Columns in the order of the newest version; those that went away come last. */
export function byColumn(history: readonly HistoryStep[]): readonly ColumnHistory[] {
  const newest = history.at(-1)?.profile ?? [];
  const names = new Map<string, string>();
  for (const step of [newest, ...history.map(({ profile }) => profile).reverse()])
    for (const { name, type } of step) if (!names.has(name)) names.set(name, type);
  const present = new Set(newest.map(({ name }) => name));
  const found = history.map(({ profile }) => new Map(profile.map((column) => [column.name, column])));
  return [...names].map(([name, type]) => ({
    name,
    type,
    present: present.has(name),
    steps: found.map((columns) => columns.get(name)),
  }));
}

/** One figure over the versions, where it is a number. */
export function figures(column: ColumnHistory, figure: "nulls" | "distinct" | "mean"): readonly (number | null)[] {
  return column.steps.map((step) => step?.[figure] ?? null);
}

/** A least or greatest value, as people read it. */
export function told(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const moment = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text);
  if (moment) return `${moment[1]} ${moment[2]}`;
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
