/** Parallel coordinates: an axis for each column, a line for each run. Pure. */
import { brief, extentOf } from "@/ui/charts/scale";
import type { Tracked } from "../api";
import { type ColumnName, nameOf, numberOf, valueIn } from "./columns";

export interface Axis {
  readonly column: ColumnName;
  readonly name: string;
  /** Of numbers; missing: words. */
  readonly extent?: readonly [number, number];
  readonly words: readonly string[];
  /** The labels at its ends, or at each word: where from 0 (below) to 1, and what. */
  readonly labels: readonly { readonly at: number; readonly text: string }[];
}

/** Words that an axis has room for. */
const MOST_WORDS = 12;

/** Columns with at least two values, none with more words than can be told apart. */
export function axesOf(runs: readonly Tracked[], columns: readonly ColumnName[]): readonly Axis[] {
  return columns.flatMap((column): Axis[] => {
    const values = runs.map((run) => valueIn(run, column)).filter((value) => value !== null);
    const distinct = [...new Set(values)];
    if (distinct.length < 2) return [];
    const numbers = values.map(numberOf);
    if (numbers.every((number) => number !== null)) {
      const extent = extentOf(numbers) ?? [0, 1];
      const labels = extent.map((value, at) => ({ at, text: brief(value) }));
      return [{ column, name: nameOf(column), extent, words: [], labels }];
    }
    if (distinct.length > MOST_WORDS) return [];
    const words = distinct.map(String).sort();
    const labels = words.map((text, index) => ({ at: index / (words.length - 1), text }));
    return [{ column, name: nameOf(column), words, labels }];
  });
}

/** Where a run stands on an axis, from 0 (below) to 1; null: it has no such value. */
export function placeOn(axis: Axis, run: Tracked): number | null {
  const value = valueIn(run, axis.column);
  if (value === null) return null;
  if (axis.extent) {
    const number = numberOf(value);
    return number === null ? null : (number - axis.extent[0]) / (axis.extent[1] - axis.extent[0]);
  }
  return axis.words.indexOf(String(value)) / (axis.words.length - 1);
}

/** So near to an end the end is meant. */
const SNAP = 0.04;

/** What a part of an axis of numbers, told from 0 to 1, holds. */
export function spanOf({ extent }: Axis, one: number, other: number): readonly [number, number] | undefined {
  if (!extent) return undefined;
  const snapped = (place: number) => (place < SNAP ? 0 : place > 1 - SNAP ? 1 : place);
  const at = (place: number) => extent[0] + snapped(place) * (extent[1] - extent[0]);
  return [at(Math.min(one, other)), at(Math.max(one, other))];
}
