/** How one figure went, step by step: a small line with its axis, or a spark in a row of a table. */
import styles from "./charts.module.css";
import { brief, extentOf, fromZero, lineOf, pointsOf, ticksOf, type Value } from "./scale";

interface TrendProps {
  readonly label: string;
  readonly values: readonly Value[];
  readonly width: number;
  readonly height: number;
  /** With lines and numbers at round values. */
  readonly axis?: boolean;
  /** How a value is written; else briefly. */
  readonly write?: (value: number) => string;
  /** The place in ``values`` that is looked at. */
  readonly marked?: number | undefined;
}

const ROOM = { left: 52, right: 6, top: 6, bottom: 6 };
const SPARK = { left: 3, right: 3, top: 3, bottom: 3 };

export function Trend({ label, values, width, height, axis = false, write = brief, marked }: TrendProps) {
  const extent = extentOf(values);
  const name = `${label}: ${spoken(values, write)}`;
  if (!extent) return <svg width={width} height={height} role="img" aria-label={name} />;
  const shown = axis ? fromZero(extent) : extent;
  const room = axis ? ROOM : SPARK;
  const wide = width - room.left - room.right;
  const high = height - room.top - room.bottom;
  const points = pointsOf(values, shown, wide, high);
  const last = points.findLastIndex((point) => point !== null);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={name}>
      <g transform={`translate(${room.left} ${room.top})`}>
        {axis
          ? ticksOf(shown).map((tick) => {
              const y = high - ((tick - shown[0]) / (shown[1] - shown[0])) * high;
              return (
                <g key={tick}>
                  <line className={styles.grid} x1={0} x2={wide} y1={y} y2={y} />
                  <text className={styles.tick} x={-8} y={y + 4} textAnchor="end">
                    {write(tick)}
                  </text>
                </g>
              );
            })
          : null}
        <path className={styles.line} d={lineOf(points)} />
        {points.map((point, index) =>
          point && (index === last || index === marked || alone(points, index)) ? (
            <circle
              // biome-ignore lint/suspicious/noArrayIndexKey: points have no other name than their place
              key={index}
              className={index === marked ? styles.marked : styles.dot}
              cx={point.x}
              cy={point.y}
              r={index === marked ? 3.5 : 2.5}
            />
          ) : null,
        )}
      </g>
    </svg>
  );
}

/** Nothing is drawn to a point whose neighbours are missing. */
function alone(points: readonly unknown[], index: number): boolean {
  return !points[index - 1] && !points[index + 1];
}

function spoken(values: readonly Value[], write: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return "nothing is known";
  return known.length === 1 ? write(last) : `from ${write(first)} to ${write(last)} over ${known.length} versions`;
}
