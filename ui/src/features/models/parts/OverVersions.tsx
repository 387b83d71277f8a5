/** One metric, version by version. */
import { Chart } from "@/ui/charts/Chart";
import { ChartPaper } from "@/ui/charts/ChartPaper";
import type { Marks } from "@/ui/charts/marks";
import type { VersionBrief } from "../api";
import { metricsOf } from "../model/words";
import styles from "../models.module.css";

interface OverVersionsProps {
  /** Newest first. */
  readonly versions: readonly VersionBrief[];
  readonly metric: string | undefined;
  readonly onMetric: (metric: string) => void;
}

const HEIGHT = 220;

export function OverVersions({ versions, metric, onMetric }: OverVersionsProps) {
  const names = metricsOf(versions);
  const shown = names.find((name) => name === metric) ?? names[0];
  const points = [...versions].reverse().flatMap(({ version, metrics }) => {
    const value = shown === undefined ? undefined : metrics[shown];
    return value === undefined ? [] : [[version, value]];
  });
  if (shown === undefined || points.length < 2) return null;
  const marks: Marks = { kind: "line", axis: "numbers", words: [], whole: true, series: [{ name: "", points }] };
  return (
    <section aria-labelledby="over-versions" className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 id="over-versions">Over versions</h2>
        <label className={styles.choice}>
          Metric
          <select value={shown} onChange={({ target }) => onMetric(target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <ChartPaper className={styles.paper} height={HEIGHT}>
        {(width) => (
          <Chart
            label={`${shown} of ${points.length} versions; the table has the figures`}
            marks={marks}
            width={width}
            height={HEIGHT}
            xTitle="version"
            yTitle={shown}
          />
        )}
      </ChartPaper>
    </section>
  );
}
