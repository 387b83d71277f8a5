import { describe, expect, it } from "vitest";
import { hits, type LogLine, MOST_LINES, NOTHING, nextPlace, placesOf, rowsOf, withMore } from "./lines";

const line = (message: string, level = "info", attempt = 1): LogLine => ({
  time: "2026-01-31T06:00:00.114Z",
  level,
  message,
  block_run: "load",
  attempt,
  stream: "stdout",
  tags: {},
});

describe("log lines", () => {
  it("shows one row for each line of a message", () => {
    const rows = rowsOf([line("one"), line("Traceback:\n  at load", "error")], { level: "all" });
    expect(rows.map((row) => [row.number, row.text, row.first])).toEqual([
      [1, "one", true],
      [2, "Traceback:", true],
      [2, "  at load", false],
    ]);
  });

  it("filters by level and attempt", () => {
    const lines = [line("a"), line("b", "warning"), line("c", "ERROR"), line("d", "error", 2)];
    const shown = (level: "all" | "warning" | "error", attempt?: number) =>
      rowsOf(lines, { level, attempt }).map((row) => row.text);
    expect(shown("warning")).toEqual(["b", "c", "d"]);
    expect(shown("error", 2)).toEqual(["d"]);
    expect(shown("all", 1)).toEqual(["a", "b", "c"]);
  });

  it("finds words whatever their capitals and colours, and goes round", () => {
    const rows = rowsOf([line("Key\u001b[31mError\u001b[0m"), line("fine"), line("keyerror again")], { level: "all" });
    const places = hits(rows, "keyerror");
    expect(places).toEqual([0, 2]);
    expect(nextPlace(places, 0, 1)).toBe(2);
    expect(nextPlace(places, 2, 1)).toBe(0);
    expect(nextPlace(places, 0, -1)).toBe(2);
    expect(hits(rows, "")).toEqual([]);
  });

  it("lists where errors begin", () => {
    const rows = rowsOf([line("a"), line("x\ny", "error"), line("b", "warning")], { level: "all" });
    expect(placesOf(rows, "error")).toEqual([1]);
    expect(placesOf(rows, "warning")).toEqual([3]);
  });

  it("keeps the beginning and the end of what is too long", () => {
    const many = Array.from({ length: MOST_LINES }, (_, index) => line(String(index)));
    const kept = withMore({ ...NOTHING, lines: many }, [line("last")]);
    expect(kept.lines.length).toBeLessThan(MOST_LINES);
    expect(kept.lines.length + kept.left).toBe(MOST_LINES + 1);
    expect(kept.lines[0]?.message).toBe("0");
    expect(kept.lines.at(-1)?.message).toBe("last");
  });
});
