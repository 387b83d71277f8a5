/** How the values of a column are spread, in a few bars. */
import { count } from "@/ui/format";
import type { ColumnStatistics } from "./api";
import styles from "./outputs.module.css";

const WIDTH = 76;
const HEIGHT = 20;
const MOST = 14;

export function Histogram({
  column,
  width = WIDTH,
  height = HEIGHT,
}: {
  readonly column: ColumnStatistics;
  readonly width?: number;
  readonly height?: number;
}) {
  const counts = countsOf(column);
  if (counts.length === 0) return <svg width={width} height={height} aria-hidden className={styles.bars} />;
  const most = Math.max(...counts, 1);
  const step = width / counts.length;
  return (
    <svg width={width} height={height} role="img" aria-label={spoken(column)} className={styles.bars}>
      {counts.map((value, index) => {
        const tall = value ? Math.max(1.5, (value / most) * height) : 0;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other name than their place
            key={index}
            x={index * step}
            y={height - tall}
            width={Math.max(1, step - 1.5)}
            height={tall}
          />
        );
      })}
    </svg>
  );
}

/** At most so many bars: neighbours are put together. */
function countsOf({ histogram = [], top = [] }: ColumnStatistics): readonly number[] {
  const all = histogram.length ? histogram.map((bar) => bar[2] ?? 0) : top.map((entry) => Number(entry[1] ?? 0));
  if (all.length <= MOST) return all;
  const together = Math.ceil(all.length / MOST);
  return Array.from({ length: Math.ceil(all.length / together) }, (_, index) =>
    all.slice(index * together, (index + 1) * together).reduce((sum, value) => sum + value, 0),
  );
}

function spoken({ min, max, distinct }: ColumnStatistics): string {
  const range = min === null || min === undefined ? "" : `from ${String(min)} to ${String(max)}, `;
  return `${range}${count(distinct)} different values`;
}
