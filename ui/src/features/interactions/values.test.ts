import { expect, test } from "vitest";
import type { FormDocument, FormInput } from "./api";
import { asked, firstValues, progressOf, wrongs, wrongsOf } from "./values";

const input = (variable: string, more: Partial<FormInput>): FormInput => ({
  variable,
  title: variable,
  kind: "text",
  description: "",
  required: false,
  types: [],
  options: [],
  columns: [],
  multiline: false,
  monospace: false,
  language: "",
  default: null,
  disabled: false,
  ...more,
});
const form = (fields: FormInput[], last: Record<string, unknown> = {}): FormDocument => ({
  id: "p.f",
  title: "F",
  description: "",
  pipeline: "p",
  block: "b",
  may_run: true,
  sound: true,
  file: "interactions/f.yaml",
  link: "pipelines/p/interactions.yaml",
  fields,
  rows: [],
  results: [],
  roles: [],
  last,
  may_edit: false,
  problems: [],
});

test("inputs begin with what was filled in last time, else with the pipeline's own value", () => {
  const fields = [input("a", { default: 1 }), input("b", { default: "x" }), input("c", { kind: "switch" })];
  expect(firstValues(form(fields, { a: 2 }))).toEqual({ a: "2", b: "x", c: false });
});

test("what is empty or fixed is not sent", () => {
  const fields = [input("a", {}), input("b", { disabled: true }), input("t", { kind: "table" })];
  expect(asked(form(fields), { a: " ", b: "x", t: [{ x: "" }] })).toEqual({});
  expect(asked(form(fields), { a: "y", t: [{ x: 1 }] })).toEqual({ a: "y", t: [{ x: 1 }] });
});

test("each wrong input is told before anything is sent", () => {
  const fields = [
    input("a", { required: true }),
    input("b", { kind: "number" }),
    input("c", { kind: "number", types: ["integer"] }),
    input("d", { kind: "code", types: ["dictionary"] }),
    input("e", { required: true, default: 3 }),
  ];
  expect(wrongs(form(fields), { b: "x", c: "1.5", d: "[1]" })).toEqual({
    a: "a is needed.",
    b: "This must be a number.",
    c: "This must be a whole number.",
    d: "This must be a JSON object.",
  });
});

test("what the server refuses stands at its input", () => {
  const found = wrongsOf(form([input("a", {}), input("b", {})]), [
    { place: "interactions/f.yaml:b", message: "No." },
    { place: "", message: "Else." },
  ]);
  expect(found).toEqual({ b: "No." });
});

test("progress is told in steps", () => {
  const blocks = [
    { id: "load", state: "completed", role: "block" },
    { id: "clean", state: "running", role: "block" },
    { id: "clean:0", state: "running", role: "child" },
  ];
  expect(progressOf("running", blocks)).toBe("Step 2 of 2: clean is working.");
  expect(progressOf("queued", blocks)).toBe("It waits for its turn.");
});
