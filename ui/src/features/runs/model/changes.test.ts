import { describe, expect, it } from "vitest";
import { cell, samplesOf, statisticsOf } from "./changes";

describe("what differs between two tables", () => {
  it("is one line a row, with what changed as before and after", () => {
    const found = samplesOf([
      { change: "changed", key: { id: 1 }, columns: ["a"], before: { a: 1, b: "x" }, after: { a: 2, b: "x" } },
      { change: "added", key: {}, columns: [], before: null, after: { id: 3, a: null } },
    ]);
    expect(found.names).toEqual(["Change", "id", "a", "b"]);
    expect(found.rows).toEqual([
      { Change: "changed", id: "1", a: "1 → 2", b: "x" },
      { Change: "added", id: "3", a: "∅", b: "" },
    ]);
  });
  it("tells the figures of each column", () => {
    const found = statisticsOf([
      { column: "a", changed: 1, before: { nulls: 0, mean: 1.23456789 }, after: { nulls: 2, mean: 1.23456789 } },
      { column: "new", changed: null, before: null, after: { nulls: 0 } },
    ]);
    expect(found.names).toEqual(["Column", "nulls", "mean"]);
    expect(found.rows).toEqual([
      { Column: "a", nulls: "0 → 2", mean: "1.23457" },
      { Column: "new", nulls: "0", mean: "" },
    ]);
  });
  it("says nothing of nothing", () => {
    expect(samplesOf([])).toEqual({ names: [], rows: [] });
  });
  it("cuts what is long", () => {
    expect(cell("x".repeat(300))).toHaveLength(201);
  });
});
