import { expect, it } from "vitest";
import { marksOf, smoothed } from "./curves";

const point = (step: number, value: number | null) => ({ step, value, time: `2026-01-01T00:00:0${step}Z` });
const AS_IT_IS = { by: "step", smooth: 0, log: false } as const;

it("draws by step, or by the seconds since the first value", () => {
  const way = { name: "a", points: [point(1, 10), point(3, 1)] };
  expect(marksOf([way], AS_IT_IS).series[0]?.points).toEqual([
    [1, 10],
    [3, 1],
  ]);
  expect(marksOf([way], { ...AS_IT_IS, by: "time" }).series[0]?.points).toEqual([
    [0, 10],
    [2, 1],
  ]);
});

it("leaves out what has no logarithm", () => {
  const way = { name: "a", points: [point(1, 100), point(2, 0), point(3, null)] };
  expect(marksOf([way], { ...AS_IT_IS, log: true }).series[0]?.points.map(([, y]) => y)).toEqual([2, null, null]);
});

it("smooths without a pull towards nothing at the beginning", () => {
  expect(smoothed([5, 5, null, 5], 0.9).map((value) => value && Number(value.toFixed(9)))).toEqual([5, 5, null, 5]);
  const [, second] = smoothed([0, 10], 0.5);
  expect(second).toBeCloseTo(20 / 3);
  expect(smoothed([1, 2], 0)).toEqual([1, 2]);
});
