import { expect, test } from "vitest";
import { merged } from "./merged";

const BASE = "one\ntwo\nthree\nfour\nfive\n";

test("changes at different places are both kept", () => {
  expect(merged(BASE, "ONE\ntwo\nthree\nfour\nfive\n", "one\ntwo\nthree\nfour\nFIVE\nsix\n")).toEqual({
    text: "ONE\ntwo\nthree\nfour\nFIVE\nsix\n",
    conflicts: 0,
  });
});

test("the same change twice is one", () => {
  expect(merged(BASE, "one\n2\nthree\nfour\nfive\n", "one\n2\nthree\nfour\nfive\n").conflicts).toBe(0);
});

test("where both changed the same line, both stand there", () => {
  const { text, conflicts } = merged(BASE, "one\nmine\nthree\nfour\nfive\n", "one\ntheirs\nthree\nfour\nfive\n");
  expect(conflicts).toBe(1);
  expect(text).toContain("<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs");
});

test("what one deleted and the other left stays deleted", () => {
  expect(merged(BASE, "one\nfive\n", BASE)).toEqual({ text: "one\nfive\n", conflicts: 0 });
  expect(merged(BASE, BASE, "one\nfive\n")).toEqual({ text: "one\nfive\n", conflicts: 0 });
});

test("lines put in at the same place by both are a question", () => {
  expect(merged("a\nb\n", "a\nx\nb\n", "a\ny\nb\n").conflicts).toBe(1);
});

test("neighbouring changes do not run into each other", () => {
  const { text, conflicts } = merged("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nC\nd\n");
  expect([text, conflicts]).toEqual(["A\nb\nC\nd\n", 0]);
});
