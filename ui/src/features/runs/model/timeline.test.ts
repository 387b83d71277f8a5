import { describe, expect, it } from "vitest";
import type { BlockRun } from "./rows";
import { tickSeconds, timeline } from "./timeline";

const START = Date.parse("2026-01-31T06:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function row(id: string, from: number | null, to: number | null, more: Partial<BlockRun> = {}): BlockRun {
  return {
    id,
    block: id,
    role: "block",
    parent: null,
    index: null,
    children: null,
    state: to === null ? (from === null ? "waiting" : "running") : "completed",
    reason: "",
    attempts: 1,
    reused: false,
    source_run: null,
    started: from === null ? null : at(from),
    finished: to === null ? null : at(to),
    seconds: from === null || to === null ? null : to - from,
    cpu_seconds: null,
    rss_peak_mb: null,
    due: null,
    outputs: [],
    tests: { passed: 0, failed: 0 },
    error: null,
    ...more,
  };
}

const UPSTREAM = new Map([
  ["load", []],
  ["left", ["load"]],
  ["right", ["load"]],
  ["join", ["left", "right"]],
]);

describe("timeline", () => {
  it("separates waiting for a slot from working", () => {
    const rows = [row("load", 0, 4), row("left", 4, 7), row("right", 6, 8), row("join", 8, 10)];
    const { bars } = timeline(rows, UPSTREAM, at(0), new Date(START));
    expect(bars.get("left")).toEqual({ wait: undefined, work: { from: 0.4, to: 0.7 }, waited: 0 });
    expect(bars.get("right")).toEqual({ wait: { from: 0.4, to: 0.6 }, work: { from: 0.6, to: 0.8 }, waited: 2 });
  });

  it("finds the chain that decided how long it took", () => {
    const rows = [row("load", 0, 4), row("left", 4, 7), row("right", 4, 5), row("join", 7, 10)];
    expect([...timeline(rows, UPSTREAM, at(0), new Date(START)).critical].sort()).toEqual(["join", "left", "load"]);
  });

  it("lets what runs grow until now, and shows no bar for what waits", () => {
    const { bars } = timeline(
      [row("load", 0, null), row("left", null, null)],
      UPSTREAM,
      at(0),
      new Date(START + 5_000),
    );
    expect(bars.get("load")?.work).toEqual({ from: 0, to: 1 });
    expect(bars.get("left")).toEqual({ wait: undefined, work: undefined, waited: 0 });
  });

  it("folds the night before a retry", () => {
    const night = 8 * 3600;
    const { bars, gaps, ticks } = timeline(
      [row("load", 0, 10), row("left", night, night + 10)],
      new Map(),
      at(0),
      new Date(START),
    );
    expect(gaps).toHaveLength(1);
    expect(ticks).toEqual([]);
    expect(bars.get("left")?.work?.from).toBeCloseTo(0.515, 2);
  });

  it("says nothing of a run in which nothing began", () => {
    const { bars, critical } = timeline([row("load", null, null)], UPSTREAM, null, new Date(START));
    expect(bars.get("load")?.work).toBeUndefined();
    expect(critical.size).toBe(0);
  });
});

describe("ticks", () => {
  it("are round at every size", () => {
    expect(tickSeconds(0.3)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
    expect(tickSeconds(7.8)).toEqual([0, 2, 4, 6]);
    expect(tickSeconds(190)).toEqual([0, 60, 120, 180]);
    expect(tickSeconds(7_200).length).toBeLessThanOrEqual(7);
  });
});
