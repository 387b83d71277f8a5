/** The runs as a picture: parallel coordinates, or two columns against each other. */
import { Button } from "@/ui/Button";
import { Chart } from "@/ui/charts/Chart";
import { ChartPaper } from "@/ui/charts/ChartPaper";
import type { Marks } from "@/ui/charts/marks";
import type { Tracked } from "../api";
import type { ExperimentSearch } from "../ExperimentScreen";
import styles from "../experiments.module.css";
import { type ColumnName, isColumn, nameOf, numberOf, valueIn, within } from "../model/columns";
import { axesOf } from "../model/parallel";
import { Parallel } from "./Parallel";

interface DrawnProps {
  readonly runs: readonly Tracked[];
  /** Those that vary. */
  readonly columns: readonly ColumnName[];
  readonly selected: ReadonlySet<string>;
  readonly search: ExperimentSearch;
  readonly onGo: (changed: ExperimentSearch) => void;
  readonly onOpen: (tracked: string) => void;
}

const HEIGHT = 240;
const MOST_AXES = 10;
const KINDS = [
  ["parallel", "Parallel coordinates"],
  ["scatter", "Scatter"],
  ["none", "No picture"],
] as const;

export function Drawn({ runs, columns, selected, search, onGo, onOpen }: DrawnProps) {
  const axes = axesOf(runs, columns).slice(-MOST_AXES);
  if (axes.length < 2) return null;
  const { chart = "parallel", where = "" } = search;
  const numbers = axes.filter(({ extent }) => extent).map(({ column }) => column);
  const x = chosen(search.x, numbers, numbers[0]);
  const y = chosen(search.y, numbers, numbers.at(-1));
  return (
    <section aria-label="Picture of the runs" className={styles.section}>
      <div className={styles.choices}>
        <div role="group" aria-label="Picture" className={styles.kinds}>
          {KINDS.map(([kind, word]) => (
            <Button key={kind} look="bare" aria-pressed={chart === kind} onClick={() => onGo({ chart: kind })}>
              {word}
            </Button>
          ))}
        </div>
        {chart === "scatter" && x && y ? (
          <>
            <Choice label="x" value={x} options={numbers} onChange={(column) => onGo({ x: column })} />
            <Choice label="y" value={y} options={numbers} onChange={(column) => onGo({ y: column })} />
          </>
        ) : null}
        {chart === "parallel" ? (
          <span className="hint">Draw along an axis to filter by it; the filter above says the same in words.</span>
        ) : null}
      </div>
      {chart === "none" ? null : (
        <ChartPaper className={styles.paper} height={HEIGHT}>
          {(width) =>
            chart === "parallel" ? (
              <Parallel
                runs={runs}
                axes={axes}
                selected={selected}
                width={Math.max(width, axes.length * 96)}
                height={HEIGHT}
                onOpen={onOpen}
                onBrush={(column, span) => onGo({ where: within(where, column, span) })}
              />
            ) : x && y ? (
              <Chart
                label={`${nameOf(y)} by ${nameOf(x)}, of ${runs.length} runs; the list has the figures`}
                marks={scatterOf(runs, x, y)}
                width={width}
                height={HEIGHT}
                xTitle={nameOf(x)}
                yTitle={nameOf(y)}
              />
            ) : (
              <p className="hint">No two columns are numbers.</p>
            )
          }
        </ChartPaper>
      )}
    </section>
  );
}

function chosen(
  asked: string | undefined,
  options: readonly ColumnName[],
  usual: ColumnName | undefined,
): ColumnName | undefined {
  return asked !== undefined && isColumn(asked) && options.includes(asked) ? asked : usual;
}

function scatterOf(runs: readonly Tracked[], x: ColumnName, y: ColumnName): Marks {
  const points = runs.map((run) => [numberOf(valueIn(run, x)), numberOf(valueIn(run, y))]);
  return { kind: "scatter", axis: "numbers", words: [], series: [{ name: "", points }] };
}

interface ChoiceProps {
  readonly label: string;
  readonly value: ColumnName;
  readonly options: readonly ColumnName[];
  readonly onChange: (column: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map((column) => (
          <option key={column} value={column}>
            {nameOf(column)}
          </option>
        ))}
      </select>
    </label>
  );
}
