import { count } from "@/ui/format";
import type { Backfill } from "./api";
import styles from "./backfills.module.css";

const PARTS = ["completed", "running", "failed", "cancelled"] as const;

/** How far it is; the words stand beside it. */
export function Progress({ backfill, small = false }: { readonly backfill: Backfill; readonly small?: boolean }) {
  const { slices, progress } = backfill;
  const done = progress.completed ?? 0;
  return (
    <span
      className={`${styles.progress} ${small ? styles.small : ""}`}
      role="progressbar"
      aria-label="Slices completed"
      aria-valuemin={0}
      aria-valuemax={slices}
      aria-valuenow={done}
      aria-valuetext={`${count(done)} of ${count(slices)}`}
    >
      {PARTS.map((part) => {
        const share = slices ? ((progress[part] ?? 0) / slices) * 100 : 0;
        return share ? <span key={part} className={styles[part]} style={{ width: `${share}%` }} /> : null;
      })}
    </span>
  );
}
