/** From the marks of a chart to places on paper. Pure. */
import { brief, extentOf, fromZero, ticksOf } from "./scale";

export interface Series {
  /** Empty: there is one, without colours. */
  readonly name: string;
  /** x and y; of a histogram lower edge, count, upper edge. */
  readonly points: readonly (readonly (number | string | null)[])[];
}

export interface Marks {
  readonly kind: "bar" | "line" | "scatter" | "histogram" | "pie" | "box" | "heat_map" | "number" | "table";
  readonly axis: "numbers" | "time" | "words";
  readonly series: readonly Series[];
  readonly words: readonly string[];
  /** What x counts has no parts: no label stands between two of it. */
  readonly whole?: boolean;
}

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Which series it is of. */
  readonly series: number;
  readonly told: string;
}

export type Extent = readonly [number, number];

const number = (value: number | string | null | undefined): number => (typeof value === "number" ? value : Number.NaN);

/** What the y axis spans: bars stand on zero. */
export function heights({ kind, series }: Marks): Extent {
  const values = series.flatMap(({ points }) => points.map((point) => number(point[1])));
  if (kind === "bar" || kind === "histogram") return extentOf([...values, 0]) ?? [0, 1];
  return fromZero(extentOf(values) ?? [0, 1]);
}

/** What the x axis spans, where it is numbers. */
export function widths({ kind, series }: Marks): Extent {
  const values = series.flatMap(({ points }) =>
    points.flatMap((point) => (kind === "histogram" ? [number(point[0]), number(point[2])] : [number(point[0])])),
  );
  return extentOf(values) ?? [0, 1];
}

const along = (value: number, [least, most]: Extent, length: number) => ((value - least) / (most - least)) * length;

/** Bars of words side by side, of several series beside each other; bins from edge to edge. */
export function barsOf(marks: Marks, wide: number, high: number): readonly Bar[] {
  const span = heights(marks);
  const zero = high - along(0, span, high);
  const upTo = (value: number) => {
    const top = high - along(value, span, high);
    return { y: Math.min(top, zero), height: Math.max(value === 0 ? 0 : 1, Math.abs(zero - top)) };
  };
  if (marks.kind === "histogram") {
    const across = widths(marks);
    return marks.series.flatMap(({ points }, series) =>
      points.map((point) => {
        const left = along(number(point[0]), across, wide);
        const right = along(number(point[2]), across, wide);
        const told = `${labelOf(number(point[0]), marks)} to ${labelOf(number(point[2]), marks)}: ${brief(number(point[1]))}`;
        // All are of one value: one bar in the middle.
        const width = Math.max(1, right > left ? right - left - 1 : 40);
        return { x: right > left ? left : left - 20, width, ...upTo(number(point[1])), series, told };
      }),
    );
  }
  const room = wide / Math.max(1, marks.words.length);
  const places = new Map(marks.words.map((word, index) => [word, index]));
  const width = Math.max(1, (room * 0.76) / Math.max(1, marks.series.length));
  return marks.series.flatMap(({ name, points }, series) =>
    points.flatMap(([word, value]) => {
      const place = places.get(String(word));
      if (place === undefined || typeof value !== "number") return [];
      const x = place * room + room * 0.12 + series * width;
      return [{ x, width, ...upTo(value), series, told: `${name ? `${name}, ` : ""}${word}: ${brief(value)}` }];
    }),
  );
}

/** The points of each series where x is numbers; what has no y is a gap. */
export function placesOf(marks: Marks, wide: number, high: number) {
  const across = widths(marks);
  const span = heights(marks);
  return marks.series.map(({ points }) =>
    points.map(([x, y]) =>
      typeof x === "number" && typeof y === "number"
        ? { x: along(x, across, wide), y: high - along(y, span, high) }
        : null,
    ),
  );
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Labels under the chart, no more than there is room for. */
export function ticksUnder(marks: Marks, wide: number): readonly Tick[] {
  if (marks.axis === "words") {
    const room = wide / Math.max(1, marks.words.length);
    const every = Math.max(1, Math.ceil(LEAST_ROOM / room));
    const letters = Math.max(4, Math.floor((room * every) / 6.4) - 1);
    return marks.words.flatMap((word, index) =>
      index % every === 0 ? [{ at: (index + 0.5) * room, label: cut(word, letters) }] : [],
    );
  }
  const across = widths(marks);
  const ticks = marks.axis === "time" ? timesWithin(across, wide / 110) : ticksOf(across, wide / 90);
  const shown = marks.whole ? ticks.filter(Number.isInteger) : ticks;
  return shown.map((tick) => ({ at: along(tick, across, wide), label: labelOf(tick, marks, across) }));
}

const LEAST_ROOM = 44;
const cut = (text: string, letters: number) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);

/** Steps in seconds that people count in. */
const TIMES = [
  1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 7_776_000, 31_536_000,
];

function timesWithin([least, most]: Extent, wanted: number): readonly number[] {
  const rough = (most - least) / Math.max(1, wanted);
  const found = TIMES.findIndex((each) => each >= rough);
  const within = (step: number) => {
    const first = Math.ceil(least / step);
    const last = Math.floor(most / step);
    return Array.from({ length: Math.max(0, Math.min(100, last - first + 1)) }, (_, index) => (first + index) * step);
  };
  if (found < 0) return within(Math.ceil(rough / 31_536_000) * 31_536_000);
  // One label says nothing of how long the axis is.
  const ticks = within(TIMES[found] ?? 1);
  return ticks.length > 1 || found === 0 ? ticks : within(TIMES[found - 1] ?? 1);
}

/** A value of the x axis; of a moment what tells it from its neighbours, in UTC as it was stored. */
export function labelOf(value: number, { axis }: Pick<Marks, "axis">, across?: Extent): string {
  if (axis !== "time") return brief(value);
  const when = new Date(value * 1000);
  if (Number.isNaN(when.getTime())) return brief(value);
  const text = when.toISOString();
  const span = across ? across[1] - across[0] : 0;
  if (span > 172_800) return text.slice(0, 10);
  return text.endsWith("00:00:00.000Z") && !span ? text.slice(0, 10) : text.slice(span ? 11 : 0, 19).replace("T", " ");
}

/** The same as rows: the name of the place, then one figure for each series. */
export function tableOf(marks: Marks): readonly (readonly string[])[] {
  if (marks.kind === "histogram")
    return marks.series.flatMap(({ points }) =>
      points.map((point) => [
        `${labelOf(number(point[0]), marks)} to ${labelOf(number(point[2]), marks)}`,
        brief(number(point[1])),
      ]),
    );
  if (marks.kind === "scatter")
    return marks.series.flatMap(({ name, points }) =>
      points.map(([x, y]) => [...(name ? [name] : []), labelOf(number(x), marks), brief(number(y))]),
    );
  const places = new Map<number | string | null, string[]>();
  for (const word of marks.words)
    places.set(
      word,
      marks.series.map(() => ""),
    );
  const numbers = marks.series.flatMap(({ points }) => points.map(([x]) => x ?? null));
  if (!marks.words.length)
    for (const x of [...new Set(numbers)].sort((one, other) => number(one) - number(other)))
      places.set(
        x,
        marks.series.map(() => ""),
      );
  marks.series.forEach(({ points }, series) => {
    for (const [x, y] of points) {
      const row = places.get(x ?? null);
      if (row) row[series] = typeof y === "number" ? brief(y) : "";
    }
  });
  return [...places].map(([x, figures]) => [typeof x === "number" ? labelOf(x, marks) : String(x), ...figures]);
}
