import { describe, expect, it } from "vitest";
import { barsOf, type LogSpread, placeAt, rangeOf, sumOf, writtenMoment } from "./bars";

const spread: LogSpread = {
  start: "2026-05-05T12:00:00Z",
  end: "2026-05-05T12:08:00Z",
  seconds: 120,
  bars: [
    { start: "2026-05-05T12:02:00Z", counts: { info: 3, debug: 1, error: 2, critical: 1 } },
    { start: "2026-05-05T12:06:00Z", counts: { warning: 5 } },
  ],
};

describe("bars", () => {
  it("are there for every part of the time, also for the quiet ones", () => {
    const bars = barsOf(spread);
    expect(bars.map(sumOf)).toEqual([0, 7, 0, 5]);
    expect(bars[1]).toMatchObject({ fail: 3, warn: 0, rest: 4 });
    expect(new Date(bars[3]?.to ?? 0).toISOString()).toBe("2026-05-05T12:08:00.000Z");
  });

  it("are chosen in both directions, and never beyond the ends", () => {
    expect(rangeOf({ begun: 5, at: 2 })).toEqual([2, 5]);
    expect([placeAt(-0.1, 4), placeAt(0.26, 4), placeAt(1, 4)]).toEqual([0, 1, 3]);
  });

  it("have moments that are written no finer than needed", () => {
    expect(writtenMoment(Date.UTC(2026, 4, 5, 12))).toBe("2026-05-05T12:00:00Z");
    expect(writtenMoment(Date.UTC(2026, 4, 5, 12) + 5)).toBe("2026-05-05T12:00:00.005Z");
  });
});
