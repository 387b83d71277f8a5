import { expect, it } from "vitest";
import type { PageVariable } from "../api";
import { chosenWith, valuesOf } from "./variables";

const CITY: PageVariable = { name: "city", column: "city", type: "choice", values: [], default: [] };
const USUAL: PageVariable = { ...CITY, default: ["Delft"] };

it("keeps what is chosen in the address and nothing else", () => {
  expect(chosenWith([], CITY, ["Delft", "a=b"])).toEqual(["city=Delft", "city=a=b"]);
  expect(valuesOf(["city=Delft", "city=a=b", "day=1"], CITY)).toEqual(["Delft", "a=b"]);
  expect(chosenWith(["city=Delft", "day=1"], CITY, [])).toEqual(["day=1"]);
});

it("tells open from as usual", () => {
  expect(valuesOf([], USUAL)).toEqual(["Delft"]);
  expect(chosenWith([], USUAL, [])).toEqual(["city="]);
  expect(valuesOf(["city="], USUAL)).toEqual([]);
  expect(chosenWith(["city="], USUAL, ["Delft"])).toEqual([]);
});
