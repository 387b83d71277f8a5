import { expect, test } from "vitest";
import { bucket } from "./bucket";

test("a few at once, then one in each stretch", () => {
  const may = bucket(3, 1_000);
  expect([0, 50, 100, 150].map(may)).toEqual([true, true, true, false]);
  const done = Array.from({ length: 200 }, (_, step) => may(200 + step * 50)).filter(Boolean);
  expect(done).toHaveLength(10);
});

test("what was left alone for a while may be done at once again", () => {
  const may = bucket(2, 1_000);
  expect([0, 0, 0].map(may)).toEqual([true, true, false]);
  expect([5_000, 5_010, 5_020].map(may)).toEqual([true, true, false]);
});
