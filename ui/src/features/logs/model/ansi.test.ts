import { describe, expect, it } from "vitest";
import { pieces, plain } from "./ansi";

describe("ansi", () => {
  it("keeps text that has no escapes as one piece", () => {
    expect(pieces("a < b & c")).toEqual([{ text: "a < b & c" }]);
  });

  it("takes colours and weights as looks", () => {
    expect(pieces("\u001b[31mred\u001b[0m \u001b[1;94mbold\u001b[22m thin")).toEqual([
      { text: "red", colour: 1 },
      { text: " " },
      { text: "bold", bold: true, colour: 12 },
      { text: " thin", bold: false, faint: false, colour: 12 },
    ]);
  });

  it("finds the nearest of sixteen for the large palettes", () => {
    expect(pieces("\u001b[38;5;196mr\u001b[38;2;20;200;30mg\u001b[48;5;9;1mb")).toEqual([
      { text: "r", colour: 1 },
      { text: "g", colour: 2 },
      { text: "b", colour: 2, bold: true },
    ]);
  });

  it("drops what moves cursors, sets titles, links or rings", () => {
    expect(plain("\u001b[2J\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b\u0007\u001b[3Ac\u001b")).toBe("abc");
  });
});
