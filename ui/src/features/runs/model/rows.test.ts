import { describe, expect, it } from "vitest";
import { type BlockRun, changed, childCounts, firstLook, ordered, unfolded } from "./rows";

function row(id: string, more: Partial<BlockRun> = {}): BlockRun {
  return {
    id,
    block: id.split(":")[0] ?? id,
    role: "block",
    parent: null,
    index: null,
    children: null,
    state: "completed",
    reason: "",
    attempts: 1,
    reused: false,
    source_run: null,
    started: "2026-01-31T06:00:00Z",
    finished: null,
    seconds: null,
    cpu_seconds: null,
    rss_peak_mb: null,
    due: null,
    outputs: [],
    tests: { passed: 0, failed: 0 },
    error: null,
    ...more,
  };
}

const child = (index: number, state = "completed") =>
  row(`each:${index}`, { role: "child", parent: "each", index, state });
const ROWS = [row("load"), row("each", { role: "group", state: "running" }), row("sum"), child(10), child(2, "failed")];

describe("rows of a run", () => {
  it("stand with the children behind their group by number", () => {
    expect(ordered(ROWS).map(({ id }) => id)).toEqual(["load", "each", "each:2", "each:10", "sum"]);
  });

  it("keep a child whose group is not there", () => {
    expect(ordered([child(1)]).map(({ id }) => id)).toEqual(["each:1"]);
  });

  it("fold children away", () => {
    const rows = ordered(ROWS);
    expect(unfolded(rows, new Set()).map(({ id }) => id)).toEqual(["load", "each", "sum"]);
    expect(unfolded(rows, new Set(["each"]))).toHaveLength(5);
    expect(childCounts(rows).get("each")).toEqual(
      new Map([
        ["failed", 1],
        ["completed", 1],
      ]),
    );
  });

  it("open at the first failure, else at what runs, else at the last result", () => {
    expect(firstLook(ordered(ROWS))?.id).toBe("each:2");
    expect(firstLook([row("load"), row("clean", { state: "running" })])?.id).toBe("clean");
    expect(firstLook([row("load"), row("clean")])?.id).toBe("clean");
    expect(firstLook([])).toBeUndefined();
  });
});

describe("news of block runs", () => {
  const event = (name: string, state: string, time: string, reason?: string) => ({
    name,
    state,
    time,
    attempt: 1,
    reason,
  });

  it("moves them on, with times", () => {
    const { rows, unknown } = changed(
      [row("load", { state: "queued", started: null }), row("clean", { state: "waiting", started: null })],
      [event("load", "running", "2026-01-31T06:00:01Z"), event("load", "failed", "2026-01-31T06:00:03Z", "KeyError")],
    );
    expect(unknown).toBe(false);
    expect(rows[0]).toMatchObject({ state: "failed", reason: "KeyError", seconds: 2 });
    expect(rows[1]).toMatchObject({ state: "waiting" });
  });

  it("says when it speaks of rows that are not there yet", () => {
    expect(changed([row("load")], [event("each:1", "queued", "")]).unknown).toBe(true);
  });
});
