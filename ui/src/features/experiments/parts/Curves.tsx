/** The way of one metric in one or more runs, by step or by time. */
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Chart, Legend } from "@/ui/charts/Chart";
import { ChartPaper } from "@/ui/charts/ChartPaper";
import { tableOf } from "@/ui/charts/marks";
import { Problem } from "@/ui/Problem";
import { experiments, type Tracked } from "../api";
import styles from "../experiments.module.css";
import { marksOf } from "../model/curves";

export interface CurveSearch {
  readonly metric?: string | undefined;
  readonly by?: "time" | undefined;
  readonly log?: true | undefined;
  /** In percent. */
  readonly smooth?: number | undefined;
}

interface CurvesProps {
  readonly runs: readonly Tracked[];
  readonly metrics: readonly string[];
  readonly search: CurveSearch;
  readonly onGo: (changed: CurveSearch) => void;
}

const HEIGHT = 300;
const MOST_ROWS = 500;
/** A line that nothing moves any more is none. */
const FLATTEST = 99;

export function Curves({ runs, metrics, search, onGo }: CurvesProps) {
  const project = useProject();
  const [asTable, setAsTable] = useState(false);
  const metric = metrics.find((name) => name === search.metric) ?? metrics[0] ?? "";
  const found = useQueries({
    queries: runs.map((run) => experiments.curve(project, run.id, metric, run.state === "running")),
  });
  if (!metric) return <p className="quiet">No metrics were recorded.</p>;
  const error = found.find((each) => each.error)?.error;
  const ready = found.every((each) => each.data);
  const names = namesOf(runs);
  const smooth = Math.max(0, Math.min(FLATTEST, search.smooth ?? 0));
  const { by = "step", log = false } = search;
  const marks = marksOf(
    runs.map((_, index) => ({ name: names[index] ?? "", points: found[index]?.data ?? [] })),
    { by, smooth: smooth / 100, log },
  );
  const yTitle = log ? `log₁₀ ${metric}` : metric;
  const xTitle = by === "step" ? "step" : "seconds since its first value";
  return (
    <section aria-labelledby="curves" className={styles.section}>
      <div className={styles.choices}>
        <h2 id="curves">Curves</h2>
        <label className={styles.choice}>
          Metric
          <select value={metric} onChange={({ target }) => onGo({ metric: target.value })}>
            {metrics.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label className={styles.choice}>
          by
          <select value={by} onChange={({ target }) => onGo({ by: target.value === "time" ? "time" : undefined })}>
            <option value="step">step</option>
            <option value="time">time</option>
          </select>
        </label>
        <label className={styles.choice}>
          Smooth
          <input
            type="range"
            min={0}
            max={FLATTEST}
            value={smooth}
            onChange={({ target }) => onGo({ smooth: Number(target.value) || undefined })}
          />
        </label>
        <label className={styles.choice}>
          <input
            type="checkbox"
            className={styles.check}
            checked={log}
            onChange={({ target }) => onGo({ log: target.checked || undefined })}
          />
          Logarithmic
        </label>
        <Button look="bare" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? "Show as chart" : "Show as table"}
        </Button>
      </div>
      {error ? <Problem error={error} onRetry={() => found.forEach((each) => void each.refetch())} /> : null}
      {runs.length > 1 ? <Legend marks={marks} /> : null}
      {ready ? (
        asTable ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
          <section className={styles.card} tabIndex={0} aria-label="The curves as a table">
            <table>
              <thead>
                <tr>
                  {[xTitle, ...names].map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {tableOf(marks)
                  .slice(0, MOST_ROWS)
                  .map(([first, ...rest]) => (
                    <tr key={first}>
                      <th scope="row">{first}</th>
                      {rest.map((figure, place) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: they stand under their head
                        <td key={place}>{figure}</td>
                      ))}
                    </tr>
                  ))}
              </tbody>
            </table>
          </section>
        ) : (
          <ChartPaper className={styles.paper} height={HEIGHT}>
            {(width) => (
              <Chart
                label={`${yTitle} by ${xTitle}: ${names.join(", ")}`}
                marks={marks}
                width={width}
                height={HEIGHT}
                xTitle={xTitle}
                yTitle={yTitle}
              />
            )}
          </ChartPaper>
        )
      ) : error ? null : (
        <Bones rows={6} />
      )}
    </section>
  );
}

/** Runs that are called alike are told apart by their ids. */
function namesOf(runs: readonly Tracked[]): readonly string[] {
  const names = runs.map(({ name }) => name);
  return runs.map(({ id, name }) =>
    names.filter((each) => each === name).length > 1 ? `${name} ${id.slice(0, 6)}` : name,
  );
}
