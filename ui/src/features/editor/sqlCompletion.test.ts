import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { sourceOf, sqlCompletion } from "./sqlCompletion";

const orders = {
  name: "df_1",
  block: "load_orders",
  columns: [
    { name: "amount", type: "float64" },
    { name: "the city", type: "str" },
  ],
};
const table = { name: "mart.levels", block: "levels", columns: [{ name: "level", type: "int64" }] };
const offer = sqlCompletion(() => ({ frames: [orders], tables: [table] }));

function offered(text: string): readonly { readonly label: string; readonly apply?: unknown }[] {
  const at = text.indexOf("|");
  const state = EditorState.create({ doc: text.replace("|", "") });
  return offer(new CompletionContext(state, at, false))?.options ?? [];
}

describe("SQL", () => {
  it("offers frames within braces, which it closes", () => {
    expect(offered("SELECT * FROM {{ d|")).toMatchObject([{ label: "df_1", apply: "df_1 }}" }]);
    expect(offered("SELECT * FROM {{|")).toMatchObject([{ label: "df_1", apply: " df_1 }}" }]);
    expect(offered("SELECT * FROM {{ d| }}")).toMatchObject([{ label: "df_1", apply: "df_1" }]);
  });
  it("offers the columns of what an alias stands for", () => {
    expect(offered("SELECT o.a| FROM {{ df_1 }} AS o").map(({ label }) => label)).toEqual(["amount", "the city"]);
    expect(offered("SELECT l.| FROM mart.levels l").map(({ label }) => label)).toEqual(["level"]);
    expect(offered("SELECT x.a| FROM {{ df_1 }} AS o")).toEqual([]);
  });
  it("quotes names that need it", () => {
    expect(offered("SELECT t|").find(({ label }) => label === "the city")?.apply).toBe('"the city"');
  });
  it("offers a frame by the name of its block", () => {
    expect(offered("SELECT * FROM loa|").find(({ label }) => label === "load_orders")?.apply).toBe("{{ df_1 }}");
  });
  it("takes a name of a table without its schema", () => {
    expect(sourceOf("levels", "", [orders, table])).toBe(table);
  });
});
