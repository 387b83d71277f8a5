/** One block beside itself in another run: its code, the variables, how it went, its rows. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Bones, Empty } from "@/ui/blocks";
import { counted, duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { StateChip } from "@/ui/StateChip";
import { type Comparison, type RunDetail, type RunSummary, runPage, runs } from "../api";
import diff from "../diff.module.css";
import { pairs } from "../model/compare";
import type { BlockRun } from "../model/rows";
import styles from "../run.module.css";
import { FileDiff } from "./FileDiff";

const DataDiff = lazy(() => import("./DataDiff").then((module) => ({ default: module.DataDiff })));

interface BlockCompareProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly row: BlockRun;
  readonly other: number | undefined;
  readonly onOther: (other: number) => void;
}

export function BlockCompare({ project, run, row, other, onOther }: BlockCompareProps) {
  const listed = useQuery({
    queryKey: ["runs", project, "to-compare", run.pipeline],
    queryFn: () => runPage(project, { pipeline: run.pipeline }, undefined),
  });
  const choices = listed.data?.items.filter((each) => each.id !== run.id) ?? [];
  const chosen = other ?? run.last_success ?? choices[0]?.id;
  if (listed.error) return <Problem error={listed.error} onRetry={() => void listed.refetch()} />;
  if (!listed.data) return <Bones rows={4} />;
  if (chosen == null) return <Empty>There is no other run of {run.pipeline} to compare it with.</Empty>;
  return (
    <div className={styles.facts2}>
      <div className={styles.choose}>
        <label htmlFor="compare-with">With run</label>
        <select
          id="compare-with"
          className={ui.input}
          value={chosen}
          onChange={(event) => onOther(Number(event.target.value))}
        >
          {choices.some(({ id }) => id === chosen) ? null : <option value={chosen}>{chosen}</option>}
          {choices.map((each) => (
            <option key={each.id} value={each.id}>
              {told(each)}
            </option>
          ))}
        </select>
        <Link to="/runs/$run/diff/$other" params={{ run: String(chosen), other: String(run.id) }}>
          Compare all of {chosen} ↔ {run.id}
        </Link>
      </div>
      <Compared key={chosen} project={project} run={run} row={row} other={chosen} />
    </div>
  );
}

const told = ({ id, state, seconds, created }: RunSummary) =>
  [`${id} · ${state}`, duration(seconds), new Date(created).toLocaleString("en-GB")].filter(Boolean).join(" · ");

interface ComparedProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly row: BlockRun;
  readonly other: number;
}

function Compared({ project, run, row, other }: ComparedProps) {
  const before = useQuery(runs.detail(project, other));
  const changes = useQuery(runs.diff(project, other, run.id));
  const error = before.error ?? changes.error;
  if (error) return <Problem error={error} onRetry={() => void Promise.all([before.refetch(), changes.refetch()])} />;
  if (!before.data || !changes.data) return <Bones rows={4} />;
  const then = before.data.blocks.find(({ id }) => id === row.id);
  const [pair] = pairs(then ? [then] : [], [row]);
  const code = changes.data.code.filter(({ file }) => concerns(file, run, row.block));
  return (
    <>
      <p className={styles.choose}>
        {then ? <StateChip state={then.state} detail={duration(then.seconds)} /> : `Run ${other} has no such block.`}
        <span aria-hidden>→</span>
        <StateChip state={row.state} detail={duration(row.seconds)} />
      </p>
      <p>{summaryOf(changes.data, code.length)}</p>
      {code.map((change) => (
        <FileDiff key={change.file} change={change} />
      ))}
      {pair?.tables ? (
        <section className={diff.section} aria-label={`Rows of ${row.id}`}>
          <Suspense fallback={<Bones rows={4} />}>
            <DataDiff project={project} before={other} after={run.id} block={row.id} />
          </Suspense>
        </section>
      ) : (
        <p className="quiet">Rows can be compared where a block gave a table in both runs.</p>
      )}
    </>
  );
}

/** The file of the block; where the shape does not name it, whatever is called as the block is. */
function concerns(file: string, run: RunDetail, block: string): boolean {
  const stem = file
    .split("/")
    .at(-1)
    ?.replace(/\.\w+$/, "");
  return run.shape.some(({ uuid }) => uuid === block) && stem === block;
}

function summaryOf({ code, variables }: Comparison, mine: number): string {
  const names = Object.keys(variables);
  const others = code.length - mine;
  return [
    mine ? "Its code changed" : "Its code is the same",
    others ? `${counted(others, "other file")} changed` : "",
    names.length ? `other values of ${names.slice(0, 5).join(", ")}` : "same variables",
  ]
    .filter(Boolean)
    .join("; ")
    .concat(".");
}
