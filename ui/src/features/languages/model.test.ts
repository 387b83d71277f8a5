import { describe, expect, it } from "vitest";
import { offsetOf, pieces, type Server, spotOf, stateInWords } from "./model";

const TEXT = "ab\n😀d\n\nlast";
const STARTS = [0, 3, 7, 8];
const LENGTHS = [2, 3, 0, 4];
const lines = {
  length: TEXT.length,
  lines: 4,
  line: (number: number) => ({ from: STARTS[number - 1] ?? 0, length: LENGTHS[number - 1] ?? 0 }),
  lineAt: (offset: number) => {
    const number = STARTS.filter((start) => start <= offset).length;
    return { from: STARTS[number - 1] ?? 0, number };
  },
};

describe("places", () => {
  it.each([0, 2, 5, 6, 7, 12])("offset %i comes back", (offset) => {
    expect(offsetOf(lines, spotOf(lines, offset))).toBe(offset);
  });
  it("what lies behind a line or the text is brought back", () => {
    expect(offsetOf(lines, { line: 0, column: 99 })).toBe(2);
    expect(offsetOf(lines, { line: 99, column: 0 })).toBe(TEXT.length);
  });
});

describe("markdown", () => {
  it("is code between fences and words elsewhere, and never HTML", () => {
    expect(pieces("```python\ndef f(x: int)\n```\n---\n**Adds** one to `x`.  \n&lt;b&gt;")).toEqual([
      { code: true, text: "def f(x: int)" },
      { code: false, text: "Adds one to x.\n<b>" },
    ]);
  });
  it("may be empty", () => expect(pieces(" \n")).toEqual([]));
});

describe("how the servers are", () => {
  const server = (name: string, health: string): Server => ({
    name,
    does: "",
    health,
    hint: health === "missing" ? "pip" : "",
  });
  it.each([
    [undefined, ""],
    [[], "No language server"],
    [[server("ruff", "ready"), server("ty", "ready")], ""],
    [[server("ruff", "missing"), server("ty", "missing")], "No language server is installed"],
    [[server("ruff", "ready"), server("ty", "missing")], "ty is not installed"],
    [[server("ruff", "ready"), server("ty", "failed")], "ty does not work"],
    [[server("ruff", "ready"), server("ty", "starting")], "Python help is starting"],
  ] as const)("%#", (servers, words) => {
    expect(stateInWords(servers).text).toBe(words);
  });
});
