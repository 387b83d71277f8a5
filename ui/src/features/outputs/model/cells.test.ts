import { expect, test } from "vitest";
import { csv, full, inCell, isNumber, markdown, moment, oneLine, shortType, shownBetween, tsv, widthOf } from "./cells";

test("a value is one line, however many it has", () => {
  expect(oneLine("a\nb\tc")).toBe("a⏎b⇥c");
  expect(oneLine("x".repeat(1_000))).toHaveLength(201);
  expect(oneLine({ a: [1, "<b>"] })).toBe('{"a":[1,"<b>"]}');
});

test("in full it is what it was", () => {
  expect(full("a\nb")).toBe("a\nb");
  expect(full({ a: 1 })).toBe('{\n  "a": 1\n}');
});

test("types are told in short", () => {
  expect(["float64", "int8", "datetime64[us]", "str"].map(shortType)).toEqual(["float", "int", "datetime", "text"]);
  expect(["float64", "uint8", "str", "bool"].map(isNumber)).toEqual([true, true, false, false]);
});

test("midnight is a day", () => {
  expect(moment("2026-12-31T00:00:00")).toBe("2026-12-31");
  expect(moment("2026-12-31T06:30:01.123456")).toBe("2026-12-31 06:30:01.123");
});

test("a cell shows what a fraction means, and not how it is stored", () => {
  expect([0.1 + 0.2, 81.17999999999999, 1e-12, 1 / 3, 42].map((value) => inCell("float64", value))).toEqual([
    "0.3",
    "81.18",
    "1e-12",
    "0.3333333333",
    "42",
  ]);
  expect(inCell("datetime64[us]", "2026-12-31T00:00:00")).toBe("2026-12-31");
  expect(full(0.1 + 0.2)).toBe("0.30000000000000004");
});

test("what is copied survives a spreadsheet", () => {
  expect(
    tsv([
      ["a\tb", 1],
      [null, 'say "no"'],
    ]),
  ).toBe('"a\tb"\t1\n\t"say ""no"""');
});

test("as CSV and Markdown it stands below its names, and what would break the table does not", () => {
  const columns = [
    { name: "a|b", type: "str" },
    { name: "count", type: "int64" },
  ];
  const rows = [
    ["one, two\nlines | bar \\", 1],
    [null, { deep: [1] }],
  ];
  expect(markdown(columns, rows)).toBe(
    ["| a\\|b | count |", "| --- | ---: |", "| one, two<br>lines \\| bar \\\\ | 1 |", '|  | {"deep":[1]} |'].join("\n"),
  );
  expect(csv(["a", 'b"'], [["one, two", null]])).toBe('a,"b"""\n"one, two",');
});

test("columns are wide enough for their names and no wider than bounds", () => {
  expect(widthOf("PassengerId", "int64", [1])).toBeGreaterThan(88);
  expect(widthOf("text", "str", ["x".repeat(500)])).toBe(300);
});

test("only what is looked at is shown", () => {
  const edges = [0, 100, 200, 300, 400];
  expect(shownBetween(edges, 0, 100)).toEqual([0, 0]);
  expect(shownBetween(edges, 150, 100)).toEqual([1, 2]);
  expect(shownBetween(edges, 390, 500)).toEqual([3, 3]);
});
