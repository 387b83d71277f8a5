import { expect, test } from "vitest";
import { freeName, moved } from "./stack";

test("a block is moved by one, and not out of the list", () => {
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], "a", -1)).toBeUndefined();
  expect(moved(["a", "b"], "gone", 1)).toBeUndefined();
});

test("a new name is one that nobody has", () => {
  expect(freeName("transformer", [])).toBe("transformer");
  expect(freeName("transformer", ["transformer", "transformer_2"])).toBe("transformer_3");
  expect(freeName("data_loaders/postgres.py", [])).toBe("postgres");
  expect(freeName("clean_2", ["clean", "clean_2"])).toBe("clean_3");
});
