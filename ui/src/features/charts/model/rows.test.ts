import { describe, expect, it } from "vitest";
import type { Marks } from "@/ui/charts/marks";
import { csvOf, fileName, rowsOf } from "./rows";

const marks = (part: Partial<Marks> & { upward?: readonly string[] }): Marks => ({
  kind: "bar",
  axis: "words",
  words: [],
  series: [],
  ...part,
});
const told = { x: "city", y: "sum of sold" };

describe("a chart as rows", () => {
  it("has a row for each bar and a column for each series", () => {
    const bars = marks({
      words: ["Delft", "Gent"],
      series: [
        { name: "sum", points: [["Gent", 2]] },
        {
          name: "max",
          points: [
            ["Delft", 3],
            ["Gent", 1],
          ],
        },
      ],
    });
    expect(rowsOf(bars, told)).toEqual({
      heads: ["city", "sum", "max"],
      rows: [
        ["Delft", null, 3],
        ["Gent", 2, 1],
      ],
    });
  });
  it("tells moments of a line as days, in their order", () => {
    const line = marks({
      kind: "line",
      axis: "time",
      series: [
        {
          name: "",
          points: [
            [172_800, 2],
            [86_400, 1],
          ],
        },
      ],
    });
    expect(rowsOf(line, told).rows).toEqual([
      ["1970-01-02", 1],
      ["1970-01-03", 2],
    ]);
  });
  it("has the cells of a table, a box and a heat map as they are", () => {
    const table = marks({ kind: "table", upward: ["a", "b"], series: [{ name: "", points: [[1, "x"]] }] });
    expect(rowsOf(table, told)).toEqual({ heads: ["a", "b"], rows: [[1, "x"]] });
    const box = marks({ kind: "box", series: [{ name: "", points: [["a", 1, 2, 3, 4, 5]] }] });
    expect(rowsOf(box, told).rows).toEqual([["a", 1, 2, 3, 4, 5]]);
    const heat = marks({ kind: "heat_map", series: [{ name: "", points: [["a", "b", 3]] }] });
    expect(rowsOf(heat, told).rows).toEqual([["a", "b", 3]]);
  });
});

describe("CSV", () => {
  it("quotes what needs it and makes no formula", () => {
    expect(
      csvOf({
        heads: ["a", "b"],
        rows: [
          ['x"y', "=1+1"],
          [null, -3],
        ],
      }),
    ).toBe(`a,b\r\n"x""y",'=1+1\r\n,-3`);
  });
  it("is saved under a plain name", () => {
    expect(fileName("Sales / <b>city</b>")).toBe("Sales_b_city_b_");
  });
});
