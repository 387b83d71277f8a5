import { describe, expect, it } from "vitest";
import { askedOf, fieldsOf } from "./asked";

const FIELDS = fieldsOf(["nightly", "finance"]);

describe("askedOf", () => {
  it("takes a part of the name, a column and a tag", () => {
    expect(askedOf('orders column:"unit price" tag:nightly', FIELDS)).toEqual({
      asked: { search: "orders", column: "unit price", tag: "nightly" },
      wrong: [],
    });
  });
  it("asks nothing for an empty text", () => {
    expect(askedOf("  ", FIELDS)).toEqual({ asked: {}, wrong: [] });
  });
  it.each([
    ["one two", "One part of a name at a time"],
    ["-orders", "cannot be left out"],
    ["column:a column:b", "Only one column"],
    ["tag:weekly", "is no tag"],
    ["owner:ana", "There is no “owner” here"],
  ])("says what of %s cannot be asked", (text, why) => {
    expect(askedOf(text, FIELDS).wrong.join("\n")).toContain(why);
  });
});
