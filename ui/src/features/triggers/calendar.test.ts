import { describe, expect, it } from "vitest";
import { bundles, dayKey, dayOf, daysOf, marksOf, step, whatOf } from "./calendar";
import { dues } from "./times";

const day = (text: string) => dayOf(text, new Date());

describe("the calendar", () => {
  it("shows whole weeks from Monday", () => {
    const days = daysOf("month", day("2026-02-14")).map(dayKey);
    expect([days[0], days.at(-1), days.length]).toEqual(["2026-01-26", "2026-03-01", 35]);
    expect(daysOf("week", day("2026-11-22")).map(dayKey)[0]).toBe("2026-11-16");
    expect(daysOf("month", day("2027-02-01"))).toHaveLength(28);
  });

  it("goes on by a month or a week, also from its end", () => {
    expect(dayKey(step("month", day("2026-01-31"), 1))).toBe("2026-02-01");
    expect(dayKey(step("week", day("2026-12-28"), 1))).toBe("2027-01-04");
  });

  it("takes an unreadable day for today", () => {
    const now = new Date(2026, 4, 5, 13);
    expect(dayKey(dayOf("2026-5-5x", now))).toBe("2026-05-05");
  });

  it("tells what became of a due time", () => {
    expect([whatOf("run", "completed"), whatOf("run", "failed"), whatOf("run", "running")]).toEqual([
      "done",
      "failed",
      "running",
    ]);
    expect([whatOf("missed", ""), whatOf("skipped", ""), whatOf("failed", ""), whatOf("run", "cancelled")]).toEqual([
      "missed",
      "skipped",
      "failed",
      "skipped",
    ]);
  });

  it("draws the times of one trigger in one slot as one", () => {
    const coming = (due: string, active = true) => ({ due, trigger: 1, name: "a", pipeline: "p", active });
    const marks = marksOf(
      [],
      [coming("2026-05-01T07:00:00Z"), coming("2026-05-01T06:00:00Z"), coming("2026-05-01T08:00:00Z", false)],
    );
    expect(marks.map((mark) => mark.what)).toEqual(["planned", "planned", "paused"]);
    const [slot] = [...bundles(marks, () => "x").values()];
    expect(slot?.map((bundle) => bundle.marks.length)).toEqual([2, 1]);
  });
});

describe("due times", () => {
  it("have weekday, clock and zone, and what the clocks did between them", () => {
    const told = dues(["2026-03-28T06:00:00+01:00", "2026-03-29T06:00:00+02:00", "2026-10-25T06:00:30+01:00"]);
    expect(told.map((due) => `${due.day} ${due.clock} ${due.offset}`)).toEqual([
      "Sat 28 Mar 2026 06:00 UTC+01:00",
      "Sun 29 Mar 2026 06:00 UTC+02:00",
      "Sun 25 Oct 2026 06:00:30 UTC+01:00",
    ]);
    expect(told.map((due) => due.jump)).toEqual([
      "",
      "clocks go forward 1 h before it",
      "clocks go back 1 h before it",
    ]);
  });

  it("in UTC need no sign", () => {
    expect(dues(["2026-03-28T06:00:00Z"])[0]).toMatchObject({ clock: "06:00", offset: "UTC", jump: "" });
  });
});
