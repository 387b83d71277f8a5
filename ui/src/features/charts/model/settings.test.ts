import { describe, expect, it } from "vitest";
import { configurationOf, EMPTY, missing, plain, settingsOf } from "./settings";

describe("settings of a chart", () => {
  it("come back as they were written", () => {
    const configuration = {
      chart_type: "bar chart",
      group_by: ["city", "kind"],
      metrics: [{ column: "sold", aggregation: "sum" }, { aggregation: "count" }],
      y_sort_order: "descending",
      chart_style: "horizontal",
      limit: 5,
    };
    expect(plain(configurationOf(settingsOf(configuration)))).toEqual(configuration);
  });
  it("take out what the type does not have", () => {
    const before = settingsOf({ chart_type: "bar chart", group_by: "city", limit: 3, y_sort_order: "ascending" });
    const after = configurationOf({ ...before, type: "histogram", x: "sold" });
    expect(after).toMatchObject({ group_by: ["sold"], buckets: 3, limit: null, y_sort_order: null, metrics: null });
  });
  it("say what is missing", () => {
    expect(missing(EMPTY)).toBe("Choose a column.");
    expect(missing({ ...EMPTY, type: "heat map", x: "a" })).toBe("Choose a second column.");
    expect(missing({ ...EMPTY, type: "scatter plot", x: "a" })).toBe("Choose a column of numbers.");
    expect(missing({ ...EMPTY, type: "number" })).toBe("");
  });
});
