/** How a value of a table is written in one line, and in full. */

export type Align = "start" | "end";

const MOST = 200;
const NUMBER = /^(u?int|float|double|decimal|halffloat|complex)/i;
const TIME = /^(datetime|timestamp|date|time|duration|timedelta)/i;

export const isNumber = (type: string): boolean => NUMBER.test(type);
export const isTime = (type: string): boolean => TIME.test(type);

/** `float64` is `float`, `datetime64[us]` is `datetime`: what a reader needs to know. */
export function shortType(type: string): string {
  const plain = type.replace(/\[.*$/, "").replace(/\d+$/, "").toLowerCase();
  return (
    { bool: "bool", boolean: "bool", object: "object", string: "text", str: "text", large_string: "text" }[plain] ??
    plain
  );
}

/** One line, whatever is in it. */
export function oneLine(value: unknown): string {
  const text = typeof value === "string" ? value : written(value);
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return short.replaceAll("\r", "␍").replaceAll("\n", "⏎").replaceAll("\t", "⇥");
}

/** Digits of a fraction that a cell shows: `0.1 + 0.2` is 0.3. Opened and copied it has all of them. */
const DIGITS = 10;

/** A value of a column in its cell. */
export function inCell(type: string, value: unknown): string {
  if (isTime(type)) return moment(value);
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(DIGITS)));
  return oneLine(value);
}

export function full(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : written(value);
}

function written(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return String(value);
}

/** `2026-12-31T00:00:00` as people write it; what is no moment stays. */
export function moment(value: unknown): string {
  if (typeof value !== "string") return oneLine(value);
  return value
    .replace("T", " ")
    .replace(/ 00:00:00(\.0+)?$/, "")
    .replace(/(\.\d{3})\d+/, "$1");
}

/** What is copied: cells by tabs, rows by lines; what would break that is put in quotes. */
export function tsv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => row.map((value) => quoted(value === null ? "" : full(value))).join("\t")).join("\n");
}

const quoted = (text: string): string => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The same as CSV, below the names of its columns. */
export function csv(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [names, ...rows.map((row) => row.map((value) => (value === null ? "" : full(value))))];
  return lines
    .map((line) => line.map((text) => (/[,\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(","))
    .join("\n");
}

/** The same as a table of Markdown, below the names of its columns; numbers stand at the right. */
export function markdown(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: readonly (readonly unknown[])[],
): string {
  const cell = (value: unknown) =>
    (value === null || value === undefined ? "" : typeof value === "string" ? value : written(value))
      .replaceAll("\\", "\\\\")
      .replaceAll("|", "\\|")
      .replace(/\r\n|[\n\r]/g, "<br>");
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ name }) => cell(name))),
    line(columns.map(({ type }) => (isNumber(type) ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(cell))),
  ].join("\n");
}

/** How wide a column begins: for its name, its type and the first of its values. */
export function widthOf(name: string, type: string, samples: readonly unknown[]): number {
  const letters = Math.max(...samples.map((value) => inCell(type, value).length), 0);
  const least = Math.max(name.length * 7.1 + 26, 88);
  return Math.round(Math.max(least, Math.min(300, letters * 7.3 + 22)));
}

/** The first and last of the stretches that a window of `length` at `start` shows. */
export function shownBetween(edges: readonly number[], start: number, length: number): readonly [number, number] {
  let first = 0;
  while (first < edges.length - 2 && (edges[first + 1] ?? 0) <= start) first += 1;
  let last = first;
  while (last < edges.length - 2 && (edges[last + 1] ?? 0) < start + length) last += 1;
  return [first, last];
}
