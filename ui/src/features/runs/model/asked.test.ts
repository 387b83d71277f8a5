import { describe, expect, it } from "vitest";
import { askedOf, fieldsOf, VIEWS } from "./asked";

const NOW = new Date("2026-01-31T12:00:00Z");
const FIELDS = fieldsOf(["sales", "titanic"]);

describe("what a filter asks of the list of runs", () => {
  it("is said in the words of the API", () => {
    const { asked, wrong } = askedOf(
      "state:failed state:running pipeline:sales since:1h longer:5m trigger:7 by:me",
      FIELDS,
      NOW,
    );
    expect(wrong).toEqual([]);
    expect(asked).toEqual({
      state: ["running", "failed"],
      pipeline: "sales",
      since: "2026-01-31T11:00:00.000Z",
      longer: 300,
      trigger: 7,
      by: "me",
    });
  });

  it("is nothing for what cannot be asked, and says so", () => {
    const { asked, wrong } = askedOf("word -state:failed kind:api kind:manual since:soon", FIELDS, NOW);
    expect(asked).toEqual({ kind: "manual" });
    expect(wrong).toHaveLength(4);
  });

  it("is known for every view", () => {
    for (const { q } of VIEWS) expect(askedOf(q, FIELDS, NOW).wrong).toEqual([]);
  });
});
