/** One tracked run: what it was told, what it measured, what it kept, and what people say about it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useProject } from "@/features/projects";
import { Bones, PageHead } from "@/ui/blocks";
import { duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago, Elapsed } from "@/ui/time";
import { experiments, type Tracked } from "./api";
import styles from "./experiments.module.css";
import { told } from "./model/words";
import type { CurveSearch } from "./parts/Curves";
import { Files } from "./parts/Files";
import { Remarks } from "./parts/Remarks";
import { State } from "./parts/runColumns";

const Curves = lazy(() => import("./parts/Curves").then((module) => ({ default: module.Curves })));

export function TrackedScreen() {
  const project = useProject();
  const { tracked } = useParams({ strict: false }) as { tracked: string };
  const { data, error, refetch } = useQuery(experiments.one(project, tracked));
  if (!data)
    return (
      <>
        <PageHead title={`Tracked run ${tracked.slice(0, 8)}`} />
        <div className={styles.scroll}>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />}
        </div>
      </>
    );
  return <Shown run={data} />;
}

function Shown({ run }: { readonly run: Tracked }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as CurveSearch;
  // What we say there ourselves stands in the head.
  const tags = Object.fromEntries(Object.entries(run.tags).filter(([name]) => !name.startsWith("blockwright.")));
  const go = (changed: CurveSearch) =>
    void navigate({
      to: "/experiments/runs/$tracked",
      params: { tracked: run.id },
      search: kept({ ...search, ...changed }),
      replace: true,
    });
  return (
    <>
      <PageHead
        title={run.name}
        tabTitle={`${run.name} · ${run.experiment}`}
        actions={
          <>
            <Link
              to="/pipelines/$pipeline"
              params={{ pipeline: run.pipeline }}
              search={{ block: run.block }}
              className={ui.button}
            >
              Open the block
            </Link>
            <Link
              to="/runs/$run"
              params={{ run: String(run.run) }}
              search={{ block: run.block_run }}
              className={ui.button}
            >
              Open run {run.run}
            </Link>
          </>
        }
      >
        <State run={run} />
        <span className={`quiet ${styles.facts}`}>
          <Link to="/experiments/$experiment" params={{ experiment: run.experiment }}>
            {run.experiment}
          </Link>
          <span>
            {run.pipeline} · {run.block}
          </span>
          <Ago at={run.created} />
          {run.ended ? (
            <span>{duration((Date.parse(run.ended) - Date.parse(run.created)) / 1000)}</span>
          ) : run.state === "running" ? (
            <Elapsed since={run.created} />
          ) : null}
          <code>{run.id.slice(0, 8)}</code>
        </span>
      </PageHead>
      <div className={styles.scroll}>
        {run.waiting ? (
          <p>
            The tracking server did not answer when this was recorded. It is kept here and sent when the server is back;
            until then its figures cannot be shown.
          </p>
        ) : null}
        <div className={styles.halves}>
          <div className={styles.half}>
            <Figures
              title="Metrics"
              values={run.metrics}
              none="No metrics were recorded."
              onName={(metric) => go({ metric })}
            />
            {Object.keys(run.metrics).length ? (
              <Suspense fallback={<Bones rows={6} />}>
                <Curves runs={[run]} metrics={Object.keys(run.metrics).sort()} search={search} onGo={go} />
              </Suspense>
            ) : null}
            <Files run={run} />
          </div>
          <div className={styles.half}>
            <Figures title="Parameters" values={run.params} none="No parameters were recorded." />
            {Object.keys(tags).length ? <Figures title="Tags of the tracked run" values={tags} none="" /> : null}
            <Remarks run={run.run} pipeline={run.pipeline} />
          </div>
        </div>
      </div>
    </>
  );
}

const kept = (search: CurveSearch): CurveSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as CurveSearch;

interface FiguresProps {
  readonly title: string;
  readonly values: Readonly<Record<string, string | number | null>>;
  readonly none: string;
  /** Shows its curve. */
  readonly onName?: (name: string) => void;
}

function Figures({ title, values, none, onName }: FiguresProps) {
  const entries = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
  return (
    <section aria-label={title} className={styles.section}>
      <h2>{title}</h2>
      {entries.length === 0 ? (
        <p className="quiet">{none}</p>
      ) : (
        <dl className={styles.pairs}>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>
                {onName ? (
                  <button type="button" className={styles.nameButton} onClick={() => onName(name)}>
                    {name}
                  </button>
                ) : (
                  name
                )}
              </dt>
              <dd>{told(value) || <span className="hint">no number</span>}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
