import { describe, expect, it } from "vitest";
import { barsOf, heights, labelOf, type Marks, placesOf, tableOf, ticksUnder } from "./marks";

const BARS: Marks = {
  kind: "bar",
  axis: "words",
  words: ["Delft", "Gent"],
  series: [
    {
      name: "yes",
      points: [
        ["Delft", 4],
        ["Gent", -2],
      ],
    },
    {
      name: "no",
      points: [
        ["Delft", 1],
        ["Oslo", 9],
      ],
    },
  ],
};
const LINE: Marks = {
  kind: "line",
  axis: "numbers",
  words: [],
  series: [
    {
      name: "a",
      points: [
        [0, 10],
        [5, null],
        [10, 20],
      ],
    },
    { name: "b", points: [[5, 15]] },
  ],
};
const BINS: Marks = {
  kind: "histogram",
  axis: "numbers",
  words: [],
  series: [
    {
      name: "",
      points: [
        [0, 3, 5],
        [5, 0, 10],
      ],
    },
  ],
};

describe("marks", () => {
  it("lets bars stand on zero, up and down", () => {
    expect(heights({ ...BARS, series: BARS.series.slice(0, 1) })).toEqual([-2, 4]);
    const [delft, gent] = barsOf({ ...BARS, series: BARS.series.slice(0, 1) }, 200, 60);
    expect(delft).toMatchObject({ y: 0, height: 40, told: "yes, Delft: 4" });
    expect(gent).toMatchObject({ y: 40, height: 20 });
  });
  it("puts series beside each other and leaves out what has no place", () => {
    const bars = barsOf(BARS, 200, 60);
    expect(bars).toHaveLength(3);
    expect(bars[2]?.x).toBe((bars[0]?.x ?? 0) + (bars[0]?.width ?? 0));
  });
  it("draws bins from edge to edge", () => {
    const [first, second] = barsOf(BINS, 100, 30);
    expect(first).toMatchObject({ x: 0, width: 49, height: 30, told: "0 to 5: 3" });
    expect(second).toMatchObject({ x: 50, height: 0 });
  });
  it("draws one bar where all values are the same", () => {
    const [only] = barsOf({ ...BINS, series: [{ name: "", points: [[7, 3, 7]] }] }, 100, 30);
    expect(only).toMatchObject({ width: 40, height: 30, x: 30 });
  });
  it("leaves a gap in a line", () => {
    const [line] = placesOf(LINE, 100, 40);
    expect(line).toEqual([{ x: 0, y: 20 }, null, { x: 100, y: 0 }]);
  });
  it("labels only as many words as there is room for", () => {
    const words = Array.from({ length: 40 }, (_, index) => `a long word ${index}`);
    const ticks = ticksUnder({ ...BARS, words }, 400);
    expect(ticks).toHaveLength(8);
    expect(ticks[0]?.label).toBe("a lon…");
  });
  it("labels an axis of time at two places at least", () => {
    const day = Date.UTC(2026, 0, 4) / 1000;
    const points: [number, number][] = [
      [day, 1],
      [day + 8 * 86_400, 2],
    ];
    const ticks = ticksUnder({ ...LINE, axis: "time", series: [{ name: "", points }] }, 240);
    expect(ticks.length).toBeGreaterThan(1);
  });
  it("writes moments as far as they differ", () => {
    const day = Date.UTC(2026, 0, 2) / 1000;
    expect(labelOf(day, { axis: "time" }, [day, day + 864_000])).toBe("2026-01-02");
    expect(labelOf(day + 3600, { axis: "time" }, [day, day + 7200])).toBe("01:00:00");
    expect(labelOf(day, { axis: "time" })).toBe("2026-01-02");
    expect(
      ticksUnder(
        {
          ...LINE,
          axis: "time",
          series: [
            {
              name: "",
              points: [
                [day, 1],
                [day + 604_800, 1],
              ],
            },
          ],
        },
        800,
      ),
    ).toHaveLength(8);
  });
  it("puts no label between two of what has no parts", () => {
    const versions: Marks = { ...LINE, series: [{ name: "", points: [1, 2, 3].map((version) => [version, 1]) }] };
    expect(ticksUnder(versions, 900).length).toBeGreaterThan(3);
    expect(ticksUnder({ ...versions, whole: true }, 900).map(({ label }) => label)).toEqual(["1", "2", "3"]);
  });
  it("is a table as well", () => {
    expect(tableOf(BARS)).toEqual([
      ["Delft", "4", "1"],
      ["Gent", "-2", ""],
    ]);
    expect(tableOf(LINE)).toEqual([
      ["0", "10", ""],
      ["5", "", "15"],
      ["10", "20", ""],
    ]);
    expect(tableOf(BINS)).toEqual([
      ["0 to 5", "3"],
      ["5 to 10", "0"],
    ]);
  });
  it("draws nothing of nothing", () => {
    const none: Marks = { ...BARS, words: [], series: [] };
    expect(barsOf(none, 100, 40)).toEqual([]);
    expect(ticksUnder(none, 100)).toEqual([]);
    expect(tableOf(none)).toEqual([]);
  });
});
