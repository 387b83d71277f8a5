/** Several tracked runs side by side: what differs, and the ways of a metric over each other. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { lazy, Suspense } from "react";
import { useProject } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { type Compared, type ComparedRow, experiments, type Tracked } from "./api";
import styles from "./experiments.module.css";
import { told } from "./model/words";
import type { CurveSearch } from "./parts/Curves";
import { State } from "./parts/runColumns";

const Curves = lazy(() => import("./parts/Curves").then((module) => ({ default: module.Curves })));

interface CompareSearch extends CurveSearch {
  readonly runs?: string[] | undefined;
  readonly all?: true | undefined;
}

export function CompareScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { experiment } = useParams({ strict: false }) as { experiment: string };
  const search = useSearch({ strict: false }) as CompareSearch;
  const runs = search.runs ?? [];
  const { data, error, refetch } = useQuery({ ...experiments.compared(project, runs), enabled: runs.length > 1 });
  const go = (changed: CompareSearch) =>
    void navigate({
      to: "/experiments/$experiment/compare",
      params: { experiment },
      search: kept({ ...search, ...changed }),
      replace: true,
    });
  return (
    <>
      <PageHead
        title={`Compare ${runs.length} runs`}
        tabTitle={`Compare runs of ${experiment}`}
        actions={<RunsDiff runs={data?.runs} />}
      >
        <Link to="/experiments/$experiment" params={{ experiment }}>
          {experiment}
        </Link>
      </PageHead>
      <div className={styles.scroll}>
        {runs.length < 2 ? (
          <Empty
            action={
              <Link to="/experiments/$experiment" params={{ experiment }} className={ui.button}>
                Choose runs
              </Link>
            }
          >
            It takes two runs to compare.
          </Empty>
        ) : error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <>
            <Side
              compared={data}
              all={search.all ?? false}
              onAll={(all) => go({ all: all || undefined })}
              onLeave={(id) => go({ runs: runs.filter((each) => each !== id) })}
            />
            <Suspense fallback={<Bones rows={6} />}>
              <Curves runs={data.runs} metrics={data.metrics.map(({ name }) => name)} search={search} onGo={go} />
            </Suspense>
          </>
        ) : (
          <Bones />
        )}
      </div>
    </>
  );
}

const kept = (search: CompareSearch): CompareSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as CompareSearch;

/** Two runs of ours have more that can be compared: code, variables, data. */
function RunsDiff({ runs }: { readonly runs: readonly Tracked[] | undefined }) {
  const ours = [...new Set(runs?.map(({ run }) => run))].sort((one, other) => one - other);
  const [run, other] = ours;
  if (ours.length !== 2 || run === undefined || other === undefined) return null;
  return (
    <Link to="/runs/$run/diff/$other" params={{ run: String(run), other: String(other) }} className={ui.button}>
      Code and data of run {run} ↔ {other}
    </Link>
  );
}

interface SideProps {
  readonly compared: Compared;
  readonly all: boolean;
  readonly onAll: (all: boolean) => void;
  readonly onLeave: (tracked: string) => void;
}

function Side({ compared: { runs, params, metrics }, all, onAll, onLeave }: SideProps) {
  const same = [...params, ...metrics].filter(({ differs }) => !differs).length;
  const shown = (rows: readonly ComparedRow[]) => (all ? rows : rows.filter(({ differs }) => differs));
  return (
    <section aria-labelledby="side-by-side" className={styles.section}>
      <div className={styles.choices}>
        <h2 id="side-by-side">{all ? "Side by side" : "What differs"}</h2>
        {same ? (
          <Button look="bare" aria-pressed={all} onClick={() => onAll(!all)}>
            {all ? "Only what differs" : `Show what is the same, too (${same})`}
          </Button>
        ) : null}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label="Runs side by side">
        <table>
          <thead>
            <tr>
              <td />
              {runs.map((run) => (
                <th key={run.id} scope="col">
                  <span className={styles.head}>
                    <Link to="/experiments/runs/$tracked" params={{ tracked: run.id }}>
                      {run.name}
                    </Link>
                    {runs.length > 2 ? (
                      <IconButton label={`Leave ${run.name} out`} onClick={() => onLeave(run.id)}>
                        <X size={13} aria-hidden />
                      </IconButton>
                    ) : null}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">State</th>
              {runs.map((run) => (
                <td key={run.id}>
                  <State run={run} />
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">Made by</th>
              {runs.map((run) => (
                <td key={run.id}>
                  <Link to="/runs/$run" params={{ run: String(run.run) }} search={{ block: run.block }}>
                    run {run.run} · {run.block}
                  </Link>
                </td>
              ))}
            </tr>
            <Rows title="Parameters" rows={shown(params)} runs={runs} />
            <Rows title="Metrics" rows={shown(metrics)} runs={runs} />
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface RowsProps {
  readonly title: string;
  readonly rows: readonly ComparedRow[];
  readonly runs: readonly Tracked[];
}

function Rows({ title, rows, runs }: RowsProps) {
  if (rows.length === 0) return null;
  return (
    <>
      <tr>
        <th scope="rowgroup" colSpan={runs.length + 1} className={styles.group}>
          {title}
        </th>
      </tr>
      {rows.map(({ name, values, differs }) => (
        <tr key={name} className={differs ? undefined : styles.same}>
          <th scope="row">{name}</th>
          {runs.map((run, index) => (
            <td key={run.id}>{told(values[index] ?? null) || <span className="hint">none</span>}</td>
          ))}
        </tr>
      ))}
    </>
  );
}
