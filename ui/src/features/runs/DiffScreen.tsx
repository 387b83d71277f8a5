/** Two runs side by side: what differs in code, variables, time and results. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { count, counted, duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type Comparison, type RunDetail, runs } from "./api";
import { FileDiff } from "./components/FileDiff";
import styles from "./diff.module.css";
import { type Pair, paceOf, pairs } from "./model/compare";

const DataDiff = lazy(() => import("./components/DataDiff").then((module) => ({ default: module.DataDiff })));

export function DiffScreen() {
  const { run, other } = useParams({ from: "/inside/runs/$run/diff/$other" });
  const project = useProject();
  const before = useQuery(runs.detail(project, Number(run)));
  const after = useQuery(runs.detail(project, Number(other)));
  const diff = useQuery(runs.diff(project, Number(run), Number(other)));
  const error = before.error ?? after.error ?? diff.error;
  const retry = () => {
    for (const each of [before, after, diff]) if (each.isError) void each.refetch();
  };
  return (
    <>
      <PageHead title={`Run ${run} ↔ ${other}`} actions={<Swap run={run} other={other} />}>
        {before.data && after.data ? <Heads before={before.data} after={after.data} /> : null}
      </PageHead>
      <div className={styles.diff}>
        {error ? (
          <Problem error={error} onRetry={retry} />
        ) : before.data && after.data && diff.data ? (
          <Compared project={project} before={before.data} after={after.data} diff={diff.data} />
        ) : (
          <Bones />
        )}
      </div>
    </>
  );
}

function Swap({ run, other }: { readonly run: string; readonly other: string }) {
  const navigate = useNavigate();
  return (
    <Button
      icon={<ArrowLeftRight size={14} aria-hidden />}
      onClick={() => void navigate({ to: "/runs/$run/diff/$other", params: { run: other, other: run } })}
    >
      Swap
    </Button>
  );
}

function Heads({ before, after }: { readonly before: RunDetail; readonly after: RunDetail }) {
  return (
    <span className={styles.heads}>
      {[before, after].map((run) => (
        <span key={run.id}>
          <Link to="/runs/$run" params={{ run: String(run.id) }}>
            {run.pipeline} {run.id}
          </Link>
          <StateChip state={run.state} />
          <span className="hint">
            <Ago at={run.started ?? run.created} />
            {run.seconds !== null ? ` · ${duration(run.seconds)}` : ""}
          </span>
        </span>
      ))}
    </span>
  );
}

interface ComparedProps {
  readonly project: string;
  readonly before: RunDetail;
  readonly after: RunDetail;
  readonly diff: Comparison;
}

function Compared({ project, before, after, diff }: ComparedProps) {
  const navigate = useNavigate();
  const { block } = useSearch({ from: "/inside/runs/$run/diff/$other" });
  const blocks = useMemo(() => pairs(before.blocks, after.blocks), [before.blocks, after.blocks]);
  const changed = blocks.filter((pair) => pair.change).length;
  const chosen = blocks.find((pair) => pair.name === block);
  const choose = (name: string) =>
    void navigate({
      to: "/runs/$run/diff/$other",
      params: { run: String(before.id), other: String(after.id) },
      search: { block: name },
      replace: true,
    });
  const names = Object.keys(diff.variables);
  return (
    <>
      <p className={styles.summary}>
        {[
          diff.code.length ? `${counted(diff.code.length, "file")} changed` : "Same code",
          names.length
            ? `${counted(names.length, "variable")} differ${names.length === 1 ? "s" : ""}`
            : "same variables",
          changed
            ? `${changed} of ${counted(blocks.length, "block")} came out otherwise`
            : "every block came out the same",
        ].join(", ")}
        .
      </p>
      <Code code={diff.code} />
      {names.length ? <Variables variables={diff.variables} /> : null}
      <section aria-labelledby="diff-blocks" className={styles.section}>
        <h2 id="diff-blocks">Blocks</h2>
        <Table
          label="Blocks of both runs"
          inline
          columns={COLUMNS}
          rows={blocks}
          rowKey={({ name }) => name}
          onOpen={({ name }) => choose(name)}
          selected={new Set(chosen ? [chosen.name] : [])}
          empty={<Empty>Neither run has blocks.</Empty>}
        />
        {before.more_blocks || after.more_blocks ? (
          <p className="hint">Only the first 500 block runs of each are compared.</p>
        ) : null}
      </section>
      {chosen ? (
        <section aria-labelledby="diff-data" className={styles.section}>
          <h2 id="diff-data">Rows of {chosen.name}</h2>
          {chosen.tables ? (
            <Suspense fallback={<Bones rows={4} />}>
              <DataDiff key={chosen.name} project={project} before={before.id} after={after.id} block={chosen.name} />
            </Suspense>
          ) : (
            <p className="quiet">Rows can be compared where a block gave a table in both runs.</p>
          )}
        </section>
      ) : null}
    </>
  );
}

const CHANGES: Record<Pair["change"], string> = {
  "": "the same",
  state: "ended otherwise",
  result: "another result",
  "only before": "only in the first",
  "only after": "only in the second",
};

const COLUMNS: readonly Column<Pair>[] = [
  { id: "name", title: "Block", width: "3fr", cell: ({ name }) => <strong className="ellipsis">{name}</strong> },
  {
    id: "change",
    title: "Change",
    width: "3fr",
    cell: ({ change }) => <span className={`ellipsis ${change ? styles.changed : "hint"}`}>{CHANGES[change]}</span>,
  },
  {
    id: "state",
    title: "State",
    width: "3fr",
    wide: true,
    cell: ({ before, after }) =>
      before && after && before.state !== after.state ? (
        <>
          <StateChip state={before.state} /> → <StateChip state={after.state} />
        </>
      ) : (
        <StateChip state={(after ?? before)?.state ?? ""} />
      ),
  },
  {
    id: "time",
    title: "Time",
    width: "3fr",
    wide: true,
    cell: ({ before, after }) => (
      <span className="ellipsis">
        {duration(before?.seconds)} → {duration(after?.seconds)}{" "}
        <span className="hint">{paceOf(before?.seconds, after?.seconds)}</span>
      </span>
    ),
  },
  {
    id: "rows",
    title: "Rows",
    width: "2fr",
    align: "end",
    cell: ({ before, after }) => <Change one={before?.rows} other={after?.rows} />,
  },
  {
    id: "columns",
    title: "Columns",
    width: "1fr",
    wide: true,
    align: "end",
    cell: ({ before, after }) => <Change one={before?.columns} other={after?.columns} />,
  },
];

function Change({
  one,
  other,
}: {
  readonly one: number | null | undefined;
  readonly other: number | null | undefined;
}) {
  if (one == null && other == null) return null;
  if (one === other) return <span className="hint">{count(one ?? 0)}</span>;
  return (
    <span>
      {one == null ? "–" : count(one)} → {other == null ? "–" : count(other)}
    </span>
  );
}

function Variables({ variables }: { readonly variables: Comparison["variables"] }) {
  return (
    <section aria-labelledby="diff-variables" className={styles.section}>
      <h2 id="diff-variables">Variables</h2>
      <dl className={styles.variables}>
        {Object.entries(variables).map(([name, [one, other]]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{told(one)}</code> → <code>{told(other)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const told = (value: unknown): string =>
  value == null ? "none" : typeof value === "string" ? value : JSON.stringify(value);

function Code({ code }: { readonly code: Comparison["code"] }) {
  if (code.length === 0) return null;
  return (
    <section aria-labelledby="diff-code" className={styles.section}>
      <h2 id="diff-code">Code</h2>
      {code.map((change) => (
        <FileDiff key={change.file} change={change} />
      ))}
    </section>
  );
}
