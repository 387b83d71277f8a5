/** Which parameters and metrics runs have, which of them vary, and how they are asked for. Pure. */
import type { Tracked } from "../api";

/** `params.depth`, `metrics.loss`. */
export type ColumnName = `params.${string}` | `metrics.${string}`;

export const isColumn = (text: string): text is ColumnName => /^(params|metrics)\../.test(text);

export function valueIn(run: Pick<Tracked, "params" | "metrics">, column: ColumnName): string | number | null {
  const [kind, name] = partsOf(column);
  return (kind === "params" ? run.params[name] : run.metrics[name]) ?? null;
}

/** The number that a value is, or stands for. */
export function numberOf(value: string | number | null): number | null {
  const found = typeof value === "number" ? value : value?.trim() ? Number(value) : Number.NaN;
  return Number.isFinite(found) ? found : null;
}

export function partsOf(column: ColumnName): readonly ["params" | "metrics", string] {
  const dot = column.indexOf(".");
  return [column.startsWith("params") ? "params" : "metrics", column.slice(dot + 1)];
}

export const nameOf = (column: ColumnName): string => partsOf(column)[1];

/** All, parameters first, each kind by name. */
export function columnsOf(runs: readonly Pick<Tracked, "params" | "metrics">[]): readonly ColumnName[] {
  const params = new Set(runs.flatMap((run) => Object.keys(run.params)));
  const metrics = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  return [
    ...[...params].sort().map((name) => `params.${name}` as const),
    ...[...metrics].sort().map((name) => `metrics.${name}` as const),
  ];
}

/** Those that are not the same in all runs; of one run all. */
export function varying(
  runs: readonly Pick<Tracked, "params" | "metrics">[],
  columns: readonly ColumnName[],
): readonly ColumnName[] {
  const [first, ...rest] = runs;
  if (!first || rest.length === 0) return columns;
  return columns.filter((column) => rest.some((run) => valueIn(run, column) !== valueIn(first, column)));
}

/** What is shown until somebody chooses: what varies, as far as there is room; else whatever there is. */
export function usual(runs: readonly Pick<Tracked, "params" | "metrics">[], most: number): readonly ColumnName[] {
  const all = columnsOf(runs);
  const found = varying(runs, all);
  const shown = found.length ? found : all;
  const metrics = shown.filter((column) => column.startsWith("metrics."));
  const params = shown.filter((column) => column.startsWith("params."));
  // Each kind has half of the room, and what the other does not need.
  const forMetrics = Math.max(Math.ceil(most / 2), most - params.length);
  const kept = metrics.slice(0, forMetrics);
  return [...params.slice(0, most - kept.length), ...kept];
}

/** The name as a filter writes it. */
export function written(column: ColumnName): string {
  const [kind, name] = partsOf(column);
  return /^[\w/:@%-]+(\.[\w/:@%-]+)*$/.test(name) ? column : `${kind}.\`${name}\``;
}

/** The filter with one more condition on a column, in place of those that it had. */
export function within(where: string, column: ColumnName, [least, most]: readonly [number, number]): string {
  const name = written(column);
  const rest = where
    .split(/\s+and\s+/i)
    .map((each) => each.trim())
    .filter((each) => each && !each.startsWith(`${name} `));
  return [...rest, `${name} >= ${short(least)}`, `${name} <= ${short(most)}`].join(" and ");
}

const short = (value: number) => String(Number(value.toPrecision(6)));
