/** What a block run cost, how its tests went, and what it was told. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { experiments } from "@/features/experiments";
import { useProject } from "@/features/projects";
import { TestFailures } from "@/ui/BlockError";
import { Empty } from "@/ui/blocks";
import { Checks, testsAlone } from "@/ui/Checks";
import { bytes, counted, duration } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import type { BlockRunDetail, RunDetail } from "../api";
import type { BlockRun } from "../model/rows";
import styles from "../run.module.css";
import { KINDS } from "./words";

interface FactsProps {
  readonly tab: "resources" | "tests" | "spec";
  readonly run: RunDetail;
  readonly row: BlockRun;
  readonly detail: BlockRunDetail | undefined;
}

export default function BlockFacts({ tab, run, row, detail }: FactsProps) {
  switch (tab) {
    case "resources":
      return <Resources row={row} detail={detail} />;
    case "tests":
      return <Tests row={row} detail={detail} />;
    case "spec":
      return <Spec run={run} row={row} detail={detail} />;
  }
}

type Attempt = BlockRunDetail["attempt_list"][number];

const ATTEMPTS: readonly Column<Attempt>[] = [
  { id: "attempt", title: "Attempt", width: 72, align: "end", cell: ({ attempt }) => attempt },
  {
    id: "outcome",
    title: "Outcome",
    width: "1fr",
    cell: ({ outcome, state }) => <StateChip state={outcome ?? state} />,
  },
  { id: "started", title: "Started", width: "1fr", cell: ({ started }) => <Ago at={started} /> },
  {
    id: "lasted",
    title: "From start to end",
    width: 130,
    align: "end",
    cell: ({ started, finished }) => (finished ? duration((Date.parse(finished) - Date.parse(started)) / 1000) : ""),
  },
  {
    id: "where",
    title: "Process",
    width: "1fr",
    wide: true,
    cell: ({ host, pid }) => <span className="quiet">{host ? `${pid ?? ""} on ${host}` : ""}</span>,
  },
  {
    id: "reason",
    title: "Reason",
    width: "2fr",
    wide: true,
    cell: ({ reason }) => (
      <span className="quiet ellipsis" title={reason}>
        {reason}
      </span>
    ),
  },
];

function Resources({ row, detail }: { readonly row: BlockRun; readonly detail: BlockRunDetail | undefined }) {
  const load = row.cpu_seconds !== null && row.seconds ? Math.round((row.cpu_seconds / row.seconds) * 100) : undefined;
  return (
    <div className={styles.facts2}>
      <Facts>
        <Fact name="Time">{duration(row.seconds)}</Fact>
        <Fact name="Processor">
          {duration(row.cpu_seconds)} {load !== undefined ? <span className="hint">{load} % of one core</span> : null}
        </Fact>
        <Fact name="Memory, most at once">{row.rss_peak_mb !== null ? bytes(row.rss_peak_mb * 1_000_000) : ""}</Fact>
        <Fact name="Given">
          {row.outputs.length ? bytes(row.outputs.reduce((sum, output) => sum + output.bytes, 0)) : ""}
        </Fact>
      </Facts>
      <Table
        label="Attempts"
        inline
        columns={ATTEMPTS}
        rows={detail?.attempt_list}
        rowKey={({ attempt }) => String(attempt)}
        empty={<Empty>No attempt was started.</Empty>}
      />
    </div>
  );
}

function Tests({ row, detail }: { readonly row: BlockRun; readonly detail: BlockRunDetail | undefined }) {
  const checks = detail?.checks ?? [];
  const { passed, failed } = testsAlone(row.tests, checks);
  const declared = new Set(checks.map(({ name }) => name));
  const failures = (detail?.error?.tests?.failures ?? []).filter(({ name }) => !declared.has(name));
  if (passed + failed + checks.length === 0) {
    return <Empty>{`${row.block} has no tests: functions marked @test in its file, or checks in its entry.`}</Empty>;
  }
  return (
    <div className={styles.facts2}>
      {passed + failed ? (
        <p>
          {counted(passed, "test")} passed{failed ? `, ${failed} failed` : ""}.
        </p>
      ) : null}
      <TestFailures failures={failures} />
      <Checks checks={checks} />
    </div>
  );
}

function Spec({
  run,
  row,
  detail,
}: {
  readonly run: RunDetail;
  readonly row: BlockRun;
  readonly detail: BlockRunDetail | undefined;
}) {
  const block = run.shape.find((each) => each.uuid === row.block);
  const snapshot = detail?.attempt_list.at(-1)?.snapshot ?? run.snapshot;
  return (
    <div className={styles.facts2}>
      <Facts>
        <Fact name="Block">{block ? `${block.type.replaceAll("_", " ")} · ${block.language}` : row.block}</Fact>
        {block?.path ? (
          <Fact name="File">
            <code>{block.path}</code>
          </Fact>
        ) : null}
        <Fact name="Started by">
          {KINDS[run.kind] ?? run.kind}
          {run.requested_by ? `, ${run.requested_by}` : ""}
        </Fact>
        {run.execution_date ? (
          <Fact name="Execution date">
            <Ago at={run.execution_date} />
          </Fact>
        ) : null}
        {run.parent_run !== null ? (
          <Fact name="Parent run">
            <Link to="/runs/$run" params={{ run: String(run.parent_run) }}>
              {run.parent_run}
            </Link>
          </Fact>
        ) : null}
        {row.reused ? (
          <Fact name="Reused from">
            <Link to="/runs/$run" params={{ run: String(row.source_run) }} search={{ block: row.id }}>
              run {row.source_run}
            </Link>
          </Fact>
        ) : null}
        <Fact name="Commit">{run.git_commit ? <code>{run.git_commit.slice(0, 12)}</code> : "not in Git"}</Fact>
        <Fact name="Code">
          <code>{snapshot.slice(0, 12)}</code>
          {snapshot !== run.snapshot ? <span className="hint"> other than at the start of the run</span> : null}
        </Fact>
        <Fact name="Priority">{run.priority}</Fact>
        <Tracked run={run.id} row={row} />
      </Facts>
      <h3>Variables</h3>
      {Object.keys(run.variables).length ? (
        <Facts>
          {Object.entries(run.variables).map(([name, value]) => (
            <Fact key={name} name={name}>
              <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
            </Fact>
          ))}
        </Facts>
      ) : (
        <p className="quiet">The run has none.</p>
      )}
    </div>
  );
}

/** What the block recorded with MLflow in this run. */
function Tracked({ run, row }: { readonly run: number; readonly row: BlockRun }) {
  const { data } = useQuery(experiments.ofRun(useProject(), run));
  const mine = data?.filter((tracked) => tracked.block_run === row.id) ?? [];
  if (mine.length === 0) return null;
  return (
    <Fact name="Tracked as">
      {mine.map(({ id, name }) => (
        <div key={id}>
          <Link to="/experiments/runs/$tracked" params={{ tracked: id }}>
            {name}
          </Link>
        </div>
      ))}
    </Fact>
  );
}

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.list}>{children}</dl>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
