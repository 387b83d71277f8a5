/** The arithmetic of charts. Pure. */

export type Value = number | null;

/** The least and the most; a little room where all are the same. Undefined: there is no number. */
export function extentOf(values: readonly Value[]): readonly [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least > most) return undefined;
  if (least < most) return [least, most];
  const room = Math.abs(least) * 0.1 || 1;
  return [least - room, least + room];
}

/** From 0 when the values do not lie far from it: small changes of large numbers would be flat otherwise. */
export function fromZero([least, most]: readonly [number, number]): readonly [number, number] {
  if (least >= 0 && least <= (most - least) * 2) return [0, most];
  if (most <= 0 && -most <= (most - least) * 2) return [least, 0];
  return [least, most];
}

/** Round steps of 1, 2 or 5 within the extent, about as many as wanted. */
export function ticksOf([least, most]: readonly [number, number], wanted = 3): readonly number[] {
  const rough = (most - least) / Math.max(1, wanted);
  if (!Number.isFinite(rough) || rough <= 0) return [least];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => rounded((first + index) * step, step));
}

function rounded(value: number, step: number): number {
  const digits = Math.max(0, Math.min(15, -Math.floor(Math.log10(step)) + 1));
  return Number(value.toFixed(digits));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where each value stands in a box, one step apart; null stays null. The only one stands at the end. */
export function pointsOf(
  values: readonly Value[],
  [least, most]: readonly [number, number],
  width: number,
  height: number,
): readonly (Point | null)[] {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, index) =>
    value === null || !Number.isFinite(value)
      ? null
      : {
          x: values.length > 1 ? index * step : width,
          y: height - ((value - least) / (most - least)) * height,
        },
  );
}

/** A line through the points, broken where one is missing. */
export function lineOf(points: readonly (Point | null)[]): string {
  let path = "";
  let drawing = false;
  for (const point of points) {
    if (point) path += `${drawing ? "L" : "M"}${short(point.x)} ${short(point.y)}`;
    drawing = point !== null;
  }
  return path;
}

const short = (value: number) => Math.round(value * 10) / 10;

/** `12.3k`, `4.5M`: for axes, where there is no room. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1);
  const [power, sign] =
    size >= 1e12
      ? [1e12, "T"]
      : size >= 1e9
        ? [1e9, "G"]
        : size >= 1e6
          ? [1e6, "M"]
          : size >= 1e4
            ? [1e3, "k"]
            : [1, ""];
  return `${Number((value / power).toPrecision(size >= 1e4 ? 3 : 4))}${sign}`;
}
