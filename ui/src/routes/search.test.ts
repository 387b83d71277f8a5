import { expect, it } from "vitest";
import { number, oneOf, optional, text } from "./search";

it("takes from an address only what fits", () => {
  expect(text(12)).toBe("12");
  expect(text({})).toBeUndefined();
  expect(number("12")).toBe(12);
  expect(number("twelve")).toBeUndefined();
  expect(number("")).toBeUndefined();
  expect(oneOf("list", ["list", "calendar"] as const)).toBe("list");
  expect(oneOf("other", ["list", "calendar"] as const)).toBeUndefined();
  expect(optional({ a: 1, b: undefined })).toEqual({ a: 1 });
});
