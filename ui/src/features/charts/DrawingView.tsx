/** What a chart shows: drawn, or as rows, which is its accessible form. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useRef } from "react";
import { Bones, Empty } from "@/ui/blocks";
import { Chart, Legend } from "@/ui/charts/Chart";
import { brief } from "@/ui/charts/scale";
import { count } from "@/ui/format";
import { useSize } from "@/ui/useSize";
import type { ChartMarks, Drawing } from "./api";
import styles from "./charts.module.css";
import { type Cell, rowsOf } from "./model/rows";
import { Boxes, Figures, HeatMap, LyingBars, Pie, type ShapeProps } from "./Shapes";

const EChart = lazy(() => import("./EChart").then((module) => ({ default: module.EChart })));

export type Picture = (() => string) | undefined;

interface DrawingViewProps {
  readonly project: string;
  readonly drawing: Drawing;
  readonly title: string;
  readonly asTable: boolean;
  /** How ECharts makes a picture of what it drew. */
  readonly onPicture?: ((picture: Picture) => void) | undefined;
}

export function DrawingView({ project, drawing, title, asTable, onPicture }: DrawingViewProps) {
  const { form, marks, option, look } = drawing;
  if (form === "marks" && marks) {
    if (marks.series.length === 0) return <Empty>No row has a value to be drawn.</Empty>;
    return asTable || marks.kind === "table" ? (
      <Rows marks={marks} x={look.x} y={look.y} title={title} />
    ) : (
      <Marked marks={marks} drawing={drawing} title={title} />
    );
  }
  if (form === "option" && option)
    return asTable ? (
      <OptionRows option={option} title={title} />
    ) : (
      <Suspense fallback={<Bones rows={4} />}>
        <EChart option={option} label={title} onReady={onPicture} />
      </Suspense>
    );
  if (form === "picture")
    return <img className={styles.picture} alt={title} src={placeOf(project, drawing, "pictures")} />;
  if (form === "page")
    return (
      // Without an origin: its scripts reach neither this page nor the session nor any host.
      <iframe
        className={styles.page}
        title={title}
        src={placeOf(project, drawing, "shown")}
        sandbox="allow-scripts"
        loading="lazy"
      />
    );
  return <Nothing drawing={drawing} />;
}

export function placeOf(project: string, { run, block_run }: Drawing, what: "pictures" | "shown"): string {
  const where = [project, "runs", String(run), what].map(encodeURIComponent).join("/");
  return `/api/v1/projects/${where}/${block_run.split("/").map(encodeURIComponent).join("/")}`;
}

function Nothing({ drawing }: { readonly drawing: Drawing }) {
  const { problem, hint, sources, error } = drawing;
  const unrun = sources.find(({ run }) => run === null);
  return (
    <Empty
      action={
        unrun ? (
          <Link to="/pipelines/$pipeline" params={{ pipeline: unrun.pipeline }} search={{ block: unrun.block }}>
            Go to {unrun.block}
          </Link>
        ) : null
      }
    >
      {error ? "" : problem.replaceAll("`", "")} {error || unrun ? "" : hint.replaceAll("`", "")}
    </Empty>
  );
}

interface MarkedProps {
  readonly marks: ChartMarks;
  readonly drawing: Drawing;
  readonly title: string;
}

const LEAST = 120;

function Marked({ marks, drawing, title }: MarkedProps) {
  const paper = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(paper);
  const { look } = drawing;
  const label = `${title}: ${look.y} by ${look.x}`;
  if (marks.kind === "number") return <Figures marks={marks} />;
  const shape = { marks, label, width, height: Math.max(LEAST, height), xTitle: look.x, yTitle: look.y };
  return (
    <>
      {marks.kind === "pie" || marks.kind === "heat_map" ? null : <Legend marks={marks} />}
      <div ref={paper} className={styles.paper}>
        {width ? <Shape {...shape} lying={look.horizontal} /> : null}
      </div>
    </>
  );
}

function Shape({ lying, ...shape }: ShapeProps & { readonly lying: boolean }) {
  switch (shape.marks.kind) {
    case "pie":
      return <Pie {...shape} />;
    case "box":
      return <Boxes {...shape} />;
    case "heat_map":
      return <HeatMap {...shape} />;
    case "bar":
      return lying ? <LyingBars {...shape} /> : <Chart {...shape} />;
    default:
      return <Chart {...shape} />;
  }
}

const MOST_ROWS = 500;

interface RowsProps {
  readonly marks: ChartMarks;
  readonly x: string;
  readonly y: string;
  readonly title: string;
}

function Rows({ marks, x, y, title }: RowsProps) {
  const { heads, rows } = rowsOf(marks, { x, y });
  return <RowsTable heads={heads} rows={rows} title={title} />;
}

interface RowsTableProps {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly title: string;
}

function RowsTable({ heads, rows, title }: RowsTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label={`${title} as a table`}>
      <table className={styles.rows}>
        <thead>
          <tr>
            {heads.map((head, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: heads may be alike and never move
              <th key={place} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a chart never move
            <tr key={row}>
              {cells.map((cell, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: they stand under their head
                <td key={place} className={typeof cell === "number" ? styles.figure : undefined}>
                  {told(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS ? <p className="hint">The first {count(MOST_ROWS)}; the CSV has all.</p> : null}
    </section>
  );
}

function told(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "number" && !Number.isInteger(cell) ? brief(cell) : String(cell);
}

/** The data of each series of a description. */
function OptionRows({ option, title }: { readonly option: Readonly<Record<string, unknown>>; readonly title: string }) {
  const series = Array.isArray(option.series) ? option.series : [option.series];
  const rows = series.flatMap((one: unknown, index): Cell[][] => {
    const entry = typeof one === "object" && one !== null ? (one as Record<string, unknown>) : {};
    const data = Array.isArray(entry.data) ? entry.data : [];
    const name = typeof entry.name === "string" ? entry.name : String(index + 1);
    return data.slice(0, MOST_ROWS).map((value: unknown) => [name, typeof value === "number" ? value : textOf(value)]);
  });
  return <RowsTable heads={["Series", "Value"]} rows={rows} title={title} />;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
