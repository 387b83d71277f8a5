/** Who else is here, as a screen shows it. Pure. */
import type { PresenceDocument } from "./api";

/** How long somebody counts as writing after the last key. */
export const WRITES_MS = 30_000;

export interface Person {
  readonly name: string;
  readonly block: string | null;
  readonly editing: boolean;
}

/** A person's name without what follows the @. */
export const nameOf = (person: string): string => person.split("@")[0] || person;

/** The others in a pipeline, each once, whoever writes first. */
export function othersIn(known: PresenceDocument | undefined): readonly Person[] {
  const found = new Map<string, Person>();
  for (const { person, block, editing, own } of known?.present ?? []) {
    if (own) continue;
    const before = found.get(person);
    if (!before || (editing && !before.editing)) found.set(person, { name: nameOf(person), block, editing });
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** The other people who look at a block now. */
export function othersAt(known: PresenceDocument | undefined, block: string): readonly string[] {
  const names = (known?.present ?? []).filter((one) => !one.own && one.block === block).map(({ person }) => person);
  return [...new Set(names)].map(nameOf);
}

/** Who writes in a block, when that is another person. */
export function holderOf(known: PresenceDocument | undefined, block: string): string | undefined {
  const holder = known?.holders.find((one) => one.block === block);
  if (!holder) return undefined;
  const mine = known?.present.some((one) => one.own && one.person === holder.person);
  return mine ? undefined : nameOf(holder.person);
}

export function wordsOf({ name, block, editing }: Person): string {
  if (!block) return `${name} is here`;
  return editing ? `${name} is editing ${block}` : `${name} looks at ${block}`;
}
