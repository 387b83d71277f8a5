import { expect, it } from "vitest";
import { columnsOf, numberOf, usual, valueIn, varying, within, written } from "./columns";

const run = (params: Record<string, string>, metrics: Record<string, number | null>) => ({ params, metrics });
const RUNS = [run({ depth: "3", seed: "1" }, { loss: 0.5 }), run({ depth: "6", seed: "1" }, { loss: 0.4, odd: null })];

it("knows which parameters and metrics there are, and which vary", () => {
  const all = columnsOf(RUNS);
  expect(all).toEqual(["params.depth", "params.seed", "metrics.loss", "metrics.odd"]);
  expect(varying(RUNS, all)).toEqual(["params.depth", "metrics.loss"]);
  expect(varying(RUNS.slice(0, 1), all)).toEqual(all);
});

it("shows what varies, both kinds, as far as there is room", () => {
  expect(usual(RUNS, 6)).toEqual(["params.depth", "metrics.loss"]);
  const many = [0, 1].map((value) =>
    run(
      Object.fromEntries(Array.from({ length: 9 }, (_, each) => [`p${each}`, String(value)])),
      Object.fromEntries(Array.from({ length: 2 }, (_, each) => [`m${each}`, value])),
    ),
  );
  expect(usual(many, 6)).toEqual(["params.p0", "params.p1", "params.p2", "params.p3", "metrics.m0", "metrics.m1"]);
  expect(usual([RUNS[0] ?? run({}, {}), RUNS[0] ?? run({}, {})], 6)).toHaveLength(3);
});

it("reads values, also of names with dots", () => {
  expect(valueIn(run({ "a.b": "x" }, {}), "params.a.b")).toBe("x");
  expect(valueIn(run({}, {}), "metrics.loss")).toBeNull();
  expect([numberOf("0.5"), numberOf("x"), numberOf(""), numberOf(2), numberOf(null)]).toEqual([
    0.5,
    null,
    null,
    2,
    null,
  ]);
});

it("writes conditions as the server reads them", () => {
  expect(written("metrics.val loss")).toBe("metrics.`val loss`");
  expect(written("metrics.val/loss")).toBe("metrics.val/loss");
  expect(within("pipeline = train and metrics.loss >= 1", "metrics.loss", [0.1, 0.25])).toBe(
    "pipeline = train and metrics.loss >= 0.1 and metrics.loss <= 0.25",
  );
  expect(within("", "params.depth", [3, 6])).toBe("params.depth >= 3 and params.depth <= 6");
});
