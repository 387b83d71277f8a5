/** The bars of lines over time, and what of them is chosen. Pure. */
import type { components } from "@/api/client";

export type LogSpread = components["schemas"]["LogSpread"];

export interface Bar {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly fail: number;
  readonly warn: number;
  readonly rest: number;
}

/** All bars from the first to the last, also those without lines. */
export function barsOf(spread: LogSpread): readonly Bar[] {
  const start = Date.parse(spread.start);
  const wide = spread.seconds * 1000;
  const length = Math.max(1, Math.round((Date.parse(spread.end) - start) / wide));
  const counted = new Map(spread.bars.map((bar) => [Math.round((Date.parse(bar.start) - start) / wide), bar.counts]));
  return Array.from({ length }, (_, place) => {
    const { error = 0, critical = 0, warning = 0, info = 0, debug = 0 } = counted.get(place) ?? {};
    return {
      from: start + place * wide,
      to: start + (place + 1) * wide,
      fail: error + critical,
      warn: warning,
      rest: info + debug,
    };
  });
}

export const sumOf = ({ fail, warn, rest }: Bar): number => fail + warn + rest;

/** Places of bars, both included; the one where it began may be behind the other. */
export interface Choice {
  readonly begun: number;
  readonly at: number;
}

export const rangeOf = ({ begun, at }: Choice): readonly [number, number] => [Math.min(begun, at), Math.max(begun, at)];

/** The bar at a share of the width. */
export const placeAt = (share: number, bars: number): number =>
  Math.max(0, Math.min(bars - 1, Math.floor(share * bars)));

/** As `since` and `until` are written in the box: no finer than needed. */
export function writtenMoment(moment: number): string {
  const text = new Date(moment).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}

/** A moment on an axis, as exact as its bars: a day, a minute, a second. */
export function axisLabel(moment: number, seconds: number): string {
  const when = new Date(moment);
  if (seconds >= 86_400) return when.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const clock = when.toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds < 60 ? { second: "2-digit" } : {}),
    ...(seconds < 1 ? { fractionalSecondDigits: 3 } : {}),
  });
  return seconds < 1800 ? clock : `${when.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${clock}`;
}
