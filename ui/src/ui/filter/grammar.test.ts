import { describe, expect, it } from "vitest";
import {
  type Field,
  mistakes,
  parse,
  spanOf,
  suggestions,
  timeOf,
  toggled,
  valuesOf,
  withValues,
  wordsOf,
  written,
} from "./grammar";

const NOW = new Date("2026-01-31T12:00:00Z");
const FIELDS: readonly Field[] = [
  { key: "state", about: "How it stands", values: ["failed", "running"] },
  { key: "since", about: "Not older", kind: "time" },
  { key: "pipeline", about: "Of this pipeline" },
];

describe("filter grammar", () => {
  it("reads keys, words, quotes and negations", () => {
    const tokens = parse('state:failed  -kind:api "two words" pipeline:"a \\"b\\" c" word');
    expect(tokens.map(({ key, value, not }) => [key, value, not])).toEqual([
      ["state", "failed", false],
      ["kind", "api", true],
      ["", "two words", false],
      ["pipeline", 'a "b" c', false],
      ["", "word", false],
    ]);
    expect(wordsOf(tokens)).toEqual(["two words", "word"]);
  });

  it("reads what is half typed, and odd signs, without losing anything", () => {
    expect(parse("state: ").map(({ key, value }) => [key, value])).toEqual([["state", ""]]);
    expect(parse('"open').map(({ value }) => value)).toEqual(["open"]);
    expect(parse("- : <b>").map(({ value }) => value)).toEqual(["-", ":", "<b>"]);
    expect(parse("a/b:c http://x").map(({ key, value }) => [key, value])).toEqual([
      ["", "a/b:c"],
      ["http", "//x"],
    ]);
  });

  it("writes what it reads", () => {
    for (const value of ["plain", "two words", 'a "quote"', "-dash", "back\\slash x"]) {
      expect(parse(written({ key: "pipeline", value, not: true }))).toMatchObject([{ value, not: true }]);
    }
  });

  it("lets buttons write into the text", () => {
    expect(toggled("word", "state", "failed")).toBe("state:failed word");
    expect(toggled("state:failed since:7d", "state", "running")).toBe("since:7d state:failed state:running");
    expect(toggled("since:7d state:failed", "state", "failed")).toBe("since:7d");
    expect(withValues("since:7d x", "since", ["1h"])).toBe("since:1h x");
    expect(valuesOf(parse("state:failed -state:running"), "state")).toEqual(["failed"]);
  });

  it("says what cannot be understood", () => {
    expect(mistakes(parse("state:failed since:7d word state:"), FIELDS, NOW)).toEqual([]);
    expect(mistakes(parse("stat:failed"), FIELDS, NOW)[0]).toContain("no “stat”");
    expect(mistakes(parse("state:fine since:soon"), FIELDS, NOW)).toHaveLength(2);
  });

  it("understands times", () => {
    expect(timeOf("24h", NOW)?.toISOString()).toBe("2026-01-30T12:00:00.000Z");
    expect(timeOf("2026-01-02T03:04:05Z", NOW)?.toISOString()).toBe("2026-01-02T03:04:05.000Z");
    expect(timeOf("today", NOW)?.getHours()).toBe(0);
    expect(timeOf("2026-99-99", NOW)).toBeUndefined();
    expect(timeOf("2026-02-30", NOW)).toBeUndefined();
    expect([spanOf("90s"), spanOf("1.5h"), spanOf("long")]).toEqual([90, 5400, undefined]);
    expect(timeOf("5", NOW)).toBeUndefined();
    expect(timeOf("soon", NOW)).toBeUndefined();
  });

  it("completes keys, then values", () => {
    expect(suggestions("st", 2, FIELDS)).toMatchObject([{ text: "state:", caret: 6 }]);
    expect(suggestions("state:f word", 7, FIELDS)).toMatchObject([{ text: "state:failed word", caret: 13 }]);
    expect(suggestions("x since:", 8, FIELDS)[0]).toMatchObject({ text: "x since:1h ", label: "1h" });
    expect(suggestions("", 0, FIELDS)).toHaveLength(3);
  });
});
