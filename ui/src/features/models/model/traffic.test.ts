import { expect, it } from "vitest";
import type { Traffic } from "../api";
import { formOf, wishOf } from "./traffic";

const traffic: Traffic = {
  mode: "canary",
  challenger: 8,
  share: 0.1,
  most_errors: 0.02,
  most_milliseconds: 20,
  fewest_requests: 100,
};

it("says what stands, and makes the same wish of it", () => {
  const form = formOf({ traffic });
  expect([form.share, form.errors]).toEqual(["10", "2"]);
  expect(wishOf(form, 7)).toEqual({ wish: { ...traffic, reason: "" }, wrong: {} });
});

it("ends everything with the champion alone", () => {
  expect(wishOf({ ...formOf({ traffic }), mode: "single" }, 7).wish).toMatchObject({ challenger: null, share: 0 });
});

it("names each field that is wrong", () => {
  const form = {
    ...formOf({ traffic }),
    challenger: "7",
    share: "0",
    errors: "x",
    milliseconds: "-1",
    requests: "1.5",
  };
  const { wish, wrong } = wishOf(form, 7);
  expect(wish).toBeUndefined();
  expect(Object.keys(wrong).sort()).toEqual(["challenger", "errors", "milliseconds", "requests", "share"]);
  expect(wishOf({ ...form, mode: "split", challenger: "8", share: "12,5" }, 7).wish?.share).toBe(0.125);
  expect(wishOf({ ...form, challenger: "" }, 7).wrong.challenger).toBe("Choose the version that is tried.");
});
