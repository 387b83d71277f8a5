/** What runs now and what comes next. */
import { Link } from "@tanstack/react-router";
import { counted } from "@/ui/format";
import ui from "@/ui/parts.module.css";
import { StateChip } from "@/ui/StateChip";
import { Ago, Elapsed } from "@/ui/time";
import type { Overview } from "../api";
import styles from "../home.module.css";

const SHOWN = 8;

export function Running({ overview: { running } }: { readonly overview: Overview }) {
  if (running.length === 0) return null;
  return (
    <section aria-labelledby="running-now" className={styles.section}>
      <h2 id="running-now">
        Running now <span className="quiet">{running.length}</span>
      </h2>
      <ul className={styles.side}>
        {running.slice(0, SHOWN).map((run) => (
          <li key={run.run}>
            <Link to="/runs/$run" params={{ run: String(run.run) }} className={`plain-link ellipsis ${styles.name}`}>
              {run.pipeline}
            </Link>
            <span className="hint">{run.run}</span>
            <span className={styles.grow} />
            {run.state === "running" && run.started ? (
              <>
                <span
                  className={ui.meter}
                  role="progressbar"
                  aria-label={`Run ${run.run}`}
                  aria-valuenow={run.done}
                  aria-valuemax={run.total}
                  title={`${run.done} of ${counted(run.total, "block")}`}
                >
                  <span style={{ width: `${run.total ? (run.done / run.total) * 100 : 0}%` }} />
                </span>
                <span className={styles.elapsed}>
                  <Elapsed since={run.started} />
                </span>
              </>
            ) : (
              <StateChip state={run.state} />
            )}
          </li>
        ))}
      </ul>
      {running.length > SHOWN ? (
        <Link to="/runs" search={{ q: "state:queued state:running state:cancelling" }}>
          All {running.length}
        </Link>
      ) : null}
    </section>
  );
}

export function Coming({ overview: { coming } }: { readonly overview: Overview }) {
  if (coming.length === 0) return null;
  return (
    <section aria-labelledby="up-next" className={styles.section}>
      <h2 id="up-next">Up next</h2>
      <ul className={styles.side}>
        {coming.slice(0, SHOWN).map((each) => (
          <li key={`${each.trigger} ${each.due}`}>
            <Link to="/triggers/$trigger" params={{ trigger: String(each.trigger) }} className="plain-link ellipsis">
              {each.pipeline}
            </Link>
            <span className="hint ellipsis">{each.name}</span>
            <span className={styles.grow} />
            <span className="quiet">
              <Ago at={each.due} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
