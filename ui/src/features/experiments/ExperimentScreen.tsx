/** The runs of an experiment: found, sorted, drawn, and chosen to be compared. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Snippet } from "@/ui/Snippet";
import { Table } from "@/ui/Table";
import { type Experiment, experiments, type Tracked } from "./api";
import styles from "./experiments.module.css";
import { columnsOf, isColumn, usual, varying } from "./model/columns";
import { ColumnsSheet } from "./parts/ColumnsSheet";
import { FilterField } from "./parts/FilterField";
import { leastWidth, runColumns } from "./parts/runColumns";

const Drawn = lazy(() => import("./parts/Drawn").then((module) => ({ default: module.Drawn })));

export interface ExperimentSearch {
  readonly where?: string | undefined;
  readonly sort?: string | undefined;
  readonly down?: true | undefined;
  readonly cols?: string[] | undefined;
  readonly chart?: "parallel" | "scatter" | "none" | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly panel?: "columns" | undefined;
}

const SNIPPET = `import mlflow

mlflow.log_param("depth", 6)
mlflow.log_metric("loss", 0.41, step=3)`;
/** Columns of parameters and metrics that stand there until somebody chooses. */
const USUAL = 8;
/** Runs that can be looked at side by side. */
const MOST = 20;
const NOBODY: readonly Tracked[] = [];

/** Without a name the one that ran last. */
export function ExperimentScreen() {
  const project = useProject();
  const { experiment } = useParams({ strict: false }) as { experiment?: string };
  const { data, error, refetch } = useQuery(experiments.list(project));
  const name = experiment ?? data?.[0]?.name;
  if (name !== undefined) return <Runs key={name} name={name} all={data ?? []} />;
  return (
    <>
      <PageHead title="Experiments" />
      {error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Empty action={<Snippet label="code" text={SNIPPET} />}>
          What a block records with MLflow while it trains stands here: parameters, metrics with their curves, files.
          Nothing has to be set up for it.
        </Empty>
      ) : (
        <Bones />
      )}
    </>
  );
}

function Runs({ name, all }: { readonly name: string; readonly all: readonly Experiment[] }) {
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ExperimentSearch;
  const { where = "", sort = "", down, cols } = search;
  const box = useRef<HTMLInputElement>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const order = isColumn(sort) ? sort : "";
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = useInfiniteQuery(
    experiments.runs(project, { experiment: name, where, order, descending: down ?? false }),
  );
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const whole = data?.pages.every((page) => page.whole) ?? true;
  const known = useMemo(() => columnsOf(rows ?? NOBODY), [rows]);
  const shown = useMemo(() => (cols ? cols.filter(isColumn) : usual(rows ?? NOBODY, USUAL)), [cols, rows]);
  const go = (changed: ExperimentSearch, replace = true) =>
    void navigate({
      to: "/experiments/$experiment",
      params: { experiment: name },
      search: kept({ ...search, ...changed }),
      replace,
    });
  const chosen = useMemo(() => rows?.filter(({ id }) => selected.has(id)).map(({ id }) => id) ?? [], [rows, selected]);
  const whyNot =
    chosen.length < 2
      ? "Choose at least two runs: by their boxes, with x, or with Ctrl and a click."
      : chosen.length > MOST
        ? `At most ${MOST} can be compared.`
        : undefined;
  const compare = () =>
    whyNot ??
    void navigate({
      to: "/experiments/$experiment/compare",
      params: { experiment: name },
      search: { runs: chosen },
    });
  const columns = useMemo(() => runColumns(shown, selected, setSelected), [shown, selected]);

  useKeys([
    { keys: "/", does: "Filter runs", act: () => box.current?.focus() },
    { keys: "c", does: "Compare the chosen runs", act: compare },
  ]);
  useCommands(
    all
      .filter((each) => each.name !== name)
      .slice(0, 20)
      .map((each) => ({
        name: `Experiment ${each.name}`,
        act: () => void navigate({ to: "/experiments/$experiment", params: { experiment: each.name } }),
      })),
  );

  return (
    <>
      <PageHead
        title={name}
        tabTitle={`Experiment ${name}`}
        actions={
          <>
            <Button onClick={() => go({ panel: "columns" }, false)}>Columns</Button>
            <Button look="primary" blocked={whyNot} onClick={compare}>
              Compare{chosen.length > 1 ? ` ${chosen.length}` : ""}
            </Button>
          </>
        }
      >
        <Chooser name={name} all={all} />
        <Standing one={all.find((each) => each.name === name)} />
      </PageHead>
      <div className={styles.list}>
        <FilterField
          value={where}
          columns={known}
          wrong={error}
          box={box}
          onChange={(text) => go({ where: text || undefined })}
        />
        {whole ? null : <p className="hint">Only the latest 5,000 runs were looked at: there are more.</p>}
        {rows && rows.length > 1 ? (
          <Suspense>
            <Drawn
              runs={rows}
              columns={varying(rows, known)}
              selected={selected}
              search={search}
              onGo={go}
              onOpen={(tracked) => void navigate({ to: "/experiments/runs/$tracked", params: { tracked } })}
            />
          </Suspense>
        ) : null}
        <div className={styles.runs} aria-busy={isPlaceholderData}>
          <div className={styles.least} style={{ "--least": `${leastWidth(shown.length)}px` } as React.CSSProperties}>
            <Table
              label="Tracked runs"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              onOpen={({ id }) => void navigate({ to: "/experiments/runs/$tracked", params: { tracked: id } })}
              selected={selected}
              onSelect={setSelected}
              sort={order ? { column: order, down: down ?? false } : undefined}
              onSort={({ column, down: falling }) => go({ sort: column, down: falling || undefined })}
              more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
              error={isFilterError(error) ? undefined : error}
              onRetry={() => void refetch()}
              rowHeight={32}
              empty={
                <Empty action={where ? <Button onClick={() => go({ where: undefined })}>Show all</Button> : undefined}>
                  {where ? "No run is so." : "No run of this experiment can be seen."}
                </Empty>
              }
            />
          </div>
        </div>
        {order ? (
          <Button look="bare" onClick={() => go({ sort: undefined, down: undefined })}>
            Newest first again
          </Button>
        ) : null}
      </div>
      {search.panel === "columns" ? (
        <ColumnsSheet
          known={known}
          varying={varying(rows ?? NOBODY, known)}
          shown={shown}
          usual={cols === undefined}
          onShown={(next) => go({ cols: next })}
          onClose={() => go({ panel: undefined })}
        />
      ) : null}
    </>
  );
}

/** What is wrong with a filter stands under the filter. */
const isFilterError = (error: unknown): boolean => (error as { code?: string } | null)?.code === "filter";

const kept = (search: ExperimentSearch): ExperimentSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as ExperimentSearch;

function Chooser({ name, all }: { readonly name: string; readonly all: readonly Experiment[] }) {
  const navigate = useNavigate();
  if (all.length < 2) return null;
  const names = all.map((each) => each.name);
  return (
    <label className={styles.choice}>
      Experiment
      <select
        value={name}
        onChange={({ target }) =>
          void navigate({ to: "/experiments/$experiment", params: { experiment: target.value } })
        }
      >
        {(names.includes(name) ? names : [name, ...names]).map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

function Standing({ one }: { readonly one: Experiment | undefined }) {
  if (!one) return null;
  const told = [
    counted(one.runs, "run"),
    one.running ? `${one.running} running` : "",
    one.waiting ? `${one.waiting} not sent to the tracking server yet` : "",
  ].filter(Boolean);
  return <span className="quiet">{told.join(" · ")}</span>;
}
