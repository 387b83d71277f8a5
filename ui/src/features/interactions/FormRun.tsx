/** How a run of a form goes, in words, and what it gave. */
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { OutputView } from "@/features/outputs";
import { useRun } from "@/features/runs";
import { Empty } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { announce } from "@/ui/toasts";
import type { FormDocument } from "./api";
import styles from "./interactions.module.css";
import { progressOf } from "./values";

const OVER = new Set(["completed", "failed", "cancelled"]);
/** Kinds of values that are not tables and take little room. */
const TALL = new Set(["DataFrame", "Series", "ndarray", "plotly", "html"]);

interface FormRunProps {
  readonly project: string;
  readonly run: number;
  readonly form: FormDocument;
}

export function FormRun({ project, run: id, form }: FormRunProps) {
  const { run, rows, error, retry } = useRun(project, id);
  const words = run ? progressOf(run.state, rows) : "";
  const over = run ? OVER.has(run.state) : false;
  useEffect(() => {
    if (over) announce(words, { urgent: run?.state === "failed" });
  }, [over, words, run?.state]);
  if (error) return <Problem error={error} onRetry={retry} />;
  if (!run) return null;
  const own = rows.filter(({ role }) => role !== "child");
  const done = own.filter(({ state }) => state === "completed" || state === "skipped").length;
  const failed = rows.find((row) => row.state === "failed" && row.role !== "callback");
  const share = run.state === "completed" ? 1 : own.length ? done / own.length : 0;
  return (
    <section className={styles.progress} aria-label="Progress">
      <div className={styles.acts}>
        <StateChip state={run.state} />
        <span role="status">{words}</span>
        <span className={styles.grow} />
        <Link to="/runs/$run" params={{ run: String(id) }}>
          Run {id}
        </Link>
      </div>
      <div
        className={`${styles.bar} ${run.state === "failed" ? styles.failed : over ? styles.done : ""}`}
        role="progressbar"
        aria-label="Steps done"
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={own.length}
      >
        <span style={{ width: `${Math.round(share * 100)}%` }} />
      </div>
      {failed ? (
        <p className={styles.lead}>
          {failed.id}: {failed.error?.message ?? failed.reason}
        </p>
      ) : null}
      {run.state === "completed"
        ? form.results.map((result) => {
            const row = rows.find(({ id: name }) => name === result.block);
            const outputs = row?.outputs ?? [];
            return (
              <section key={result.block} className={styles.result} aria-label={result.title || result.block}>
                <h2>{result.title || result.block.replaceAll("_", " ")}</h2>
                {outputs.length === 0 ? <Empty>{`${result.block} gave nothing.`}</Empty> : null}
                {outputs.map((output) => (
                  <div
                    key={output.name}
                    className={`${styles.output} ${output.rows !== null || TALL.has(output.type) ? "" : styles.small}`}
                  >
                    <OutputView
                      place={{ project, run: id, block: result.block, name: output.name, version: output.digest }}
                      label={`${result.title || result.block}: ${output.name}`}
                    />
                  </div>
                ))}
              </section>
            );
          })
        : null}
    </section>
  );
}
