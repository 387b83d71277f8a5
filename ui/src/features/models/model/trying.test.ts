import { expect, it } from "vitest";
import { type Field, rowOf, typedOf } from "./trying";

const field = (name: string, type: Field["type"], nullable = false): Field => ({ name, type, nullable });
const FIELDS = [
  field("a", "number"),
  field("n", "integer"),
  field("b", "boolean"),
  field("t", "text"),
  field("x", "any"),
  field("maybe", "number", true),
];

it("begins with the example and makes the same row of it", () => {
  const row = { a: 0.5, n: 3, b: true, t: "12", x: [1], maybe: null };
  const typed = typedOf(FIELDS, [row]);
  expect(typed).toEqual({ a: "0.5", n: "3", b: "true", t: "12", x: "[1]", maybe: "" });
  const { maybe, ...rest } = row;
  expect(maybe).toBeNull();
  expect(rowOf(FIELDS, typed)).toEqual({ row: rest, wrong: {} });
});

it("names what is missing or is something else", () => {
  const { wrong } = rowOf(FIELDS, { a: "", n: "1.5", b: "yes", t: "", x: "plain", maybe: "x" });
  expect(wrong).toEqual({
    a: "It may not be missing.",
    n: "1.5 is no whole number.",
    b: "yes is no true or false.",
    x: undefined,
    maybe: "x is no number.",
  });
  expect(rowOf([field("x", "any")], { x: "plain" }).row).toEqual({ x: "plain" });
});
