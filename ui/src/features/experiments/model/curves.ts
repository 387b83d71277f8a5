/** The ways of metrics, as lines on paper. Pure. */
import type { Marks } from "@/ui/charts/marks";
import type { MetricPoint } from "../api";

export interface Way {
  readonly name: string;
  readonly points: readonly MetricPoint[];
}

export interface Looks {
  readonly by: "step" | "time";
  /** From 0, as it is, up to 1, a flat line. */
  readonly smooth: number;
  readonly log: boolean;
}

export function marksOf(ways: readonly Way[], { by, smooth, log }: Looks): Marks {
  return {
    kind: "line",
    axis: "numbers",
    words: [],
    whole: by === "step",
    series: ways.map(({ name, points }) => {
      const began = Date.parse(points[0]?.time ?? "");
      const values = smoothed(
        points.map(({ value }) => scaled(value, log)),
        smooth,
      );
      return {
        name,
        points: points.map(({ step, time }, index) => [
          by === "step" ? step : (Date.parse(time) - began) / 1000,
          values[index] ?? null,
        ]),
      };
    }),
  };
}

/** A logarithm of what is not above 0 is no point. */
function scaled(value: number | null, log: boolean): number | null {
  if (!log || value === null) return value;
  return value > 0 ? Math.log10(value) : null;
}

/** Each value pulled towards those before it, without the pull of the beginning towards nothing. */
export function smoothed(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  if (weight <= 0) return values;
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}
