/** Bars, lines, points or bins, drawn from marks that the server folded. `tableOf` has the same in words. */
import styles from "./charts.module.css";
import { barsOf, heights, type Marks, placesOf, ticksUnder } from "./marks";
import { brief, lineOf, ticksOf } from "./scale";

interface ChartProps {
  readonly label: string;
  readonly marks: Marks;
  readonly width: number;
  readonly height: number;
  readonly xTitle: string;
  readonly yTitle: string;
}

const ROOM = { left: 58, right: 14, top: 24, bottom: 42 };
/** The second code of a line, beside its colour. */
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "10 4", "4 2", "1 4", "12 3 3 3"];

export const colourOf = (series: number) => `var(--series-${(series % 8) + 1})`;

export function Chart({ label, marks, width, height, xTitle, yTitle }: ChartProps) {
  const wide = Math.max(40, width - ROOM.left - ROOM.right);
  const high = Math.max(40, height - ROOM.top - ROOM.bottom);
  const span = heights(marks);
  const up = (value: number) => high - ((value - span[0]) / (span[1] - span[0])) * high;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g transform={`translate(${ROOM.left} ${ROOM.top})`}>
        {ticksOf(span, high / 56).map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={0} x2={wide} y1={up(tick)} y2={up(tick)} />
            <text className={styles.tick} x={-8} y={up(tick) + 4} textAnchor="end">
              {brief(tick)}
            </text>
          </g>
        ))}
        {ticksUnder(marks, wide).map(({ at, label: word }) => (
          <text key={at} className={styles.tick} x={at} y={high + 16} textAnchor="middle">
            {word}
          </text>
        ))}
        <text className={styles.axis} x={wide} y={high + 34} textAnchor="end">
          {xTitle}
        </text>
        <text className={styles.axis} x={-ROOM.left + 8} y={-10}>
          {yTitle}
        </text>
        <Drawn marks={marks} wide={wide} high={high} />
        <line className={styles.base} x1={0} x2={wide} y1={up(Math.max(span[0], 0))} y2={up(Math.max(span[0], 0))} />
      </g>
    </svg>
  );
}

interface DrawnProps {
  readonly marks: Marks;
  readonly wide: number;
  readonly high: number;
}

function Drawn({ marks, wide, high }: DrawnProps) {
  if (marks.kind === "bar" || marks.kind === "histogram")
    return barsOf(marks, wide, high).map(({ series, told, ...bar }) => (
      <rect key={`${series} ${bar.x}`} {...bar} fill={colourOf(series)} data-tip={told} />
    ));
  const places = placesOf(marks, wide, high);
  return marks.series.map(({ name }, series) => {
    const points = places[series] ?? [];
    return marks.kind === "line" ? (
      <g key={name}>
        <path
          className={styles.line}
          d={lineOf(points)}
          style={{ stroke: colourOf(series) }}
          strokeDasharray={DASHES[series % 8]}
        />
        {points.map((point, index) =>
          point && !points[index - 1] && !points[index + 1] ? (
            <circle key={`${point.x}`} cx={point.x} cy={point.y} r={2.5} fill={colourOf(series)} />
          ) : null,
        )}
      </g>
    ) : (
      <path
        key={name}
        className={styles.cloud}
        d={points.map((point) => (point ? dot(point) : "")).join("")}
        style={{ stroke: colourOf(series) }}
      />
    );
  });
}

/** One path for all points of a series: thousands of elements would be slow. */
const dot = ({ x, y }: { readonly x: number; readonly y: number }) => `M${x.toFixed(1)} ${y.toFixed(1)}h.01`;

/** Which colour is which. */
export function Legend({ marks }: { readonly marks: Marks }) {
  if (marks.series.length < 2 && !marks.series[0]?.name) return null;
  return (
    <ul className={styles.legend} aria-label="Colours">
      {marks.series.map(({ name }, series) => (
        <li key={name}>
          <svg width="18" height="10" aria-hidden>
            {marks.kind === "line" ? (
              <line
                x1="0"
                x2="18"
                y1="5"
                y2="5"
                stroke={colourOf(series)}
                strokeWidth="2"
                strokeDasharray={DASHES[series % 8]}
              />
            ) : (
              <rect width="10" height="10" fill={colourOf(series)} />
            )}
          </svg>
          <span className="ellipsis">{name}</span>
        </li>
      ))}
    </ul>
  );
}
