import { expect, test } from "vitest";
import { layered } from "./layered";
import { around, depths, neighbour, pathOf, reached, refusal } from "./layout";

const EDGES = [
  { source: "load", target: "clean" },
  { source: "clean", target: "train" },
  { source: "clean", target: "report" },
];
const sized = (id: string) => ({ id, width: 132, height: 44 });

test("what a block depends on lies above it", () => {
  const { nodes } = layered(["load", "clean", "train", "report"].map(sized), EDGES);
  const top = Object.fromEntries(nodes.map((node) => [node.id, node.y]));
  expect(top.load).toBeLessThan(top.clean ?? 0);
  expect(top.train).toBe(top.report);
});

test("an edge to a block that is not there is left out", () => {
  expect(layered([sized("a")], [{ source: "gone", target: "a" }]).routes).toEqual([]);
});

test("a circle, an edge twice and a loop are refused with the reason", () => {
  const edges = around(EDGES);
  expect(refusal("train", "load", edges)).toContain("circle");
  expect(refusal("load", "clean", edges)).toContain("already");
  expect(refusal("load", "load", edges)).toContain("own result");
  expect(refusal("load", "train", edges)).toBeUndefined();
});

test("what is reached ends also where there is a circle", () => {
  const edges = around([...EDGES, { source: "train", target: "load" }]);
  expect([...reached("load", edges.down)].sort()).toEqual(["clean", "report", "train"]);
  expect(depths(["load", "clean", "train"], edges).size).toBe(3);
});

test("arrows go along the edges and to those beside", () => {
  const layout = layered(["load", "clean", "train", "report"].map(sized), EDGES);
  const edges = around(EDGES);
  expect(neighbour(layout, edges, "load", "ArrowDown")).toBe("clean");
  expect(neighbour(layout, edges, "train", "ArrowUp")).toBe("clean");
  const beside = neighbour(layout, edges, "train", "ArrowRight") ?? neighbour(layout, edges, "train", "ArrowLeft");
  expect(beside).toBe("report");
});

test("a straight way stays straight", () => {
  expect(
    pathOf([
      { x: 5, y: 0 },
      { x: 5, y: 40 },
    ]),
  ).toBe("M5 0V40");
});

test("a large graph has its layers at once, and no two blocks in one place", () => {
  const nodes = Array.from({ length: 600 }, (_, index) => sized(`b${index}`));
  const edges = nodes.slice(1).map((node, index) => ({ source: `b${Math.floor(index / 3)}`, target: node.id }));
  const layout = layered(nodes, edges);
  const at = new Map(layout.nodes.map((node) => [node.id, node]));
  for (const { source, target } of edges) expect(at.get(source)?.y).toBeLessThan(at.get(target)?.y ?? 0);
  for (const y of new Set(layout.nodes.map((node) => node.y))) {
    const sorted = layout.nodes.filter((node) => node.y === y).sort((one, other) => one.x - other.x);
    for (const [index, node] of sorted.entries())
      if (index) expect(node.x).toBeGreaterThanOrEqual((sorted[index - 1]?.x ?? 0) + 132);
  }
});
