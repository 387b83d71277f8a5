/** A row for a model from what is typed into the fields of its signature. Pure. */
import { NOT_JSON, parsed } from "@/ui/values";
import type { Version } from "../api";

export type Field = NonNullable<Version["signature"]>["inputs"][number];
export type Typed = Readonly<Record<string, string>>;

/** What stands in the fields at first: the example's first row. */
export function typedOf(fields: readonly Field[], example: Version["example"]): Typed {
  const [row = {}] = example;
  return Object.fromEntries(fields.map(({ name, type }) => [name, writtenAs(row[name], type)]));
}

function writtenAs(value: unknown, type: Field["type"]): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" && type !== "any" ? value : JSON.stringify(value);
}

export interface Row {
  readonly row: Readonly<Record<string, unknown>>;
  readonly wrong: Readonly<Record<string, string>>;
}

/** An empty field is left out where it may be; the service judges what is sent. */
export function rowOf(fields: readonly Field[], typed: Typed): Row {
  const row: Record<string, unknown> = {};
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const text = typed[field.name] ?? "";
    if (text.trim() === "") {
      if (field.nullable) continue;
      if (field.type !== "text") wrong[field.name] = "It may not be missing.";
      else row[field.name] = text;
      continue;
    }
    const value = valueAs(text, field.type);
    if (value === undefined) wrong[field.name] = `${text} is no ${WORDS[field.type]}.`;
    else row[field.name] = value;
  }
  return { row, wrong };
}

const WORDS: Record<Field["type"], string> = {
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  text: "text",
  time: "time",
  any: "JSON",
};

function valueAs(text: string, type: Field["type"]): unknown {
  const number = Number(text.trim());
  switch (type) {
    case "number":
      return Number.isFinite(number) ? number : undefined;
    case "integer":
      return Number.isInteger(number) ? number : undefined;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "any": {
      const value = parsed(text);
      return value === NOT_JSON ? text : value;
    }
    case "text":
    case "time":
      return text;
  }
}
