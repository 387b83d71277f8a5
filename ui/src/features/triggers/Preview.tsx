/** In words, and the next times: what will come of what is being written. */
import type { Judged } from "./api";
import { dues } from "./times";
import styles from "./triggers.module.css";

export function Preview({ judged }: { readonly judged: Judged | undefined }) {
  if (!judged?.valid) return null;
  return (
    <section className={styles.preview} aria-label="What it will do" aria-live="polite">
      <strong>Fires {judged.in_words}</strong>
      {judged.times.length ? <Times times={judged.times} /> : null}
    </section>
  );
}

export function Times({ times }: { readonly times: readonly string[] }) {
  return (
    <dl className={styles.times}>
      {dues(times).map((due, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same hour comes twice when clocks go back
        <div key={index} style={{ display: "contents" }}>
          <dt>{due.day}</dt>
          <dd className="mono">{due.clock}</dd>
          <dd className="hint">{due.offset}</dd>
          <dd className={styles.jump}>{due.jump}</dd>
        </div>
      ))}
    </dl>
  );
}
