import { describe, expect, it } from "vitest";
import { ageOf, changesOf, freshnessOf, promiseOf, shapeOf, titleOf } from "./words";

describe("words", () => {
  it("names an output by its block, and by its own name where there are several", () => {
    expect(titleOf({ id: "s/clean/output_0", block: "clean", name: "output_0" })).toBe("clean");
    expect(titleOf({ id: "s/eu/clean/b", block: "eu/clean", name: "b" })).toBe("eu/clean · b");
    expect(titleOf({ id: "prices", block: null, name: null })).toBe("prices");
  });
  it.each([
    [{ type: "dataframe", rows: 1200, columns: 3, parts: null }, "1,200 rows × 3"],
    [{ type: "dataframe", rows: 36, columns: 1, parts: 12 }, "36 rows × 1 of 12 children"],
    [{ type: "list", rows: 1, columns: null, parts: null }, "1 row"],
    [{ type: "dict", rows: null, columns: null, parts: null }, "dict"],
  ])("says how large it is", (version, said) => {
    expect(shapeOf(version)).toBe(said);
  });
  it("tells what was never computed from what is out of date", () => {
    expect(freshnessOf({ fresh: null, why: "" })).toBeUndefined();
    expect(freshnessOf({ fresh: false, why: "it was never computed" })).toBe("never");
    expect(freshnessOf({ fresh: false, why: "it is outdated since …" })).toBe("stale");
    expect(freshnessOf({ fresh: true, why: "" })).toBe("fresh");
  });
  it("says a promise in a sentence", () => {
    expect(ageOf({ hours: 12, days: 1 })).toBe("1 day 12 hours");
    expect(promiseOf({ outdated_after: {}, outdated_starting_at: {} })).toContain("never becomes out of date");
    expect(promiseOf({ outdated_after: { weeks: 2 }, outdated_starting_at: { hour_of_day: 6, day_of_week: 1 } })).toBe(
      "The value is never older than 2 weeks, replaced from 06:00 UTC, Monday on.",
    );
  });
  it("tells each change of a column", () => {
    const change = {
      added: [{ name: "a", type: "int64" }],
      removed: [{ name: "b", type: "str" }],
      changed: [{ name: "c", before: "int32", after: "int64" }],
      moved: false,
    };
    expect(changesOf(change).map(({ column, what }) => `${column} ${what}`)).toEqual([
      "a was added as int64",
      "b was removed; it was str",
      "c was int32 and is int64",
    ]);
  });
});
