/** Which chart a table is shown as, at first and as people change it. Pure. */
import { isNumber, isTime } from "./cells";

export const KINDS = ["bar", "line", "scatter", "histogram"] as const;
export const AGGREGATES = ["count", "sum", "mean", "median", "min", "max"] as const;
export type Kind = (typeof KINDS)[number];
export type Aggregate = (typeof AGGREGATES)[number];

export interface Wish {
  readonly kind: Kind;
  readonly x: string;
  /** Empty: rows are counted. */
  readonly y: string;
  readonly colour: string;
  readonly aggregate: Aggregate;
}

export interface Typed {
  readonly name: string;
  readonly type: string;
}

const isPlainNumber = ({ name, type }: Typed) => isNumber(type) && !/(^|_)id$/i.test(name);
/** What has an order, so that a line may go along it. */
export const hasOrder = ({ type }: Typed): boolean => isNumber(type) || isTime(type);

/** Time goes along the bottom; else words with a figure each; else how numbers are spread. */
export function proposed(columns: readonly Typed[]): Wish | undefined {
  const time = columns.find(({ type }) => isTime(type));
  const figure = columns.find(isPlainNumber);
  const word = columns.find((column) => !hasOrder(column));
  const [first] = columns;
  const y = figure?.name ?? "";
  const aggregate = y ? "mean" : "count";
  if (time) return { kind: "line", x: time.name, y, colour: "", aggregate };
  if (word) return { kind: "bar", x: word.name, y, colour: "", aggregate };
  if (figure) return { kind: "histogram", x: figure.name, y: "", colour: "", aggregate: "count" };
  return first ? { kind: "histogram", x: first.name, y: "", colour: "", aggregate: "count" } : undefined;
}

/** The columns that may stand along the bottom of a chart of this kind. */
export function acrossOf(kind: Kind, columns: readonly Typed[]): readonly Typed[] {
  return kind === "bar" ? columns : columns.filter(hasOrder);
}

export const figuresOf = (columns: readonly Typed[]): readonly Typed[] => columns.filter(({ type }) => isNumber(type));

/** The wish after one of its parts was changed: what no longer fits is replaced. Undefined: the table has nothing to
 * draw so. */
export function changed(wish: Wish, part: Partial<Wish>, columns: readonly Typed[]): Wish | undefined {
  const next = { ...wish, ...part };
  const across = acrossOf(next.kind, columns);
  const x = across.some(({ name }) => name === next.x) ? next.x : across[0]?.name;
  if (x === undefined) return undefined;
  if (next.kind === "histogram") return { ...next, x, y: "", colour: "", aggregate: "count" };
  const figures = figuresOf(columns);
  if (next.kind === "scatter") {
    const y = next.y || (figures.find(({ name }) => name !== x) ?? figures[0])?.name;
    return y ? { ...next, x, y } : undefined;
  }
  if (!next.y) return { ...next, x, aggregate: "count" };
  // A figure was chosen: counting rows would not show it.
  return { ...next, x, aggregate: part.y && next.aggregate === "count" ? "mean" : next.aggregate };
}
