import { expect, test } from "vitest";
import { askedOf, best, named } from "./names";

const ALL = [
  named("data_loaders/load_orders.py", "file"),
  named("transformers/clean_orders.py", "file"),
  named("orders", "pipeline"),
  named("load_orders", "block", "orders"),
  named("utils/orders/__init__.py", "file"),
];
const found = (typed: string) => best(ALL, askedOf(typed), 10).map(({ text }) => text);

test("names are found by their beginning, their words and their letters", () => {
  expect(found("orders")[0]).toBe("orders");
  expect(found("load").slice(0, 2)).toEqual(["load_orders", "data_loaders/load_orders.py"]);
  expect(found("clo")).toEqual(["transformers/clean_orders.py"]);
  expect(found("trans clean")).toEqual(["transformers/clean_orders.py"]);
  expect(found("nothing")).toEqual([]);
});

test("a number behind a colon is a line", () => {
  expect(askedOf("load.py:12")).toEqual({ words: ["load.py"], line: 12 });
  expect(askedOf("a b")).toEqual({ words: ["a", "b"], line: undefined });
});

test("twenty thousand names are looked through between two keys", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => named(`folder_${index % 100}/file_${index}.py`, "file"));
  expect(best(many, askedOf("file_19999"), 60)[0]?.text).toBe("folder_99/file_19999.py");
  expect(best(many, askedOf("f9py"), 60)).toHaveLength(60);
});
