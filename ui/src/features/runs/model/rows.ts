/** The block runs of a run as rows: in order, folded under their groups, and changed by what the stream tells. */
import type { components } from "@/api/client";

export type BlockRun = components["schemas"]["BlockRunDocument"];

const FINAL = new Set(["completed", "skipped", "upstream_failed", "failed", "cancelled"]);

export const isFinal = (state: string): boolean => FINAL.has(state);

/** Children behind their group by index, callbacks behind their parent, the rest as it stands. */
export function ordered(rows: readonly BlockRun[]): readonly BlockRun[] {
  const names = new Set(rows.map((row) => row.id));
  const below = new Map<string, BlockRun[]>();
  const top: BlockRun[] = [];
  for (const row of rows) {
    if (!row.parent || !names.has(row.parent)) top.push(row);
    else below.set(row.parent, [...(below.get(row.parent) ?? []), row]);
  }
  const told: BlockRun[] = [];
  const add = (row: BlockRun) => {
    told.push(row);
    const mine = below.get(row.id);
    if (!mine) return;
    mine.sort((one, other) => (one.index ?? 0) - (other.index ?? 0));
    mine.forEach(add);
  };
  top.forEach(add);
  return told;
}

/** Without the children of groups that are folded. */
export function unfolded(rows: readonly BlockRun[], open: ReadonlySet<string>): readonly BlockRun[] {
  return rows.filter((row) => row.role !== "child" || !row.parent || open.has(row.parent));
}

/** How many children of each group are in which state. */
export function childCounts(rows: readonly BlockRun[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const row of rows) {
    if (row.role !== "child" || !row.parent) continue;
    const mine = counts.get(row.parent) ?? new Map<string, number>();
    mine.set(row.state, (mine.get(row.state) ?? 0) + 1);
    counts.set(row.parent, mine);
  }
  return counts;
}

/** Which block run a reader wants to see first: what failed, what runs, else what came last. */
export function firstLook(rows: readonly BlockRun[]): BlockRun | undefined {
  const real = rows.filter((row) => row.role !== "group");
  return (
    real.find((row) => row.state === "failed" && row.role !== "callback") ??
    real.find((row) => row.state === "running" || row.state === "retry_wait") ??
    real.findLast((row) => row.state === "completed" && row.role === "block") ??
    real[0] ??
    rows[0]
  );
}

/** One change of a block run, as the stream tells it. */
export interface BlockEvent {
  readonly name: string;
  readonly state: string;
  readonly time: string;
  readonly attempt?: number | undefined;
  readonly reason?: string | undefined;
}

/** The rows after these changes; the same list when none speaks of them. ``unknown``: it spoke of rows that are not there. */
export function changed(
  rows: readonly BlockRun[],
  events: readonly BlockEvent[],
): { readonly rows: readonly BlockRun[]; readonly unknown: boolean } {
  const latest = new Map<string, BlockEvent[]>();
  for (const event of events) latest.set(event.name, [...(latest.get(event.name) ?? []), event]);
  if (latest.size === 0) return { rows, unknown: false };
  const next = rows.map((row) => {
    const mine = latest.get(row.id);
    latest.delete(row.id);
    return mine ? mine.reduce(after, row) : row;
  });
  return { rows: next, unknown: latest.size > 0 };
}

function after(row: BlockRun, event: BlockEvent): BlockRun {
  const moved = {
    ...row,
    state: event.state,
    reason: event.reason ?? "",
    attempts: Math.max(row.attempts, event.attempt ?? 0),
  };
  if (event.state === "running") return { ...moved, started: event.time, finished: null, seconds: null };
  if (!isFinal(event.state)) return moved;
  return { ...moved, finished: event.time, seconds: moved.seconds ?? between(moved.started, event.time) };
}

function between(start: string | null | undefined, end: string): number | null {
  return start ? Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000) : null;
}
