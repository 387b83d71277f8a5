/** Two runs side by side, block by block. */
import type { BlockRun } from "./rows";

export interface Side {
  readonly state: string;
  readonly seconds: number | null;
  readonly rows: number | null;
  readonly columns: number | null;
}

export interface Pair {
  readonly name: string;
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** Whether what it gave, or how it ended, is not the same. */
  readonly change: "" | "state" | "result" | "only before" | "only after";
  /** Whether both gave a table, whose rows can be compared. */
  readonly tables: boolean;
}

export function pairs(before: readonly BlockRun[], after: readonly BlockRun[]): readonly Pair[] {
  const was = new Map(before.map((row) => [row.id, row]));
  const now = new Map(after.map((row) => [row.id, row]));
  const names = [...new Set([...now.keys(), ...was.keys()])];
  return names.flatMap((name) => {
    const one = was.get(name);
    const other = now.get(name);
    if ((other ?? one)?.role === "group") return [];
    const tables = isTable(one) && isTable(other);
    return [{ name, before: sideOf(one), after: sideOf(other), change: changeOf(one, other), tables }];
  });
}

const isTable = (row: BlockRun | undefined): boolean =>
  row?.outputs[0] !== undefined && row.outputs[0].rows !== null && row.outputs[0].columns !== null;

function sideOf(row: BlockRun | undefined): Side | undefined {
  if (!row) return undefined;
  const table = row.outputs.find((output) => output.rows !== null);
  return { state: row.state, seconds: row.seconds, rows: table?.rows ?? null, columns: table?.columns ?? null };
}

function changeOf(one: BlockRun | undefined, other: BlockRun | undefined): Pair["change"] {
  if (!one) return "only after";
  if (!other) return "only before";
  if (one.state !== other.state) return "state";
  const digests = (row: BlockRun) => row.outputs.map((output) => output.digest).join();
  return digests(one) === digests(other) ? "" : "result";
}

/** `2.1 × as long`, `half as long`; nothing when both took about the same, or next to nothing. */
export function paceOf(before: number | null | undefined, after: number | null | undefined): string {
  if (!before || !after || Math.max(before, after) < 0.05) return "";
  const ratio = after / before;
  if (ratio > 0.8 && ratio < 1.25) return "";
  return ratio >= 1 ? `${ratio.toFixed(1)}× as long` : `${(1 / ratio).toFixed(1)}× faster`;
}
