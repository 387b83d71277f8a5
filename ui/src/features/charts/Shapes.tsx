/** What is neither bars nor lines: parts of a whole, boxes, heat maps, bars that lie, figures. */
import { colourOf } from "@/ui/charts/Chart";
import shared from "@/ui/charts/charts.module.css";
import { barsOf, heights, type Marks } from "@/ui/charts/marks";
import { brief, extentOf, fromZero, ticksOf } from "@/ui/charts/scale";
import { count } from "@/ui/format";
import styles from "./charts.module.css";

export interface ShapeProps {
  readonly marks: Marks & { readonly upward?: readonly string[] };
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly xTitle: string;
  readonly yTitle: string;
}

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
const cut = (text: string, letters: number) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);
const LETTER = 6.4;
const LINE = 20;
const NARROW = 320;

export function Pie({ marks, label, width, height }: ShapeProps) {
  const parts = (marks.series[0]?.points ?? []).map(([word, value]) => ({ word: String(word), value: number(value) }));
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  // Where there is no room beside it, the words stand below.
  const below = width < NARROW;
  const room = below ? Math.min((height - parts.length * LINE - 8) / 2, width / 2) : Math.min(height / 2, width * 0.2);
  const radius = Math.max(16, room - 8);
  const words = below ? width : width - radius * 2 - 48;
  const middle = below ? { x: width / 2, y: radius + 4 } : { x: radius + 12, y: height / 2 };
  const list = below
    ? { x: 0, y: height - parts.length * LINE }
    : { x: radius * 2 + 36, y: height / 2 - (parts.length * LINE) / 2 };
  let turned = 0;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g transform={`translate(${middle.x} ${middle.y})`}>
        {parts.map(({ word, value }, index) => {
          const from = turned;
          turned += value / whole;
          const told = `${word}: ${brief(value)}, ${percent(value / whole)}`;
          return (
            <path
              key={word}
              d={slice(from, turned, radius)}
              fill={colourOf(index)}
              className={styles.slice}
              data-tip={told}
            />
          );
        })}
      </g>
      <g transform={`translate(${list.x} ${list.y})`}>
        {parts.map(({ word, value }, index) => (
          <g key={word} transform={`translate(0 ${index * LINE})`}>
            <rect width="10" height="10" y="3" fill={colourOf(index)} />
            <text className={shared.axis} x="18" y="12">
              {cut(`${percent(value / whole)} ${word}`, Math.max(6, Math.floor((words - 18) / LETTER)))}
            </text>
          </g>
        ))}
      </g>
    </svg>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

function slice(from: number, to: number, radius: number): string {
  if (to - from > 0.99999)
    return `M0 ${-radius}A${radius} ${radius} 0 1 1 0 ${radius}A${radius} ${radius} 0 1 1 0 ${-radius}Z`;
  const at = (turn: number) =>
    `${(Math.sin(turn * 2 * Math.PI) * radius).toFixed(2)} ${(-Math.cos(turn * 2 * Math.PI) * radius).toFixed(2)}`;
  return `M0 0L${at(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}

const ROOM = { left: 58, right: 14, top: 24, bottom: 42 };

export function Boxes({ marks, label, width, height, xTitle, yTitle }: ShapeProps) {
  const wide = Math.max(40, width - ROOM.left - ROOM.right);
  const high = Math.max(40, height - ROOM.top - ROOM.bottom);
  const every = marks.series.flatMap(({ points }) => points);
  const span = fromZero(extentOf(every.flatMap((point) => point.slice(1).map(number))) ?? [0, 1]);
  const up = (value: number) => high - ((value - span[0]) / (span[1] - span[0])) * high;
  const room = wide / Math.max(1, marks.words.length);
  const thick = Math.min(60, (room * 0.6) / Math.max(1, marks.series.length));
  const letters = Math.max(4, Math.floor(room / LETTER) - 1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g transform={`translate(${ROOM.left} ${ROOM.top})`}>
        <Ticks span={span} up={up} wide={wide} high={high} />
        {marks.words.map((word, index) => (
          <text key={word} className={shared.tick} x={(index + 0.5) * room} y={high + 16} textAnchor="middle">
            {cut(word, letters)}
          </text>
        ))}
        <text className={shared.axis} x={wide} y={high + 34} textAnchor="end">
          {xTitle}
        </text>
        <text className={shared.axis} x={-ROOM.left + 8} y={-10}>
          {yTitle}
        </text>
        {marks.series.flatMap(({ name, points }, series) =>
          points.map(([word, ...five]) => {
            const [least, lower, middle, upper, most] = five.map(number) as [number, number, number, number, number];
            const x =
              (marks.words.indexOf(String(word)) + 0.5) * room + (series - (marks.series.length - 1) / 2) * thick;
            const told = `${name ? `${name}, ` : ""}${word}: ${[least, lower, middle, upper, most].map(brief).join(", ")}`;
            return (
              <g key={`${name} ${word}`} stroke={colourOf(series)} data-tip={told}>
                <line x1={x} x2={x} y1={up(least)} y2={up(lower)} />
                <line x1={x} x2={x} y1={up(upper)} y2={up(most)} />
                <rect
                  className={styles.box}
                  fill={colourOf(series)}
                  x={x - thick * 0.4}
                  width={thick * 0.8}
                  y={up(upper)}
                  height={Math.max(1, up(lower) - up(upper))}
                />
                <line strokeWidth="2" x1={x - thick * 0.4} x2={x + thick * 0.4} y1={up(middle)} y2={up(middle)} />
              </g>
            );
          }),
        )}
      </g>
    </svg>
  );
}

interface TicksProps {
  readonly span: readonly [number, number];
  readonly up: (value: number) => number;
  readonly wide: number;
  readonly high: number;
}

function Ticks({ span, up, wide, high }: TicksProps) {
  return ticksOf(span, high / 56).map((tick) => (
    <g key={tick}>
      <line className={shared.grid} x1={0} x2={wide} y1={up(tick)} y2={up(tick)} />
      <text className={shared.tick} x={-8} y={up(tick) + 4} textAnchor="end">
        {brief(tick)}
      </text>
    </g>
  ));
}

export function HeatMap({ marks, label, width, height, xTitle }: ShapeProps) {
  const upward = marks.upward ?? [];
  const points = marks.series[0]?.points ?? [];
  const left = Math.min(140, 16 + LETTER * Math.max(4, ...upward.map((word) => Math.min(20, word.length))));
  const wide = Math.max(40, width - left - 14);
  const high = Math.max(40, height - 60);
  const across = wide / Math.max(1, marks.words.length);
  const down = high / Math.max(1, upward.length);
  const [least, most] = extentOf(points.map((point) => number(point[2]))) ?? [0, 1];
  const from = Math.min(0, least);
  const places = new Map(marks.words.map((word, index) => [word, index]));
  const rows = new Map(upward.map((word, index) => [word, index]));
  const everyX = Math.max(1, Math.ceil(44 / across));
  const everyY = Math.max(1, Math.ceil(14 / down));
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g transform={`translate(${left} 10)`}>
        <rect className={styles.ground} width={wide} height={high} />
        {points.map(([x, y, value]) => {
          const column = places.get(String(x));
          const row = rows.get(String(y));
          if (column === undefined || row === undefined) return null;
          return (
            <rect
              key={`${x}\n${y}`}
              className={styles.heat}
              x={column * across}
              y={row * down}
              width={Math.max(1, across - 1)}
              height={Math.max(1, down - 1)}
              fillOpacity={0.08 + (0.92 * (number(value) - from)) / (most - from || 1)}
              data-tip={`${x}, ${y}: ${brief(number(value))}`}
            />
          );
        })}
        {upward.map((word, index) =>
          index % everyY ? null : (
            <text key={word} className={shared.tick} x={-6} y={(index + 0.5) * down + 4} textAnchor="end">
              {cut(word, 20)}
            </text>
          ),
        )}
        {marks.words.map((word, index) =>
          index % everyX ? null : (
            <text key={word} className={shared.tick} x={(index + 0.5) * across} y={high + 16} textAnchor="middle">
              {cut(word, Math.max(4, Math.floor((across * everyX) / LETTER) - 1))}
            </text>
          ),
        )}
        <text className={shared.axis} x={wide} y={high + 36} textAnchor="end">
          {xTitle} · darker is more: {brief(from)} to {brief(most)}
        </text>
      </g>
    </svg>
  );
}

/** Bars that lie: their words have room. */
export function LyingBars({ marks, label, width, height, yTitle }: ShapeProps) {
  const left = Math.min(width * 0.4, 16 + LETTER * Math.max(4, ...marks.words.map((word) => word.length)));
  const wide = Math.max(40, width - left - 24);
  const high = Math.max(40, height - 46);
  const span = heights(marks);
  // The same bars, turned: what is up there goes to the right here.
  const bars = barsOf(marks, high, wide);
  const room = high / Math.max(1, marks.words.length);
  const every = Math.max(1, Math.ceil(14 / room));
  const right = (value: number) => ((value - span[0]) / (span[1] - span[0])) * wide;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g transform={`translate(${left} 8)`}>
        {ticksOf(span, wide / 90).map((tick) => (
          <g key={tick}>
            <line className={shared.grid} x1={right(tick)} x2={right(tick)} y1={0} y2={high} />
            <text className={shared.tick} x={right(tick)} y={high + 14} textAnchor="middle">
              {brief(tick)}
            </text>
          </g>
        ))}
        {bars.map(({ x, y, width: thick, height: long, series, told }) => (
          <rect
            key={`${series} ${x}`}
            x={wide - y - long}
            y={x}
            width={long}
            height={thick}
            fill={colourOf(series)}
            data-tip={told}
          />
        ))}
        {marks.words.map((word, index) =>
          index % every ? null : (
            <text key={word} className={shared.tick} x={-6} y={(index + 0.5) * room + 4} textAnchor="end">
              {cut(word, Math.max(4, Math.floor((left - 10) / LETTER)))}
            </text>
          ),
        )}
        <text className={shared.axis} x={wide} y={high + 32} textAnchor="end">
          {yTitle}
        </text>
      </g>
    </svg>
  );
}

export function Figures({ marks }: Pick<ShapeProps, "marks">) {
  return (
    <dl className={styles.figures}>
      {marks.series.map(({ name, points }) => {
        const value = points[0]?.[1];
        return (
          <div key={name}>
            <dd title={typeof value === "number" ? String(value) : undefined}>
              {typeof value !== "number"
                ? "–"
                : Number.isInteger(value) && Math.abs(value) < 1e7
                  ? count(value)
                  : brief(value)}
            </dd>
            <dt>{name}</dt>
          </div>
        );
      })}
    </dl>
  );
}
