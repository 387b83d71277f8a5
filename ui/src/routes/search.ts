/** Search parameters are what anybody may have typed: each is taken only when it is what it should be. */

export function text(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  const found =
    typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(found) ? found : undefined;
}

export function oneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}

type Optional<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is not there, so that addresses stay short. */
export function optional<T extends Record<string, unknown>>(values: T): Optional<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Optional<T>;
}
