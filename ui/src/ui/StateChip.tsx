/** A state: icon, word, and what there is to say about it. The same in every place. */
import { Diamond, Link2, Pin } from "lucide-react";
import styles from "./parts.module.css";
import { lookOf, type Tone } from "./states";
import { Tip } from "./Tip";

interface StateChipProps {
  readonly state: string;
  /** Behind the word: a time, an error, a reason in short. */
  readonly detail?: string | undefined;
  /** The reason in full, on hover and focus. */
  readonly why?: string | undefined;
  /** Only the icon is painted; the word is there for readers. */
  readonly small?: boolean;
}

export function StateChip({ state, detail, why, small = false }: StateChipProps) {
  const { tone, icon: Icon, word, turning } = lookOf(state);
  const text = detail ? `${word} · ${detail}` : word;
  const chip = (
    <span className={`${styles.chip} ${styles[tone]}`} tabIndex={why ? 0 : undefined}>
      <Icon size={15} strokeWidth={1.6} aria-hidden className={turning ? styles.turning : undefined} />
      <span className={small ? "unseen" : undefined}>{text}</span>
    </span>
  );
  return why ? <Tip text={why}>{chip}</Tip> : chip;
}

export type FreshnessName = "fresh" | "stale" | "never" | "reused" | "pinned";

const FRESHNESS: Record<FreshnessName, { readonly word: string; readonly tone: Tone }> = {
  fresh: { word: "Fresh", tone: "ok" },
  stale: { word: "Stale", tone: "warn" },
  never: { word: "Never run", tone: "idle" },
  reused: { word: "Reused", tone: "ok" },
  pinned: { word: "Pinned", tone: "idle" },
};

interface FreshnessChipProps extends Omit<StateChipProps, "state"> {
  readonly freshness: FreshnessName;
}

/** Whether a result is that of today's code and inputs: another axis than the state of a run. */
export function FreshnessChip({ freshness, detail, why, small = false }: FreshnessChipProps) {
  const { word, tone } = FRESHNESS[freshness];
  const text = detail ? `${word} · ${detail}` : word;
  const chip = (
    <span className={`${styles.chip} ${styles[tone]}`} tabIndex={why ? 0 : undefined}>
      <FreshnessIcon freshness={freshness} />
      <span className={small ? "unseen" : undefined}>{text}</span>
    </span>
  );
  return why ? <Tip text={why}>{chip}</Tip> : chip;
}

export function FreshnessIcon({ freshness }: { readonly freshness: FreshnessName }) {
  switch (freshness) {
    case "fresh":
      return <Diamond size={14} strokeWidth={1.6} fill="currentColor" aria-hidden />;
    case "never":
      return <Diamond size={14} strokeWidth={1.6} aria-hidden />;
    case "reused":
      return <Link2 size={14} strokeWidth={1.6} aria-hidden />;
    case "pinned":
      return <Pin size={14} strokeWidth={1.6} aria-hidden />;
    case "stale":
      return (
        <svg width="14" height="14" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden>
          <title>Stale</title>
          <path d="M12 2.2 21.8 12 12 21.8 2.2 12Z" />
          <path d="M12 2.2 2.2 12 12 21.8Z" fill="currentColor" />
        </svg>
      );
  }
}
