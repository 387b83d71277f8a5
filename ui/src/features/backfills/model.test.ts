import { describe, expect, it } from "vitest";
import { emptyAsked, lineOf, wantedOf } from "./model";

const asked = emptyAsked(new Date(2026, 4, 10), "Europe/Berlin");

describe("a backfill", () => {
  it("begins with the last seven days", () => {
    expect(wantedOf(asked).wanted).toMatchObject({
      start: "2026-05-03",
      end: "2026-05-09",
      every: "day",
      skip_done: true,
    });
  });

  it("says which date is wrong", () => {
    expect(wantedOf({ ...asked, start: "" }).wrong).toHaveProperty("start");
    expect(wantedOf({ ...asked, start: "2026-06-01" }).wrong).toHaveProperty("end");
  });

  it("takes a line of values or of JSON for each slice", () => {
    const lines = 'region=north, limit=10\n\n{"region": "south"}';
    const { wanted, wrong } = wantedOf({ ...asked, by: "list", lines });
    expect(wanted.each).toEqual([{ region: "north", limit: 10 }, { region: "south" }]);
    expect([wanted.start, wanted.end, wrong]).toEqual(["", "", {}]);
  });

  it("names the line that it cannot read", () => {
    expect(wantedOf({ ...asked, by: "list", lines: "a=1\nwhat" }).wrong.each).toContain("Line 2");
    expect(wantedOf({ ...asked, by: "list", lines: "" }).wrong).toHaveProperty("each");
    expect(lineOf("{broken")).toBeUndefined();
    expect(lineOf('["a"]')).toBeUndefined();
    expect(lineOf("a=1, a=2")).toBeUndefined();
  });
});
