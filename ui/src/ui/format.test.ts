import { describe, expect, it } from "vitest";
import { absolute, bytes, clock, count, counted, duration, relative } from "./format";

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [0.038, "38 ms"],
    [0.9996, "1.00 s"],
    [1.24, "1.24 s"],
    [9.996, "10.0 s"],
    [59.96, "1 min"],
    [192, "3 min 12 s"],
    [7_500, "2 h 5 min"],
    [86_400 * 3 + 4 * 3600, "3 d 4 h"],
    [-1, "0 s"],
    [null, ""],
    [Number.NaN, ""],
  ])("%s is %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [42, "0:42"],
    [725, "12:05"],
    [3_723, "1:02:03"],
    [-3, "0:00"],
  ])("%s ticks as %s", (seconds, text) => expect(clock(seconds)).toBe(text));
});

describe("times", () => {
  const now = new Date(2026, 10, 21, 18, 0, 0);
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

  it.each([
    [at(0), "just now"],
    [at(-0.5), "30 s ago"],
    [at(-14), "14 min ago"],
    [at(34), "in 34 min"],
    [at(-90), "1 h 30 min ago"],
    [at(-300), "5 h ago"],
    [at(-15 * 60), "today 03:00"],
    [at(-24 * 60), "yesterday 18:00"],
    [at(24 * 60), "tomorrow 18:00"],
    [at(-40 * 24 * 60), "12 Oct"],
    [new Date(2024, 0, 2), "2 Jan 2024"],
  ])("%s is %s", (when, text) => expect(relative(when, now)).toBe(text));

  it("says both zones", () => {
    expect(absolute(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)))).toContain("2026-01-02 03:04:05 UTC");
  });
});

describe("sizes and counts", () => {
  it.each([
    [0, "0 B"],
    [812, "812 B"],
    [1_234, "1.2 kB"],
    [999_600, "1.0 MB"],
    [123_456_789, "123 MB"],
  ])("%s is %s", (size, text) => expect(bytes(size)).toBe(text));

  it("groups digits and counts things", () => {
    expect(count(336_776)).toBe("336,776");
    expect(counted(1, "run")).toBe("1 run");
    expect(counted(2, "entry", "entries")).toBe("2 entries");
  });
});
