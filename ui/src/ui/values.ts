/** Values as people type them: JSON when it reads as such, else text. */

export type Values = Readonly<Record<string, unknown>>;

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What `parsed` answers for a text that is no JSON. */
export const NOT_JSON = Symbol("not JSON");

export function parsed(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return NOT_JSON;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function variablesOf(values: Values): readonly Variable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: shownValue(value) }));
}

function shownValue(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  // A text that would read as something else keeps its quotes.
  return parsed(value) === NOT_JSON ? value : JSON.stringify(value);
}

export function variablesFrom(rows: readonly Variable[], wrong: Record<string, string>): Values {
  const values: Record<string, unknown> = {};
  for (const { name, value } of rows) {
    const key = name.trim();
    if (!key) {
      if (value.trim()) wrong.variables = `A variable with the value ${value} has no name.`;
      continue;
    }
    if (key in values) wrong.variables = `There are two variables ${key}.`;
    const found = parsed(value);
    values[key] = found === NOT_JSON ? value : found;
  }
  return values;
}
