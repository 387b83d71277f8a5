import { describe, expect, it } from "vitest";
import { headline, nameOf, parse, withKey, withPattern, wrongIn } from "./parse";

describe("what is typed", () => {
  it("has keys, words and phrases", () => {
    expect(parse('pipeline:a pipeline:b block:"x y" run:12 level:error since:2h no such "key here"')).toEqual({
      text: 'no such "key here"',
      pattern: undefined,
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

describe("a regular expression", () => {
  it("stands between slashes, with whatever is in it", () => {
    const query = 'level:error /level:"x y"  a\\/b/ since:2h word';
    expect(parse(query)).toMatchObject({
      pattern: 'level:"x y"  a\\/b',
      level: "error",
      since: "2h",
      text: "word",
    });
    expect(wrongIn("/level:loud -block:a/")).toEqual([]);
    expect(parse("/usr/bin and/or").pattern).toBeUndefined();
    expect(parse("//").pattern).toBe("");
  });

  it("stays as it is when something else is chosen", () => {
    expect(withKey('level:error /a  "b"/', "level", ["info"])).toBe('level:info /a  "b"/');
    expect(withKey("x", "since", ["2h"])).toBe("since:2h x");
  });

  it("is switched on for what was typed, and off again", () => {
    const on = withPattern('rows level:error "a b"', true);
    expect(on).toBe('level:error /rows "a b"/');
    expect(withPattern(on, true)).toBe(on);
    expect(withPattern(on, false)).toBe('level:error rows "a b"');
    expect(withPattern("", true)).toBe("//");
    expect(withPattern("//", false)).toBe("");
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
