/** What a filter's text asks of the list of runs, in the words of the API. */
import { type Field, mistakes, parse, spanOf, timeOf, valuesOf, wordsOf } from "@/ui/filter/grammar";

export const RUN_STATES = ["queued", "running", "cancelling", "completed", "failed", "cancelled"] as const;
export const RUN_KINDS = ["manual", "interactive", "trigger", "api", "backfill", "pipeline", "replay"] as const;

type RunState = (typeof RUN_STATES)[number];
type RunKind = (typeof RUN_KINDS)[number];

export interface RunsAsked {
  readonly pipeline?: string;
  readonly state?: RunState[];
  readonly kind?: RunKind;
  readonly trigger?: number;
  readonly backfill?: number;
  readonly since?: string;
  readonly until?: string;
  readonly longer?: number;
  readonly by?: string;
}

export function fieldsOf(pipelines: readonly string[] | undefined): readonly Field[] {
  return [
    { key: "state", about: "how it stands", values: RUN_STATES },
    ...(pipelines ? [{ key: "pipeline", about: "of this pipeline", values: pipelines }] : []),
    { key: "since", about: "asked for at or after", kind: "time" },
    { key: "until", about: "asked for before", kind: "time" },
    { key: "kind", about: "who or what started it", values: RUN_KINDS },
    { key: "longer", about: "took longer than", kind: "span" },
    { key: "by", about: "who asked for it; me" },
    { key: "trigger", about: "number of the trigger", kind: "number" },
    { key: "backfill", about: "number of the backfill", kind: "number" },
  ];
}

/** What the text asks, and what of it cannot be asked. */
export function askedOf(
  text: string,
  fields: readonly Field[],
  now: Date,
): { readonly asked: RunsAsked; readonly wrong: readonly string[] } {
  const tokens = parse(text);
  const wrong = [
    ...mistakes(tokens, fields, now),
    ...wordsOf(tokens).map((word) => `“${word}” has no key: write pipeline:${word} or another.`),
    ...tokens
      .filter((token) => token.not)
      .map((token) => `“-${token.key}” cannot be left out; ask for what you want instead.`),
    ...["pipeline", "kind", "by"]
      .filter((key) => valuesOf(tokens, key).length > 1)
      .map((key) => `Only one ${key} at a time.`),
  ];
  const last = (key: string) => valuesOf(tokens, key).at(-1);
  const number = (key: string) => {
    const value = last(key);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const time = (key: string) => {
    const value = last(key);
    return value === undefined ? undefined : timeOf(value, now)?.toISOString();
  };
  const states = RUN_STATES.filter((state) => valuesOf(tokens, "state").includes(state));
  const longer = last("longer");
  return {
    wrong,
    asked: present({
      pipeline: last("pipeline"),
      state: states.length ? states : undefined,
      kind: RUN_KINDS.find((kind) => kind === last("kind")),
      trigger: number("trigger"),
      backfill: number("backfill"),
      since: time("since"),
      until: time("until"),
      by: last("by"),
      longer: longer === undefined ? undefined : spanOf(longer),
    }),
  };
}

function present(values: { readonly [K in keyof RunsAsked]: RunsAsked[K] | undefined }): RunsAsked {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as RunsAsked;
}

export interface View {
  readonly name: string;
  readonly q: string;
}

export const VIEWS: readonly View[] = [
  { name: "All", q: "" },
  { name: "Failed", q: "state:failed" },
  { name: "Running", q: "state:queued state:running state:cancelling" },
  { name: "Mine", q: "by:me" },
  { name: "Slow", q: "longer:1m" },
];
