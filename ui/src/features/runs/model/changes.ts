/** Samples and statistics of a comparison as plain rows: what changed is written `before → after`. Pure. */
import { count } from "@/ui/format";

type Told = Readonly<Record<string, unknown>>;

export interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

const FACTS = ["nulls", "distinct", "minimum", "maximum", "mean", "deviation"];
/** Heads the column that says whether a row was added, removed or changed. */
const CHANGE = "Change";

/** One line for each row that differs, with its values. */
export function samplesOf(samples: readonly Told[]): Rows {
  const sides = samples.map((sample) => ({
    change: String(sample.change ?? ""),
    key: told(sample.key),
    before: told(sample.before),
    after: told(sample.after),
  }));
  const names = [...new Set(sides.flatMap(({ key, before, after }) => [key, before, after].flatMap(Object.keys)))];
  return {
    names: samples.length ? [CHANGE, ...names] : [],
    rows: sides.map(({ change, key, before, after }) => ({
      ...Object.fromEntries(names.map((name) => [name, name in key ? cell(key[name]) : moved(before, after, name)])),
      [CHANGE]: change,
    })),
  };
}

/** One line for each column, with its figures. */
export function statisticsOf(statistics: readonly Told[]): Rows {
  const facts = FACTS.filter((fact) =>
    statistics.some((each) => fact in told(each.before) || fact in told(each.after)),
  );
  return {
    names: ["Column", ...facts],
    rows: statistics.map((each) => ({
      Column: String(each.column ?? ""),
      ...Object.fromEntries(facts.map((fact) => [fact, moved(told(each.before), told(each.after), fact)])),
    })),
  };
}

function moved(before: Told, after: Told, name: string): string {
  const was = name in before ? cell(before[name]) : undefined;
  const is = name in after ? cell(after[name]) : undefined;
  if (was === undefined || is === undefined) return was ?? is ?? "";
  return was === is ? is : `${was} → ${is}`;
}

function told(value: unknown): Told {
  return typeof value === "object" && value !== null ? (value as Told) : {};
}

export function cell(value: unknown): string {
  if (value === null || value === undefined) return "∅";
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
