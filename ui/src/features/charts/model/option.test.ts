import { expect, it } from "vitest";
import { harmless } from "./option";

it("lets nothing of a description become markup, a link or a request", () => {
  const made = harmless({
    title: { text: "<b>x</b>", link: "javascript:alert(1)", sublink: "https://example.com" },
    toolbox: { feature: { dataView: {} } },
    graphic: [{ type: "image" }],
    tooltip: [{ renderMode: "html", formatter: "<img src=x>" }],
    series: [{ type: "scatter", symbol: "image://https://example.com/a.png", data: [[1, 2]] }],
  });
  expect(JSON.stringify(made)).not.toMatch(/javascript:|https:|dataView|image/);
  expect(made.tooltip).toMatchObject({ renderMode: "richText" });
  expect(made.series).toEqual([{ type: "scatter", symbol: "circle", data: [[1, 2]] }]);
});
