import { describe, expect, it } from "vitest";
import { paceOf, pairs } from "./compare";
import type { BlockRun } from "./rows";

function row(id: string, digest: string, more: Partial<BlockRun> = {}): BlockRun {
  return {
    id,
    block: id,
    role: "block",
    parent: null,
    index: null,
    children: null,
    state: "completed",
    reason: "",
    attempts: 1,
    reused: false,
    source_run: null,
    started: null,
    finished: null,
    seconds: 1,
    cpu_seconds: null,
    rss_peak_mb: null,
    due: null,
    outputs: digest ? [{ name: "output_0", type: "dataframe", rows: 5, columns: 2, bytes: 9, digest }] : [],
    tests: { passed: 0, failed: 0 },
    error: null,
    ...more,
  };
}

describe("two runs side by side", () => {
  it("say of each block what is not the same", () => {
    const told = pairs(
      [row("same", "a"), row("other", "a"), row("broke", "a"), row("gone", "a")],
      [row("same", "a"), row("other", "b"), row("broke", "", { state: "failed" }), row("new", "c")],
    );
    expect(told.map(({ name, change, tables }) => [name, change, tables])).toEqual([
      ["same", "", true],
      ["other", "result", true],
      ["broke", "state", false],
      ["new", "only after", false],
      ["gone", "only before", false],
    ]);
  });

  it("leave out groups, which stand for their children", () => {
    expect(pairs([row("each", "", { role: "group" })], [row("each", "", { role: "group" })])).toEqual([]);
  });

  it("say of times only what can be felt", () => {
    expect(paceOf(1, 2)).toBe("2.0× as long");
    expect(paceOf(3, 1)).toBe("3.0× faster");
    expect(paceOf(1, 1.1)).toBe("");
    expect(paceOf(0.001, 0.01)).toBe("");
    expect(paceOf(null, 1)).toBe("");
  });
});
