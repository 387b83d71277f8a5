/** Outputs and data products in words. Pure. */
import { bytes, count, counted } from "@/ui/format";
import type { FreshnessName } from "@/ui/StateChip";
import type { Asset, LineageStart, Product, SchemaChange, Version } from "../api";

/** The output that a block has when it gives one value. */
const ONLY = "output_0";

/** `clean`, or `clean · output_1` where the block gives several. */
export function titleOf({ block, name, id }: Pick<Asset, "block" | "name" | "id">): string {
  if (block === null) return id;
  return name && name !== ONLY ? `${block} · ${name}` : block;
}

/** `336,776 rows × 12`, `dict`, `36 rows × 1 of 12 children`. */
export function shapeOf({ type, rows, columns, parts }: Pick<Version, "type" | "rows" | "columns" | "parts">): string {
  const size = rows === null ? type : `${counted(rows, "row")}${columns === null ? "" : ` × ${count(columns)}`}`;
  return parts === null ? size : `${size} of ${counted(parts, "child", "children")}`;
}

export const sizeOf = (value: number | null): string => (value === null ? "" : bytes(value));

/** How an output stands against the promise of its product; undefined: nothing was promised. */
export function freshnessOf(asset: Pick<Asset, "fresh" | "why">): FreshnessName | undefined {
  if (asset.fresh === null) return undefined;
  if (asset.fresh) return "fresh";
  return asset.why === "it was never computed" ? "never" : "stale";
}

/** A clause as a sentence. */
export function sentence(clause: string): string {
  return clause ? `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? "" : "."}` : "";
}

/** In the order in which people name them. */
const UNITS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;

/** `1 day 12 hours`; empty: it never is. */
export function ageOf(after: Readonly<Record<string, number>>): string {
  return UNITS.filter((unit) => after[unit])
    .map((unit) => counted(after[unit] ?? 0, unit.slice(0, -1)))
    .join(" ");
}

const CLOCK: Record<string, (value: number) => string> = {
  second_of_minute: (value) => `second ${value} of a minute`,
  minute_of_hour: (value) => `minute ${value} of an hour`,
  hour_of_day: (value) => `${String(value).padStart(2, "0")}:00 UTC`,
  day_of_week: (value) => WEEKDAYS[value] ?? `day ${value} of the week`,
  day_of_month: (value) => `day ${value} of the month`,
  day_of_year: (value) => `day ${value} of the year`,
  week_of_month: (value) => `week ${value} of the month`,
  week_of_year: (value) => `week ${value} of the year`,
  month_of_year: (value) => `month ${value} of the year`,
};
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** What the registry promises, in a sentence. */
export function promiseOf(product: Pick<Product, "outdated_after" | "outdated_starting_at">): string {
  const age = ageOf(product.outdated_after ?? {});
  if (!age) return "Once computed, the value never becomes out of date.";
  const from = Object.entries(product.outdated_starting_at ?? {}).map(
    ([key, value]) => CLOCK[key]?.(value) ?? `${key} ${value}`,
  );
  return `The value is never older than ${age}${from.length ? `, replaced from ${from.join(", ")} on` : ""}.`;
}

/** Changes of columns, one sentence each. */
export function changesOf(change: SchemaChange): readonly { readonly column: string; readonly what: string }[] {
  return [
    ...change.added.map(({ name, type }) => ({ column: name, what: `was added as ${type}` })),
    ...change.removed.map(({ name, type }) => ({ column: name, what: `was removed; it was ${type}` })),
    ...change.changed.map(({ name, before, after }) => ({ column: name, what: `was ${before} and is ${after}` })),
  ];
}

export const isChanged = (change: SchemaChange): boolean =>
  change.moved || change.added.length + change.removed.length + change.changed.length > 0;

/** What of it is in the address of a lineage. */
export function startOf({ pipeline, block, product }: LineageStart): "project" | "block" | "product" | "pipeline" {
  if (product) return "product";
  if (block) return "block";
  return pipeline ? "pipeline" : "project";
}
