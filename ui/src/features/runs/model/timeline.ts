/** When each block waited and worked, as shares of the width, and which chain of blocks decided how long it took. */
import type { BlockRun } from "./rows";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  /** Ready, but not yet running: shares of the width from 0 to 1. */
  readonly wait: Span | undefined;
  readonly work: Span | undefined;
  readonly waited: number;
}

export interface Timeline {
  readonly bars: ReadonlyMap<string, Bar>;
  readonly ticks: readonly { readonly at: number; readonly seconds: number }[];
  /** Where nothing happened for long and the axis is folded: shares of the width. */
  readonly gaps: readonly number[];
  readonly critical: ReadonlySet<string>;
}

/** A pause longer than this share of all that happened is folded: nobody wants to see the night before a retry. */
const LONG_PAUSE = 0.4;
const FOLDED = 0.03;
const SHORTEST_SECONDS = 0.05;

export function timeline(
  rows: readonly BlockRun[],
  upstream: ReadonlyMap<string, readonly string[]>,
  began: string | null | undefined,
  now: Date,
): Timeline {
  const start = began ? Date.parse(began) : now.getTime();
  const works = new Map<string, Span>();
  for (const row of rows) {
    if (!row.started) continue;
    const from = Date.parse(row.started);
    const to = row.finished ? Date.parse(row.finished) : now.getTime();
    works.set(row.id, { from, to: Math.max(from, to) });
  }
  const waits = new Map<string, Span>();
  for (const row of rows) {
    const work = works.get(row.id);
    const end = work?.from ?? (row.state === "queued" ? now.getTime() : undefined);
    if (end === undefined) continue;
    const ready = Math.max(start, ...sourcesOf(row, upstream).map((name) => works.get(name)?.to ?? start));
    if (ready < end) waits.set(row.id, { from: ready, to: end });
  }
  const axis = axisOf([...works.values()], start, [...waits.values()]);
  const bars = new Map<string, Bar>();
  for (const row of rows) {
    const work = works.get(row.id);
    const wait = waits.get(row.id);
    bars.set(row.id, {
      work: work && { from: axis.at(work.from), to: axis.at(work.to) },
      wait: wait && { from: axis.at(wait.from), to: axis.at(wait.to) },
      waited: wait ? (wait.to - wait.from) / 1000 : 0,
    });
  }
  return { bars, ticks: axis.ticks, gaps: axis.gaps, critical: criticalPath(rows, upstream, works) };
}

function sourcesOf(row: BlockRun, upstream: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (row.role === "callback" && row.parent) return [row.parent];
  return upstream.get(row.block) ?? [];
}

interface Axis {
  readonly at: (time: number) => number;
  readonly ticks: Timeline["ticks"];
  readonly gaps: readonly number[];
}

function axisOf(works: readonly Span[], start: number, waits: readonly Span[]): Axis {
  const busy = merged(works.length ? works : waits);
  const first = Math.min(start, busy[0]?.from ?? start);
  const last = Math.max(busy.at(-1)?.to ?? start, first + SHORTEST_SECONDS * 1000);
  const total = busy.reduce((sum, span) => sum + span.to - span.from, 0);
  const pieces: { from: number; to: number; size: number; folded: boolean }[] = [];
  let place = first;
  const piece = (to: number, folded: boolean) => {
    if (to <= place) return;
    pieces.push({ from: place, to, size: folded ? total * FOLDED : to - place, folded });
    place = to;
  };
  for (const span of busy) {
    piece(span.from, span.from - place > Math.max(total * LONG_PAUSE, 1000) && place > first);
    piece(span.to, false);
  }
  piece(last, false);
  const width = pieces.reduce((sum, each) => sum + each.size, 0) || 1;
  const at = (time: number) => {
    let before = 0;
    for (const each of pieces) {
      if (time <= each.to) {
        return Math.max(0, (before + ((time - each.from) / (each.to - each.from)) * each.size) / width);
      }
      before += each.size;
    }
    return 1;
  };
  const gaps = pieces.filter((each) => each.folded).map((each) => at((each.from + each.to) / 2));
  const ticks = gaps.length
    ? []
    : tickSeconds((last - first) / 1000).map((seconds) => ({ at: at(first + seconds * 1000), seconds }));
  return { at, ticks, gaps };
}

function merged(spans: readonly Span[]): Span[] {
  const told: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const last = told.at(-1);
    if (last && span.from <= last.to) told[told.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else told.push(span);
  }
  return told;
}

const STEPS = [1, 2, 5];
const CLOCK_STEPS = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const MOST_TICKS = 6;

/** Round moments in a span of seconds, the beginning included. */
export function tickSeconds(span: number): readonly number[] {
  const step = stepOf(span / MOST_TICKS);
  const ticks: number[] = [];
  for (let index = 0; index * step <= span * 0.96; index += 1) ticks.push(Number((index * step).toPrecision(6)));
  return ticks;
}

function stepOf(least: number): number {
  if (least > 5) return CLOCK_STEPS.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 0.001)));
  return power * (STEPS.find((step) => step * power >= least * 0.999) ?? 10);
}

/** Back from what ended last, always to the input that came last. */
function criticalPath(
  rows: readonly BlockRun[],
  upstream: ReadonlyMap<string, readonly string[]>,
  works: ReadonlyMap<string, Span>,
): ReadonlySet<string> {
  const path = new Set<string>();
  const tops = rows.filter((row) => row.role !== "child" && row.role !== "callback");
  const byBlock = new Map(tops.map((row) => [row.block, row]));
  const end = (row: BlockRun) => works.get(row.id)?.to ?? Number.NEGATIVE_INFINITY;
  let row = latest(tops, end);
  while (row && works.has(row.id) && !path.has(row.id)) {
    path.add(row.id);
    const sources = (upstream.get(row.block) ?? []).flatMap((name) => byBlock.get(name) ?? []);
    row = latest(sources, end);
  }
  return path.size > 1 ? path : new Set();
}

function latest(rows: readonly BlockRun[], end: (row: BlockRun) => number): BlockRun | undefined {
  return rows.reduce<BlockRun | undefined>((best, row) => (best && end(best) >= end(row) ? best : row), undefined);
}
