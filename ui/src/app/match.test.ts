import { expect, it } from "vitest";
import { matchOf } from "./match";

const best = (asked: string, texts: readonly string[]) =>
  [...texts].sort((one, other) => matchOf(asked, other) - matchOf(asked, one))[0];

it("prefers the beginning, then the start of a word, then the middle, then letters in order", () => {
  expect(best("run", ["Prune", "First run", "Runs", "r_u_n"])).toBe("Runs");
  expect(best("run", ["Prune", "First run", "r_u_n"])).toBe("First run");
  expect(best("run", ["Prune", "r_u_n"])).toBe("Prune");
  expect(matchOf("run", "r_u_n")).toBeGreaterThan(0);
  expect(matchOf("run", "nur")).toBe(0);
});
