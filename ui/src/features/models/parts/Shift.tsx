/** Two distributions over the same bins, one behind the other: what the model was trained on, and what it is asked. */
import type { FeatureResult } from "../api";
import { percent } from "../model/words";
import styles from "../models.module.css";

const HIGH = 22;
const WIDE = 9;
const MOST = 16;

export function Shift({ bins }: Pick<FeatureResult, "bins">) {
  if (bins.length === 0) return null;
  const shown = bins.slice(0, MOST);
  const top = Math.max(...shown.flatMap(({ reference, current }) => [reference, current]), 0.001);
  const furthest = shown.reduce((one, other) =>
    Math.abs(other.current - other.reference) > Math.abs(one.current - one.reference) ? other : one,
  );
  const words = `Most at ${furthest.name}: ${percent(furthest.reference)} before, ${percent(furthest.current)} now`;
  return (
    <svg className={styles.shift} width={shown.length * WIDE} height={HIGH} role="img" aria-label={words}>
      <title>{words}</title>
      {shown.map(({ name, reference, current }, place) => (
        <g key={name}>
          <rect
            className={styles.before}
            x={place * WIDE}
            width={WIDE - 1}
            height={(reference / top) * HIGH}
            y={HIGH - (reference / top) * HIGH}
          />
          <rect
            className={styles.now}
            x={place * WIDE + 2}
            width={WIDE - 5}
            height={(current / top) * HIGH}
            y={HIGH - (current / top) * HIGH}
          />
        </g>
      ))}
    </svg>
  );
}
