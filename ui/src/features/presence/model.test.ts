import { expect, test } from "vitest";
import type { PresenceDocument } from "./api";
import { holderOf, othersAt, othersIn, wordsOf } from "./model";

const one = (person: string, block: string | null, editing: boolean, own = false) => ({
  person,
  client: `${person} ${block}`,
  pipeline: "p",
  block,
  editing,
  since: "",
  expires: "",
  own,
});
const known: PresenceDocument = {
  present: [
    one("ana@x", "load", false),
    one("ana@x", "clean", true),
    one("me@x", "load", true, true),
    one("bob@x", null, false),
  ],
  holders: [
    { pipeline: "p", block: "clean", person: "ana@x", client: "c", since: "" },
    { pipeline: "p", block: "load", person: "me@x", client: "d", since: "" },
  ],
};

test("the others are told once each, by what they write", () => {
  expect(othersIn(known).map(wordsOf)).toEqual(["ana is editing clean", "bob is here"]);
  expect(othersAt(known, "load")).toEqual(["ana"]);
});

test("a block is held by another person, never by oneself in another tab", () => {
  expect(holderOf(known, "clean")).toBe("ana");
  expect(holderOf(known, "load")).toBeUndefined();
  expect(holderOf(undefined, "load")).toBeUndefined();
});
