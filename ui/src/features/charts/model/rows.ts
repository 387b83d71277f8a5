/** A chart as rows: its accessible form, and what is saved as CSV. Pure. */
import type { Marks } from "@/ui/charts/marks";
import { labelOf } from "@/ui/charts/marks";

export type Cell = string | number | null;

export interface Rows {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Told {
  readonly x: string;
  readonly y: string;
}

type Drawn = Marks & { readonly upward?: readonly string[] };

export function rowsOf(marks: Drawn, { x, y }: Told): Rows {
  const [only] = marks.series;
  const points = only?.points ?? [];
  switch (marks.kind) {
    case "table":
      return { heads: marks.upward ?? [], rows: points };
    case "number":
      return { heads: ["Figure", "Value"], rows: marks.series.map((one) => [one.name, one.points[0]?.[1] ?? null]) };
    case "box":
      return {
        heads: [x || "Column", "least", "lower quartile", "median", "upper quartile", "most"],
        rows: marks.series.flatMap((one) =>
          one.points.map(([word, ...five]) => [one.name ? `${one.name}, ${word}` : (word ?? null), ...five]),
        ),
      };
    case "heat_map":
      return { heads: [x, "by", y], rows: points };
    case "histogram":
      return {
        heads: [`${x} from`, "to", "rows"],
        rows: points.map(([low, rows, high]) => [placed(marks, low), placed(marks, high), rows ?? null]),
      };
    case "scatter":
      return {
        heads: [...(only?.name ? ["Series"] : []), x, y],
        rows: marks.series.flatMap((one) =>
          one.points.map(([at, value]) => [...(one.name ? [one.name] : []), placed(marks, at), value ?? null]),
        ),
      };
    default:
      return byPlace(marks, x, y);
  }
}

/** A row for each place along x, a column for each series. */
function byPlace(marks: Drawn, x: string, y: string): Rows {
  const heads = marks.series.length > 1 || marks.series[0]?.name ? marks.series.map(({ name }) => name) : [y];
  const places = new Map<Cell, Cell[]>(marks.words.map((word) => [word, heads.map(() => null)]));
  const known = marks.words.length
    ? []
    : [...new Set(marks.series.flatMap(({ points }) => points.map(([at]) => at ?? null)))];
  for (const at of known.sort((one, other) => Number(one) - Number(other)))
    places.set(
      at,
      heads.map(() => null),
    );
  marks.series.forEach(({ points }, series) => {
    for (const [at, value] of points) {
      const row = places.get(at ?? null);
      if (row) row[series] = value ?? null;
    }
  });
  return { heads: [x, ...heads], rows: [...places].map(([at, figures]) => [placed(marks, at), ...figures]) };
}

function placed(marks: Marks, at: Cell | undefined): Cell {
  return typeof at === "number" && marks.axis === "time" ? labelOf(at, marks) : (at ?? null);
}

/** Cells as a spreadsheet takes them. One that it would take for a formula is told to be text. */
export function csvOf({ heads, rows }: Rows): string {
  return [heads, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
}

function quoted(cell: Cell): string {
  if (cell === null) return "";
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A name that every file system takes. */
export const fileName = (title: string) => title.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 80) || "chart";
