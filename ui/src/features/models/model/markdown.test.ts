import { expect, it } from "vitest";
import { blocksOf, inlinesOf } from "./markdown";

it("knows what people write on a card", () => {
  const text =
    "# Delay\n\nTrained on **March**,\nin `fit`.\n\n- one\n- two\n  goes on\n\n1. first\n\n```\nx = 1\n# no heading\n```\n\n> careful\n\n---";
  expect(blocksOf(text).map(({ kind }) => kind)).toEqual([
    ...["heading", "paragraph", "list", "list", "code", "quote", "rule"],
  ]);
  expect(blocksOf(text)[1]).toEqual({
    kind: "paragraph",
    inside: [
      { kind: "text", text: "Trained on " },
      { kind: "strong", inside: [{ kind: "text", text: "March" }] },
      { kind: "text", text: ", in " },
      { kind: "code", text: "fit" },
      { kind: "text", text: "." },
    ],
  });
  expect(blocksOf(text)[2]).toMatchObject({ ordered: false, items: [[{ text: "one" }], [{ text: "two goes on" }]] });
  expect(blocksOf(text)[4]).toEqual({ kind: "code", text: "x = 1\n# no heading" });
});

it("knows tables", () => {
  expect(blocksOf("| a | b |\n|---|--:|\n| 1 | 2 |\n\nmore")).toMatchObject([
    { kind: "table", head: [[{ text: "a" }], [{ text: "b" }]], rows: [[[{ text: "1" }], [{ text: "2" }]]] },
    { kind: "paragraph" },
  ]);
});

it("lets no link lead anywhere but to the web or a mailbox, and HTML is text", () => {
  expect(inlinesOf("[x](javascript:alert(1))").some(({ kind }) => kind === "link")).toBe(false);
  expect(inlinesOf("[x](data:text/html,y)")).toEqual([{ kind: "text", text: "[x](data:text/html,y)" }]);
  expect(inlinesOf("[x](https://example.com)")[0]).toMatchObject({ kind: "link", to: "https://example.com" });
  expect(blocksOf("<script>alert(1)</script>")).toEqual([
    { kind: "paragraph", inside: [{ kind: "text", text: "<script>alert(1)</script>" }] },
  ]);
});

it("is done with what is never closed, however long it is", () => {
  expect(blocksOf("```\nx")).toEqual([{ kind: "code", text: "x" }]);
  expect(inlinesOf("*".repeat(10_000)).length).toBeGreaterThan(0);
  expect(blocksOf("[".repeat(5_000))).toHaveLength(1);
});
