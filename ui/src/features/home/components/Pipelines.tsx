/** Each pipeline with its last runs: how it goes, how long it takes, when it comes next. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { duration } from "@/ui/format";
import { RunStrip } from "@/ui/RunStrip";
import { FreshnessChip, StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import type { Overview, PipelineOverview } from "../api";
import styles from "../home.module.css";

type Freshness = PipelineOverview["freshness"];

interface PipelinesProps {
  readonly pipelines: readonly PipelineOverview[];
  readonly freshness: ReadonlyMap<string, Freshness> | undefined;
  readonly running: Overview["running"];
  /** No trigger of the project fires now. */
  readonly paused: boolean;
  readonly more: (() => void) | undefined;
}

export function Pipelines({ pipelines, freshness, paused, more }: PipelinesProps) {
  const navigate = useNavigate();
  const columns = useMemo<readonly Column<PipelineOverview>[]>(
    () => [
      {
        id: "name",
        title: "Name",
        width: "3fr",
        cell: ({ uuid }) => (
          <Link to="/pipelines/$pipeline" params={{ pipeline: uuid }} className={`plain-link ellipsis ${styles.name}`}>
            {uuid}
          </Link>
        ),
      },
      { id: "runs", title: "Last 30 runs", width: 264, wide: true, cell: ({ runs }) => <RunStrip runs={runs} /> },
      { id: "last", title: "Last run", width: "4fr", cell: (pipeline) => <Last pipeline={pipeline} /> },
      { id: "usual", title: "Median", width: 92, align: "end", cell: ({ usual_seconds }) => duration(usual_seconds) },
      {
        id: "next",
        title: "Next",
        width: 112,
        wide: true,
        cell: ({ uuid, next_fire, late }) =>
          paused && next_fire ? (
            <span className="hint">paused</span>
          ) : late ? (
            <span className={styles.late}>late</span>
          ) : next_fire ? (
            <Ago at={next_fire} />
          ) : (
            <Link
              to="/pipelines/$pipeline/triggers"
              params={{ pipeline: uuid }}
              search={{ new: "time" }}
              className={`hint ${styles.byHand}`}
              aria-label={`By hand: add a trigger to ${uuid}`}
            >
              by hand
            </Link>
          ),
      },
      {
        id: "freshness",
        title: "Freshness",
        width: 138,
        wide: true,
        cell: ({ uuid, blocks }) => <Fresh counts={freshness?.get(uuid)} blocks={blocks} />,
      },
    ],
    [freshness, paused],
  );
  return (
    <Table
      label="Pipelines"
      inline
      columns={columns}
      rows={pipelines}
      rowKey={({ uuid }) => uuid}
      onOpen={({ uuid }) => void navigate({ to: "/pipelines/$pipeline", params: { pipeline: uuid } })}
      more={more}
      rowHeight={38}
      empty={null}
    />
  );
}

function Last({ pipeline }: { readonly pipeline: PipelineOverview }) {
  if (pipeline.problem) return <StateChip state="failed" detail="cannot be read" why={pipeline.problem} />;
  const run = pipeline.runs[0];
  if (!run) return <span className="hint">never run</span>;
  return (
    <>
      <Link to="/runs/$run" params={{ run: String(run.id) }} className={styles.last}>
        <StateChip state={run.state} />
      </Link>
      <span className="hint">
        <Ago at={run.created} />
      </span>
    </>
  );
}

function Fresh({ counts, blocks }: { readonly counts: Freshness | undefined; readonly blocks: number }) {
  if (!counts) return null;
  if (counts.stale) return <FreshnessChip freshness="stale" detail={`${counts.stale} of ${blocks}`} />;
  if (counts.never_run === blocks) return <FreshnessChip freshness="never" />;
  if (counts.never_run) return <FreshnessChip freshness="never" detail={`${counts.never_run} of ${blocks}`} />;
  return <FreshnessChip freshness="fresh" />;
}
