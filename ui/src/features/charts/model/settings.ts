/** The settings of a chart as a form has them, to and from the format's configuration. Pure. */
import type { Configuration } from "../api";

export const TYPES = [
  ["bar chart", "Bars"],
  ["line chart", "Line"],
  ["time series bar chart", "Bars over time"],
  ["time series line chart", "Line over time"],
  ["histogram", "Histogram"],
  ["pie chart", "Pie"],
  ["scatter plot", "Points"],
  ["heat map", "Heat map"],
  ["box plot", "Box"],
  ["table", "Table"],
  ["number", "Number"],
  ["custom", "Custom code"],
] as const;
export type ChartType = (typeof TYPES)[number][0];

export const AGGREGATIONS = ["count", "sum", "average", "median", "min", "max", "count_distinct", "mode"] as const;
export const INTERVALS = ["original", "second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;

export interface Metric {
  readonly column: string;
  readonly aggregation: string;
}

export interface Settings {
  readonly type: ChartType;
  readonly x: string;
  /** The second column: colours, or what runs up in a heat map. */
  readonly by: string;
  readonly metrics: readonly Metric[];
  readonly interval: string;
  readonly limit: string;
  readonly order: string;
  readonly horizontal: boolean;
}

interface Asked {
  readonly x: "" | "needed" | "may";
  readonly by: "" | "needed" | "may";
  readonly metrics: "" | "one" | "raw" | "many";
  readonly time?: true;
  readonly order?: true;
  readonly limit?: true;
}

/** What each type is made of. */
export const ASKS: Record<ChartType, Asked> = {
  "bar chart": { x: "needed", by: "may", metrics: "many", order: true, limit: true },
  "line chart": { x: "needed", by: "may", metrics: "many" },
  "time series bar chart": { x: "needed", by: "may", metrics: "many", time: true },
  "time series line chart": { x: "needed", by: "may", metrics: "many", time: true },
  histogram: { x: "needed", by: "", metrics: "", limit: true },
  "pie chart": { x: "needed", by: "", metrics: "one" },
  "scatter plot": { x: "needed", by: "may", metrics: "raw" },
  "heat map": { x: "needed", by: "needed", metrics: "one" },
  "box plot": { x: "may", by: "", metrics: "raw" },
  table: { x: "may", by: "", metrics: "many", limit: true },
  number: { x: "", by: "", metrics: "many" },
  custom: { x: "", by: "", metrics: "" },
};

export const EMPTY: Settings = {
  type: "bar chart",
  x: "",
  by: "",
  metrics: [],
  interval: "day",
  limit: "",
  order: "",
  horizontal: false,
};

export function settingsOf(configuration: Configuration): Settings {
  const type = TYPES.find(([name]) => name === configuration.chart_type)?.[0] ?? "custom";
  const [x = "", by = ""] = texts(configuration.group_by);
  const metrics = Array.isArray(configuration.metrics) ? configuration.metrics : [];
  const limit = type === "histogram" ? configuration.buckets : configuration.limit;
  const sorted = configuration.y_sort_order;
  return {
    type,
    x,
    by,
    metrics: metrics.map((one: unknown) => {
      const entry = typeof one === "object" && one !== null ? (one as Record<string, unknown>) : {};
      return { column: word(entry.column), aggregation: word(entry.aggregation) || "count" };
    }),
    interval: word(configuration.time_interval) || "day",
    limit: limit === undefined || limit === null ? "" : String(limit),
    order: sorted === "ascending" || sorted === "descending" ? sorted : configuration.order_by ? "x" : "",
    horizontal: configuration.chart_style === "horizontal",
  };
}

/** Only the keys that the type has; null takes one out of the file. Keys that the form knows nothing of stay. */
export function configurationOf(settings: Settings): Record<string, unknown> {
  const { type, x, by, metrics, interval, limit, order, horizontal } = settings;
  const asks = ASKS[type];
  const group = [asks.x && x, asks.by && by].filter(Boolean);
  const told = asks.metrics
    ? metrics
        .filter(({ column, aggregation }) => column || (aggregation === "count" && asks.metrics !== "raw"))
        .slice(0, asks.metrics === "one" ? 1 : 10)
        .map(({ column, aggregation }) => (column ? { column, aggregation } : { aggregation }))
    : [];
  const most = asks.limit && limit ? Number(limit) : null;
  return {
    chart_type: type,
    group_by: group.length ? group : null,
    metrics: told.length ? told : null,
    time_interval: asks.time ? interval : null,
    buckets: type === "histogram" ? most : null,
    limit: type === "histogram" ? null : most,
    y_sort_order: asks.order && (order === "ascending" || order === "descending") ? order : null,
    order_by: asks.order && order === "x" ? "x" : null,
    chart_style: asks.order && horizontal ? "horizontal" : null,
  };
}

/** For what is not in a file yet. */
export function plain(configuration: Configuration): Record<string, unknown> {
  return Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== null));
}

/** Why it cannot be drawn yet. */
export function missing(settings: Settings): string {
  const asks = ASKS[settings.type];
  if (asks.x === "needed" && !settings.x) return "Choose a column.";
  if (asks.by === "needed" && !settings.by) return "Choose a second column.";
  if (asks.metrics === "raw" && !settings.metrics.some(({ column }) => column)) return "Choose a column of numbers.";
  return "";
}

const word = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): readonly string[] =>
  typeof value === "string"
    ? [value]
    : Array.isArray(value)
      ? value.filter((one): one is string => typeof one === "string")
      : [];
