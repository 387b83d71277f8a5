/** How well what was typed names a thing of the project. Pure, and quick over twenty thousand names. */

export interface Named {
  readonly text: string;
  readonly kind: "file" | "pipeline" | "block";
  /** The pipeline of a block. */
  readonly pipeline?: string;
  readonly lower: string;
  /** Where its last part begins: people type names, seldom folders. */
  readonly base: number;
}

export interface Asked {
  readonly words: readonly string[];
  /** Behind a colon: where to go in a file. */
  readonly line: number | undefined;
}

export function named(text: string, kind: Named["kind"], pipeline?: string): Named {
  const lower = text.toLowerCase();
  return { text, kind, lower, base: lower.lastIndexOf("/") + 1, ...(pipeline === undefined ? {} : { pipeline }) };
}

export function askedOf(typed: string): Asked {
  const [, text = "", line] = /^(.*?)(?::(\d+))?$/.exec(typed.trim()) ?? [];
  return { words: text.toLowerCase().split(/\s+/).filter(Boolean), line: line ? Number(line) : undefined };
}

/** The best, at most so many, the best first. */
export function best(all: readonly Named[], { words }: Asked, most: number): readonly Named[] {
  const found: { readonly item: Named; readonly rank: number }[] = [];
  for (const item of all) {
    let rank = 0;
    for (const word of words) {
      const one = rankOf(word, item);
      if (one === 0) {
        rank = 0;
        break;
      }
      rank += one;
    }
    if (rank > 0 || words.length === 0) found.push({ item, rank: rank - item.text.length / 1_000 });
  }
  if (words.length) found.sort((one, other) => other.rank - one.rank || (one.item.text < other.item.text ? -1 : 1));
  return found.slice(0, most).map(({ item }) => item);
}

const KIND_RANK: Readonly<Record<Named["kind"], number>> = { pipeline: 0.6, block: 0.3, file: 0 };

function rankOf(word: string, { lower, base, kind }: Named): number {
  const inBase = lower.indexOf(word, base);
  const more = KIND_RANK[kind];
  if (inBase === base) return lower.length - base === word.length ? 12 + more : 10 + more;
  if (inBase > 0) return (/[a-z0-9]/.test(lower[inBase - 1] ?? "") ? 6 : 8) + more;
  const place = lower.indexOf(word);
  if (place >= 0) return (place === 0 || lower[place - 1] === "/" ? 5 : 4) + more;
  return letters(word, lower, base) ? 3 + more : letters(word, lower, 0) ? 1 + more : 0;
}

/** Whether the letters come one after another, from a place on. */
function letters(word: string, text: string, from: number): boolean {
  let at = from;
  for (const letter of word) {
    const next = text.indexOf(letter, at);
    if (next < 0) return false;
    at = next + 1;
  }
  return true;
}
