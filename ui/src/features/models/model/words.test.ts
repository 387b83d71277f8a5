import { describe, expect, it } from "vitest";
import type { Finding, Traffic } from "../api";
import { canForce, change, figure, metricsOf, partsOf, percent, refusedBy, trafficWords } from "./words";

const traffic = (changed: Partial<Traffic>): Traffic => ({
  mode: "single",
  challenger: null,
  share: 0,
  most_errors: 0.05,
  most_milliseconds: null,
  fewest_requests: 50,
  ...changed,
});
const finding = (holds: boolean, firm = false): Finding => ({ check: "metric", holds, firm, message: "`mae` is 9" });

it("writes figures with enough digits to tell versions apart", () => {
  expect([0.8712345, 14.2, 1234567, 0].map(figure)).toEqual(["0.87123", "14.2", "1234600", "0"]);
  expect(figure(null)).toBe("");
  expect(change(0.865, 0.871)).toBe("+0.006");
  expect(change(2, 1)).toBe("-1");
  expect(change(undefined, 1)).toBe("");
  expect(percent(0.005)).toBe("0.5 %");
});

it("puts the metrics first that most versions have", () => {
  expect(metricsOf([{ metrics: { b: 1, a: 1 } }, { metrics: { b: 1 } }])).toEqual(["b", "a"]);
});

describe("traffic", () => {
  it("is one version's alone without a challenger", () => {
    expect(trafficWords({ version: 7, traffic: traffic({}) })).toBe("Version 7 answers every request.");
    expect(partsOf({ version: 7, traffic: traffic({}) })).toEqual([{ version: 7, role: "champion", share: 1 }]);
  });
  it("is shared by a split, and not by a shadow", () => {
    const split = { version: 7, traffic: traffic({ mode: "split", challenger: 8, share: 0.1 }) };
    expect(trafficWords(split)).toBe("Version 8 answers 10 % of the requests, version 7 the rest.");
    expect(partsOf(split).map(({ share }) => share)).toEqual([0.9, 0.1]);
    const shadow = { version: 7, traffic: traffic({ mode: "shadow", challenger: 8, share: 1 }) };
    expect(trafficWords(shadow)).toContain("sees 100 % of the requests");
    expect(partsOf(shadow).map(({ share }) => share)).toEqual([1, 0]);
  });
  it("of a canary says when it goes", () => {
    const canary = traffic({ mode: "canary", challenger: 8, share: 0.1, most_milliseconds: 20, fewest_requests: 1 });
    expect(trafficWords({ version: 7, traffic: canary })).toContain(
      "more than 5 % of its answers are errors, or 95 of 100 take longer than 20 ms; that is judged from 1 answer on.",
    );
  });
});

it("lets checks of quality be forced, and a file that cannot be served never", () => {
  expect(refusedBy([finding(true), finding(false)], false)).toBe("mae is 9.");
  expect(refusedBy([finding(false)], true)).toBeUndefined();
  expect(refusedBy([finding(false, true)], true)).toBe("mae is 9.");
  expect(canForce([finding(false), finding(true, true)])).toBe(true);
  expect(canForce([finding(false), finding(false, true)])).toBe(false);
  expect(canForce([finding(true)])).toBe(false);
});
