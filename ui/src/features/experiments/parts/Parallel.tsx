/** An axis for each column, a line for each run. What is drawn along an axis of numbers becomes a filter. */
import { type PointerEvent, useState } from "react";
import chart from "@/ui/charts/charts.module.css";
import { lineOf } from "@/ui/charts/scale";
import type { Tracked } from "../api";
import styles from "../experiments.module.css";
import type { ColumnName } from "../model/columns";
import { type Axis, placeOn, spanOf } from "../model/parallel";

interface ParallelProps {
  readonly runs: readonly Tracked[];
  readonly axes: readonly Axis[];
  readonly selected: ReadonlySet<string>;
  readonly width: number;
  readonly height: number;
  readonly onOpen: (tracked: string) => void;
  readonly onBrush: (column: ColumnName, span: readonly [number, number]) => void;
}

const ROOM = { left: 64, right: 64, top: 30, bottom: 22 };
/** A press that moves less is no brush. */
const LEAST = 0.02;
const HALF = 14;

export function Parallel({ runs, axes, selected, width, height, onOpen, onBrush }: ParallelProps) {
  const wide = width - ROOM.left - ROOM.right;
  const high = height - ROOM.top - ROOM.bottom;
  const xOf = (index: number) => (index / (axes.length - 1)) * wide;
  const lines = runs.map((run) => ({
    run,
    path: lineOf(
      axes.map((axis, index) => {
        const place = placeOn(axis, run);
        return place === null ? null : { x: xOf(index), y: high - place * high };
      }),
    ),
  }));
  // What is chosen lies above the others.
  lines.sort((one, other) => Number(selected.has(one.run.id)) - Number(selected.has(other.run.id)));
  const names = axes.map(({ name }) => name).join(", ");
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Parallel coordinates of ${runs.length} runs: ${names}; the list has the figures`}
    >
      <g transform={`translate(${ROOM.left} ${ROOM.top})`}>
        {lines.map(({ run, path }) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list below has the same by keys
          <path
            key={run.id}
            d={path}
            className={`${styles.way} ${selected.has(run.id) ? styles.chosenWay : ""}`}
            data-tip={run.name}
            onClick={() => onOpen(run.id)}
          />
        ))}
        {axes.map((axis, index) => (
          <Drawn key={axis.column} axis={axis} x={xOf(index)} high={high} onBrush={onBrush} />
        ))}
      </g>
    </svg>
  );
}

interface DrawnProps {
  readonly axis: Axis;
  readonly x: number;
  readonly high: number;
  readonly onBrush: (column: ColumnName, span: readonly [number, number]) => void;
}

function Drawn({ axis, x, high, onBrush }: DrawnProps) {
  const [brush, setBrush] = useState<readonly [number, number]>();
  const placeOf = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, 1 - (event.clientY - box.top) / box.height));
  };
  const end = () => {
    if (!brush) return;
    setBrush(undefined);
    const span = Math.abs(brush[0] - brush[1]) < LEAST ? undefined : spanOf(axis, brush[0], brush[1]);
    if (span) onBrush(axis.column, span);
  };
  return (
    <g transform={`translate(${x} 0)`}>
      <line className={chart.base} y1={0} y2={high} />
      <text className={chart.axis} y={-16} textAnchor="middle">
        {cut(axis.name)}
      </text>
      {axis.labels.map(({ at, text }) => (
        <text
          key={at}
          className={styles.label}
          x={6}
          y={high - at * high + (axis.extent && at === 0 ? 14 : at === 1 ? -3 : 4)}
        >
          {cut(text)}
        </text>
      ))}
      {brush ? (
        <rect
          className={styles.brush}
          x={-HALF / 2}
          width={HALF}
          y={high - Math.max(...brush) * high}
          height={Math.abs(brush[0] - brush[1]) * high}
        />
      ) : null}
      {axis.extent ? (
        <rect
          className={styles.handle}
          x={-HALF}
          y={0}
          width={2 * HALF}
          height={high}
          data-axis={axis.column}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const place = placeOf(event);
            setBrush([place, place]);
          }}
          onPointerMove={(event) => brush && setBrush([brush[0], placeOf(event)])}
          onPointerUp={end}
          onPointerCancel={() => setBrush(undefined)}
        />
      ) : null}
    </g>
  );
}

const LETTERS = 14;
const cut = (text: string) => (text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text);
