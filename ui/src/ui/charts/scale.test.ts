import { describe, expect, it } from "vitest";
import { brief, extentOf, fromZero, lineOf, pointsOf, ticksOf } from "./scale";

describe("scales", () => {
  it("spans what is a number", () => {
    expect(extentOf([3, null, -1, Number.NaN])).toEqual([-1, 3]);
    expect(extentOf([null])).toBeUndefined();
  });
  it("gives room to what never changes", () => {
    expect(extentOf([10, 10])).toEqual([9, 11]);
    expect(extentOf([0])).toEqual([-1, 1]);
  });
  it("begins with zero only near it", () => {
    expect(fromZero([2, 5])).toEqual([0, 5]);
    expect(fromZero([1000, 1010])).toEqual([1000, 1010]);
    expect(fromZero([-5, -2])).toEqual([-5, 0]);
  });
  it.each([
    [
      [0, 10],
      [0, 5, 10],
    ],
    [
      [0, 0.3],
      [0, 0.1, 0.2, 0.3],
    ],
    [
      [-12, 31],
      [0, 20],
    ],
    [
      [4990, 6211],
      [5000, 5500, 6000],
    ],
  ] as const)("sets round ticks in %j", (extent, ticks) => {
    expect(ticksOf(extent)).toEqual(ticks);
  });
  it("has one tick where there is no extent", () => {
    expect(ticksOf([4, 4])).toEqual([4]);
  });
  it("breaks a line where a value is missing", () => {
    const points = pointsOf([0, 5, null, 10], [0, 10], 30, 20);
    expect(points).toEqual([{ x: 0, y: 20 }, { x: 10, y: 10 }, null, { x: 30, y: 0 }]);
    expect(lineOf(points)).toBe("M0 20L10 10M30 0");
  });
  it("puts a single value at the end", () => {
    expect(pointsOf([5], [4, 6], 30, 20)).toEqual([{ x: 30, y: 10 }]);
  });
  it.each([
    [0, "0"],
    [1234, "1234"],
    [12_345, "12.3k"],
    [4_500_000, "4.5M"],
    [0.12345, "0.1235"],
    [0.000012, "1.2e-5"],
    [-25_000, "-25k"],
  ])("writes %d briefly", (value, said) => {
    expect(brief(value)).toBe(said);
  });
});
