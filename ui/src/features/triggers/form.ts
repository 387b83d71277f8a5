/** A trigger as people write it, and as the keys of its file. Pure: what is stored is judged by the server. */
import { isRecord, NOT_JSON, parsed, type Variable, variablesFrom, variablesOf } from "@/ui/values";
import type { Definition } from "./api";

export const KINDS = ["time", "api", "event", "product"] as const;
export type Kind = (typeof KINDS)[number];

export const RHYTHMS = ["minutes", "hours", "day", "week", "month", "cron", "@once", "@always_on"] as const;
export type Rhythm = (typeof RHYTHMS)[number];

/** A schedule by its parts; `text` is the expression when it is of no simpler form. */
export interface Schedule {
  readonly rhythm: Rhythm;
  readonly every: number;
  /** `06:00`. */
  readonly at: string;
  /** 0 to 6 from Sunday; several. */
  readonly weekdays: readonly number[];
  readonly monthday: number;
  readonly text: string;
}

export interface Source {
  readonly type: string;
  readonly [key: string]: unknown;
}

export type Overlap = "both" | "skip" | "limit";

export interface Form {
  readonly name: string;
  readonly description: string;
  readonly kind: Kind;
  readonly active: boolean;
  readonly schedule: Schedule;
  readonly timezone: string;
  readonly misfire: "latest" | "skip" | "all";
  readonly overlap: Overlap;
  readonly runLimit: number;
  readonly sources: readonly Source[];
  /** JSON as it was typed. */
  readonly match: string;
  readonly product: string;
  readonly variables: readonly Variable[];
  /** Minutes; empty: none. */
  readonly late: string;
  readonly timeout: string;
  /** What the form does not show, kept as it is. */
  readonly other: Definition;
  readonly otherSettings: Definition;
}

export const PLAIN_SCHEDULE: Schedule = {
  rhythm: "day",
  every: 15,
  at: "06:00",
  weekdays: [1],
  monthday: 1,
  text: "0 6 * * 1-5",
};

export function emptyForm(kind: Kind, zone: string): Form {
  return {
    name: "",
    description: "",
    kind,
    active: true,
    schedule: PLAIN_SCHEDULE,
    timezone: zone,
    misfire: "latest",
    overlap: "both",
    runLimit: 1,
    sources: kind === "event" ? [{ type: "folder", path: "inbox", glob: "*" }] : [],
    match: "",
    product: "",
    variables: [],
    late: "",
    timeout: "",
    other: {},
    otherSettings: {},
  };
}

// Schedules ----------------------------------------------------------------------------------------------------------

/** The expression that is stored. */
export function scheduleText(schedule: Schedule): string {
  const [hour, minute] = hourAndMinute(schedule.at);
  switch (schedule.rhythm) {
    case "minutes":
      return schedule.every === 1 ? "* * * * *" : `*/${schedule.every} * * * *`;
    case "hours":
      return schedule.every === 1 ? `${minute} * * * *` : `${minute} */${schedule.every} * * *`;
    case "day":
      return `${minute} ${hour} * * *`;
    case "week":
      return `${minute} ${hour} * * ${[...schedule.weekdays].sort().join(",") || "*"}`;
    case "month":
      return `${minute} ${hour} ${schedule.monthday > 28 ? "L" : schedule.monthday} * *`;
    case "cron":
      return schedule.text.trim();
    default:
      return schedule.rhythm;
  }
}

const NAMED: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};

/** The simplest form that means the same expression. */
export function scheduleOf(text: string): Schedule {
  const plain = { ...PLAIN_SCHEDULE, text };
  if (text === "@once" || text === "@always_on") return { ...plain, rhythm: text };
  const fields = (NAMED[text] ?? text).trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5 || month !== "*") return { ...plain, rhythm: "cron" };
  const found = [
    everyOf(minute, hour, day, weekday),
    isNumber(minute, 59) && isNumber(hour, 23) ? dayOf(minute, hour, day, weekday) : undefined,
  ].find(Boolean);
  return found ? { ...plain, ...found } : { ...plain, rhythm: "cron" };
}

function everyOf(minute: string, hour: string, day: string, weekday: string): Partial<Schedule> | undefined {
  if (day !== "*" || weekday !== "*") return undefined;
  const minutes = /^\*(?:\/(\d+))?$/.exec(minute);
  if (minutes && hour === "*") return { rhythm: "minutes", every: Number(minutes[1] ?? 1) };
  const hours = /^\*(?:\/(\d+))?$/.exec(hour);
  if (hours && isNumber(minute, 59)) return { rhythm: "hours", every: Number(hours[1] ?? 1), at: timeOf("0", minute) };
  return undefined;
}

function dayOf(minute: string, hour: string, day: string, weekday: string): Partial<Schedule> | undefined {
  const at = timeOf(hour, minute);
  if (day === "*" && weekday === "*") return { rhythm: "day", at };
  if (day === "*" && /^[0-6](,[0-6])*$/.test(weekday)) {
    return { rhythm: "week", at, weekdays: weekday.split(",").map(Number) };
  }
  if (weekday === "*" && isNumber(day, 28) && Number(day) > 0) return { rhythm: "month", at, monthday: Number(day) };
  if (weekday === "*" && day === "L") return { rhythm: "month", at, monthday: 31 };
  return undefined;
}

const isNumber = (text: string, most: number) => /^\d+$/.test(text) && Number(text) <= most;
const two = (value: string | number) => String(value).padStart(2, "0");
const timeOf = (hour: string, minute: string) => `${two(Number(hour))}:${two(Number(minute))}`;

function hourAndMinute(at: string): readonly [number, number] {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  return [hour || 0, minute || 0];
}

// To and from the keys of the file ------------------------------------------------------------------------------------

const SHOWN = new Set([
  "name",
  "description",
  "schedule_type",
  "status",
  "schedule_interval",
  "timezone",
  "misfire",
  "sources",
  "match",
  "global_data_product_uuid",
  "variables",
  "sla",
  "settings",
]);
const SHOWN_SETTINGS = new Set(["skip_if_previous_running", "pipeline_run_limit", "timeout"]);

export function formOf(definition: Definition): Form {
  const settings = record(definition.settings);
  const kind = KINDS.find((each) => each === definition.schedule_type) ?? "time";
  const limit = settings.pipeline_run_limit;
  return {
    name: text(definition.name),
    description: text(definition.description),
    kind,
    active: definition.status === "active",
    schedule: kind === "time" ? scheduleOf(text(definition.schedule_interval)) : PLAIN_SCHEDULE,
    timezone: text(definition.timezone) || "UTC",
    misfire: definition.misfire === "skip" ? "skip" : definition.misfire ? "all" : "latest",
    overlap: settings.skip_if_previous_running ? "skip" : typeof limit === "number" ? "limit" : "both",
    runLimit: typeof limit === "number" ? limit : 1,
    sources: Array.isArray(definition.sources) ? definition.sources.map((each) => ({ type: "", ...record(each) })) : [],
    match: definition.match ? JSON.stringify(definition.match, null, 2) : "",
    product: text(definition.global_data_product_uuid),
    variables: variablesOf(record(definition.variables)),
    late: minutes(definition.sla),
    timeout: minutes(settings.timeout),
    other: without(definition, SHOWN),
    otherSettings: without(settings, SHOWN_SETTINGS),
  };
}

/** The keys that mean what the form says; `wrong` names fields whose text cannot be read at all. */
export function definitionOf(form: Form): { readonly definition: Definition; readonly wrong: Record<string, string> } {
  const wrong: Record<string, string> = {};
  const match = form.kind === "event" && form.match.trim() ? parsed(form.match) : undefined;
  if (match === NOT_JSON || (match !== undefined && !isRecord(match))) {
    wrong.match = 'The pattern must be a JSON object, for example {"name": [{"prefix": "orders_"}]}.';
  }
  const settings: Record<string, unknown> = {
    ...form.otherSettings,
    ...(form.overlap === "skip" ? { skip_if_previous_running: true } : {}),
    ...(form.overlap === "limit" ? { pipeline_run_limit: form.runLimit } : {}),
    ...secondsKey("timeout", form.timeout, wrong),
  };
  const variables = variablesFrom(form.variables, wrong);
  const definition: Record<string, unknown> = {
    ...form.other,
    name: form.name.trim(),
    schedule_type: form.kind,
    status: form.active ? "active" : "inactive",
    ...(form.description.trim() ? { description: form.description.trim() } : {}),
    ...(form.kind === "time" ? timeKeys(form) : {}),
    ...(form.kind === "event" && form.sources.length ? { sources: form.sources } : {}),
    ...(form.kind === "event" && isRecord(match) ? { match } : {}),
    ...(form.kind === "product" ? { global_data_product_uuid: form.product } : {}),
    ...(Object.keys(variables).length ? { variables } : {}),
    ...secondsKey("sla", form.late, wrong),
    ...(Object.keys(settings).length ? { settings } : {}),
  };
  if (!definition.name) {
    delete definition.name;
    wrong.name = "Give it a name.";
  }
  return { definition, wrong };
}

function timeKeys(form: Form): Record<string, unknown> {
  return {
    schedule_interval: scheduleText(form.schedule),
    ...(form.timezone !== "UTC" ? { timezone: form.timezone } : {}),
    ...(form.misfire === "latest" ? {} : { misfire: form.misfire }),
  };
}

/** What must be told to turn one definition into another: null takes a key out. */
export function changes(before: Definition, after: Definition): Definition {
  const told: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!(key in after)) told[key] = null;
    else if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) told[key] = after[key];
  }
  return told;
}

function secondsKey(key: string, typed: string, wrong: Record<string, string>): Record<string, number> {
  if (!typed.trim()) return {};
  const found = Number(typed);
  if (Number.isFinite(found) && found > 0) return { [key]: found * 60 };
  wrong[key] = "Write a number of minutes, or nothing.";
  return {};
}

// Small readers ---------------------------------------------------------------------------------------------------------

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const minutes = (value: unknown): string => (typeof value === "number" ? String(value / 60) : "");
const without = (values: Definition, keys: ReadonlySet<string>): Definition =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !keys.has(key)));
