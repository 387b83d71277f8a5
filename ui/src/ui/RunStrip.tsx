/** Runs as bars, the newest at the right: height is how long, grey is well, a mark in colour is not. A click opens one. */
import { useNavigate } from "@tanstack/react-router";
import { counted, duration } from "./format";
import styles from "./parts.module.css";
import { lookOf } from "./states";

interface StripRun {
  readonly id: number;
  readonly state: string;
  readonly seconds: number | null;
}

interface RunStripProps {
  /** Newest first, as lists have them. */
  readonly runs: readonly StripRun[];
  readonly most?: number;
}

const LOWEST = 5;
/** So that the cross fits. */
const LOWEST_MARKED = 10;
const HIGHEST = 20;

export function RunStrip({ runs, most = 30 }: RunStripProps) {
  const navigate = useNavigate();
  const shown = runs.slice(0, most).reverse();
  if (shown.length === 0) return <span className="hint">never run</span>;
  const longest = Math.max(...shown.map((run) => run.seconds ?? 0), 0.001);
  const failed = shown.filter((run) => run.state === "failed").length;
  return (
    <>
      <span className="unseen">{`Last ${counted(shown.length, "run")}, ${failed} failed`}</span>
      <span
        className={styles.strip}
        aria-hidden
        onClick={(event) => {
          const run = (event.target as HTMLElement).dataset.run;
          if (!run || event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          event.stopPropagation();
          void navigate({ to: "/runs/$run", params: { run } });
        }}
      >
        {shown.map((run) => (
          <a
            key={run.id}
            href={`/runs/${run.id}`}
            data-run={run.id}
            data-tip={`Run ${run.id}: ${lookOf(run.state).word.toLowerCase()}${run.seconds !== null ? `, ${duration(run.seconds)}` : ""}`}
            tabIndex={-1}
            className={styles[CLASSES[run.state] ?? ""] ?? ""}
            style={{ height: heightOf(run, longest) }}
          >
            {run.state === "failed" ? "×" : ""}
          </a>
        ))}
      </span>
    </>
  );
}

const CLASSES: Record<string, string> = {
  completed: "well",
  failed: "failed",
  running: "running",
  cancelling: "other",
  queued: "other",
  cancelled: "other",
};

function heightOf(run: StripRun, longest: number): number {
  const lowest = run.state === "failed" ? LOWEST_MARKED : LOWEST;
  return Math.round(lowest + ((run.seconds ?? 0) / longest) * (HIGHEST - lowest));
}
