import { describe, expect, it } from "vitest";
import { headline, nameOf, parse, wrongIn } from "./parse";

describe("what is typed", () => {
  it("has keys, words and phrases", () => {
    expect(parse('pipeline:a pipeline:b block:"x y" run:12 level:error since:2h no such "key here"')).toEqual({
      text: 'no such "key here"',
      pipelines: ["a", "b"],
      block: "x y",
      run: 12,
      level: "error",
      since: "2h",
      until: "",
    });
  });

  it("leaves words with a colon of their own alone", () => {
    expect(parse("KeyError: x http://a -1").text).toBe("KeyError: x http://a -1");
    expect(wrongIn("KeyError: x http://a -1")).toEqual([]);
  });

  it("says what cannot be meant, and searches for the rest", () => {
    const query = "run:x level:loud since:soon -block:a needle";
    expect(parse(query)).toMatchObject({ text: "needle", run: undefined, level: undefined, since: "", block: "" });
    expect(wrongIn(query)).toHaveLength(4);
  });
});

describe("lines", () => {
  it("of one moment have names of their own", () => {
    const time = "2026-05-05T12:00:00Z";
    expect(nameOf({ time, message: "a" })).not.toBe(nameOf({ time, message: "b" }));
    expect(nameOf({ time, message: "a" })).toBe(nameOf({ time, message: "a" }));
  });

  it("of a traceback are told by the exception", () => {
    expect(headline("Traceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n")).toBe("KeyError: 'a'");
    expect(headline("one\ntwo")).toBe("one");
  });
});
