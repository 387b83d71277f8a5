import { describe, expect, it } from "vitest";
import { acrossOf, changed, proposed, type Wish } from "./chart";

const COLUMNS = [
  { name: "order_id", type: "int64" },
  { name: "city", type: "str" },
  { name: "amount", type: "float64" },
  { name: "ordered", type: "datetime64[us]" },
];

describe("a chart", () => {
  it("goes along time where there is one", () => {
    expect(proposed(COLUMNS)).toEqual({ kind: "line", x: "ordered", y: "amount", colour: "", aggregate: "mean" });
  });
  it("has a bar for each word, or bins of numbers", () => {
    expect(proposed(COLUMNS.slice(0, 3))).toMatchObject({ kind: "bar", x: "city", y: "amount" });
    expect(proposed(COLUMNS.slice(1, 2))).toMatchObject({ kind: "bar", x: "city", y: "", aggregate: "count" });
    expect(proposed([{ name: "n", type: "int64" }])).toMatchObject({ kind: "histogram", x: "n" });
    expect(proposed([])).toBeUndefined();
  });
  const wish: Wish = { kind: "bar", x: "city", y: "", colour: "city", aggregate: "count" };
  it("keeps only what fits when its kind changes", () => {
    expect(acrossOf("line", COLUMNS).map(({ name }) => name)).toEqual(["order_id", "amount", "ordered"]);
    expect(changed(wish, { kind: "line" }, COLUMNS)).toMatchObject({ x: "order_id", colour: "city" });
    expect(changed(wish, { kind: "histogram" }, COLUMNS)).toMatchObject({ x: "order_id", y: "", colour: "" });
    expect(changed(wish, { kind: "scatter" }, COLUMNS)).toMatchObject({ x: "order_id", y: "amount" });
    expect(changed(wish, { kind: "scatter" }, COLUMNS.slice(1, 2))).toBeUndefined();
  });
  it("counts rows without a figure and takes the mean with one", () => {
    expect(changed(wish, { y: "amount" }, COLUMNS)).toMatchObject({ aggregate: "mean" });
    expect(changed({ ...wish, y: "amount", aggregate: "sum" }, { y: "" }, COLUMNS)).toMatchObject({
      aggregate: "count",
    });
    expect(changed({ ...wish, y: "amount", aggregate: "mean" }, { aggregate: "count" }, COLUMNS)?.aggregate).toBe(
      "count",
    );
  });
});
