import { expect, it } from "vitest";
import type { Tracked } from "../api";
import { axesOf, placeOn, spanOf } from "./parallel";

const run = (params: Record<string, string>, metrics: Record<string, number>) => ({ params, metrics }) as Tracked;
const RUNS = [run({ depth: "3", kind: "tree" }, { loss: 0.5 }), run({ depth: "9", kind: "line" }, { loss: 0.1 })];

it("has an axis of numbers or of words for what varies", () => {
  const axes = axesOf(RUNS, ["params.depth", "params.kind", "params.none", "metrics.loss"]);
  expect(axes.map(({ name, extent }) => [name, extent])).toEqual([
    ["depth", [3, 9]],
    ["kind", undefined],
    ["loss", [0.1, 0.5]],
  ]);
  expect(axes[1]?.labels).toEqual([
    { at: 0, text: "line" },
    { at: 1, text: "tree" },
  ]);
  expect(RUNS.map((each) => axes.map((axis) => placeOn(axis, each)))).toEqual([
    [0, 1, 1],
    [1, 0, 0],
  ]);
});

it("breaks the line of a run that has no value, and leaves out what has too many words", () => {
  const [axis] = axesOf(RUNS, ["params.depth"]);
  expect(axis && placeOn(axis, run({}, {}))).toBeNull();
  const many = Array.from({ length: 20 }, (_, each) => run({ name: `n${each}` }, {}));
  expect(axesOf(many, ["params.name"])).toEqual([]);
});

it("tells what a part of an axis holds, whichever way it was drawn", () => {
  const [axis] = axesOf(RUNS, ["params.depth"]);
  expect(axis && spanOf(axis, 1.4, 0.5)).toEqual([6, 9]);
  expect(axis && spanOf(axis, 0.01, 0.97)).toEqual([3, 9]);
});
