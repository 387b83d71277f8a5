import { describe, expect, it } from "vitest";
import type { HistoryStep } from "../api";
import { byColumn, figures, told } from "./history";

function step(version: number, ...profile: HistoryStep["profile"]): HistoryStep {
  const change = { added: [], removed: [], changed: [], moved: false };
  const size = { rows: 1, columns: profile.length, bytes: 1, parts: null };
  return {
    version,
    run: version,
    made: "2026-01-01T00:00:00Z",
    type: "dataframe",
    digest: "",
    schema_digest: "",
    change,
    profile,
    ...size,
  };
}

const HISTORY = [
  step(1, { name: "a", type: "int32", nulls: 0, mean: 1 }, { name: "old", type: "str" }),
  step(2),
  step(3, { name: "b", type: "bool", mean: 0.5 }, { name: "a", type: "int64", nulls: 2, mean: 3 }),
];

describe("a history by column", () => {
  it("has the columns of the newest version first", () => {
    expect(byColumn(HISTORY).map(({ name, type, present }) => [name, type, present])).toEqual([
      ["b", "bool", true],
      ["a", "int64", true],
      ["old", "str", false],
    ]);
  });
  it("leaves a gap where a version does not tell", () => {
    const [, a] = byColumn(HISTORY);
    expect(a && figures(a, "nulls")).toEqual([0, null, 2]);
    expect(a && figures(a, "mean")).toEqual([1, null, 3]);
  });
  it("is empty without versions", () => {
    expect(byColumn([])).toEqual([]);
  });
  it.each([
    [null, ""],
    [0.123456789, "0.123457"],
    [false, "false"],
    ["2026-01-01T01:25:33.123456", "2026-01-01 01:25"],
    ["x".repeat(99), `${"x".repeat(40)}…`],
  ])("writes %j", (value, said) => {
    expect(told(value)).toBe(said);
  });
});
