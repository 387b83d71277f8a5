import { describe, expect, it } from "vitest";
import { variablesFrom, variablesOf } from "@/ui/values";
import { changes, definitionOf, emptyForm, formOf, scheduleOf, scheduleText } from "./form";

describe("schedules", () => {
  it.each([
    ["* * * * *", "minutes"],
    ["*/15 * * * *", "minutes"],
    ["5 * * * *", "hours"],
    ["0 */6 * * *", "hours"],
    ["30 2 * * *", "day"],
    ["30 2 * * 1,3", "week"],
    ["0 4 15 * *", "month"],
    ["0 4 L * *", "month"],
    ["0 9 * * MON-FRI", "cron"],
    ["0 0 9 * * *", "cron"],
    ["0 9 * 3 *", "cron"],
    ["@once", "@once"],
    ["@always_on", "@always_on"],
  ])("%s is told as %s and comes back as it was", (text, rhythm) => {
    const found = scheduleOf(text);
    expect(found.rhythm).toBe(rhythm);
    expect(scheduleText(found)).toBe(text);
  });

  it("takes the named intervals for what they mean", () => {
    expect(scheduleOf("@daily")).toMatchObject({ rhythm: "day", at: "00:00" });
    expect(scheduleOf("@weekly")).toMatchObject({ rhythm: "week", weekdays: [0] });
    expect(scheduleOf("@monthly")).toMatchObject({ rhythm: "month", monthday: 1 });
  });
});

describe("definitions", () => {
  it("keeps what the form does not show", () => {
    const before = {
      name: "nightly",
      schedule_type: "time",
      schedule_interval: "30 2 * * *",
      status: "active",
      priority: 3,
      limits: [{ key: "{{ variables.customer }}", limit: 2 }],
      settings: { landing_time_enabled: true, skip_if_previous_running: true },
      variables: { env: "prod" },
    };
    expect(definitionOf(formOf(before))).toEqual({ definition: before, wrong: {} });
  });

  it("tells only what was changed, and null for what is gone", () => {
    expect(changes({ a: 1, b: [1], c: "x" }, { a: 1, b: [2], d: true })).toEqual({ b: [2], c: null, d: true });
  });

  it("says which field cannot be read", () => {
    const { wrong } = definitionOf({ ...emptyForm("event", "UTC"), match: "{", late: "soon" });
    expect(Object.keys(wrong).sort()).toEqual(["match", "name", "sla"]);
  });
});

describe("variables", () => {
  it("keeps the type of each value there and back", () => {
    const values = { text: "a", digits: "12", number: 12, yes: true, list: [1], none: null, empty: "" };
    expect(variablesFrom(variablesOf(values), {})).toEqual(values);
  });

  it("says when a name is missing or there twice", () => {
    const wrong: Record<string, string> = {};
    variablesFrom([{ name: "", value: "x" }], wrong);
    expect(wrong.variables).toContain("no name");
    variablesFrom(
      [
        { name: "a", value: "1" },
        { name: "a", value: "2" },
      ],
      wrong,
    );
    expect(wrong.variables).toContain("two variables a");
  });
});
