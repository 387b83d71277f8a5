/** Keys that were pressed before the screen was there that they are meant for. They wait for it, not for long. */

/** Who presses a key and sees nothing happen for so long has given it up. */
const PATIENCE_MS = 3_000;
const MOST = 12;

interface Waiting {
  /** Whether keys wait now whatever they are. */
  readonly awaited: () => boolean;
  /** False: too many wait already, and it is lost. */
  readonly keep: (name: string, now: number) => boolean;
  /** Keeps a key that means nothing here if the screen has only just come: a part of it may still be missing. */
  readonly keepIfFresh: (name: string, now: number) => void;
  readonly screenComes: () => void;
  readonly screenIsHere: (now: number) => void;
  /** The first key that is not too old; empty: none is left, or the screen is not there yet. */
  readonly next: (now: number) => string;
  readonly putBack: (name: string) => void;
}

export function waitingKeys(): Waiting {
  let coming = false;
  let since = Number.NEGATIVE_INFINITY;
  // `stray`: a screen was there when it was pressed or tried, and knew nothing of it. No other screen gets it.
  let kept: { readonly name: string; readonly at: number; readonly stray: boolean }[] = [];
  let last = 0;
  const add = (name: string, at: number, stray: boolean) => {
    if (kept.length >= MOST) return false;
    kept.push({ name, at, stray });
    return true;
  };
  return {
    awaited: () => coming,
    keep: (name, now) => add(name, now, false),
    keepIfFresh: (name, now) => {
      if (now - since < PATIENCE_MS) add(name, now, true);
    },
    screenComes: () => {
      coming = true;
      kept = kept.filter(({ stray }) => !stray);
    },
    screenIsHere: (now) => {
      coming = false;
      since = now;
    },
    next: (now) => {
      if (coming) return "";
      kept = kept.filter(({ at }) => now - at < PATIENCE_MS);
      const first = kept.shift();
      last = first?.at ?? last;
      return first?.name ?? "";
    },
    putBack: (name) => {
      kept.unshift({ name, at: last, stray: true });
    },
  };
}
