/** One block's part of a run: what went wrong, what it said, took, gave and cost. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useRef } from "react";
import { LogView } from "@/features/logs";
import { BlockError } from "@/ui/BlockError";
import { Bones, Empty } from "@/ui/blocks";
import { duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { StateChip } from "@/ui/StateChip";
import { Ago } from "@/ui/time";
import { useCurrentInView } from "@/ui/useCurrentInView";
import { type BlockRunDetail, type RunDetail, runs } from "../api";
import type { BlockRun } from "../model/rows";
import styles from "../run.module.css";
import { LastLines } from "./LastLines";

const OutputView = lazy(() => import("./OutputView").then((module) => ({ default: module.OutputView })));
const BlockCompare = lazy(() => import("./BlockCompare").then((module) => ({ default: module.BlockCompare })));
const BlockFacts = lazy(() => import("./BlockFacts"));

export type Tab = "error" | "log" | "inputs" | "output" | "resources" | "tests" | "spec" | "compare";

const WORDS: Record<Tab, string> = {
  error: "Error",
  log: "Log",
  inputs: "Inputs",
  output: "Output",
  resources: "Resources",
  tests: "Tests",
  spec: "Spec",
  compare: "Compare",
};

/** The tabs that this block has, the one to look at first in front. */
export function tabsOf(row: BlockRun): readonly Tab[] {
  const rest: readonly Tab[] = ["inputs", "resources", "tests", "spec", "compare"];
  if (row.error) return ["error", "log", "output", ...rest];
  return row.outputs.length ? ["output", "log", ...rest] : ["log", "output", ...rest];
}

interface PanelProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly row: BlockRun;
  readonly rows: readonly BlockRun[];
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly reason: string | undefined;
  readonly tab: Tab;
  readonly attempt: number | undefined;
  readonly output: string | undefined;
  /** The run that it is compared with. */
  readonly other: number | undefined;
  readonly onGo: (next: {
    readonly other?: number | undefined;
    readonly tab?: Tab;
    readonly attempt?: number | undefined;
    readonly output?: string;
  }) => void;
}

export function BlockPanel(props: PanelProps) {
  const { project, run, row, reason, tab, attempt, onGo } = props;
  const detail = useQuery(runs.block(project, run.id, row.id));
  const attempts = detail.data?.attempt_list ?? [];
  const strip = useRef<HTMLDivElement>(null);
  useCurrentInView(strip, `${row.id} ${tab}`);
  return (
    <section className={styles.panel} aria-label={`Block ${row.id}`} data-region>
      <div className={styles.panelHead}>
        <h2 className="ellipsis" title={row.id}>
          {row.id}
        </h2>
        <StateChip state={row.state} why={reason ?? (row.reason || undefined)} />
        {row.seconds !== null ? <span className="quiet">{duration(row.seconds)}</span> : null}
        {row.started ? (
          <span className="hint">
            <Ago at={row.started} />
          </span>
        ) : null}
        {attempts.length > 1 ? (
          <select
            className={`${ui.input} ${styles.attempt}`}
            aria-label="Attempt"
            value={attempt ?? ""}
            onChange={(event) => onGo({ attempt: event.target.value ? Number(event.target.value) : undefined })}
          >
            <option value="">All {attempts.length} attempts</option>
            {attempts.map((each) => (
              <option key={each.attempt} value={each.attempt}>
                Attempt {each.attempt} · {outcomeWords(each.outcome ?? each.state)}
              </option>
            ))}
          </select>
        ) : null}
        <div ref={strip} className={ui.tabs} role="tablist" aria-label={`About ${row.id}`}>
          {tabsOf(row).map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              className={ui.tab}
              aria-selected={each === tab}
              onClick={() => onGo({ tab: each })}
            >
              {WORDS[each]}
              <TabCount tab={each} row={row} />
            </button>
          ))}
        </div>
      </div>
      <div className={styles.panelBody} role="tabpanel" aria-label={WORDS[tab]}>
        <Suspense fallback={<Bones rows={4} />}>
          {detail.error ? (
            <div className={styles.wrong}>
              <Problem error={detail.error} onRetry={() => void detail.refetch()} />
            </div>
          ) : null}
          <Shown {...props} detail={detail.data} />
        </Suspense>
      </div>
    </section>
  );
}

const outcomeWords = (outcome: string) => (outcome === "retry_wait" ? "failed, tried again" : outcome);

function TabCount({ tab, row }: { readonly tab: Tab; readonly row: BlockRun }) {
  const { passed, failed } = row.tests;
  if (tab === "tests" && passed + failed > 0) {
    return <span className="hint">{`${passed}/${passed + failed}`}</span>;
  }
  if (tab === "output" && row.outputs.length > 1) return <span className="hint">{row.outputs.length}</span>;
  return null;
}

function Shown({
  project,
  run,
  row,
  rows,
  upstream,
  tab,
  attempt,
  output,
  other,
  detail,
  onGo,
}: PanelProps & { readonly detail: BlockRunDetail | undefined }) {
  switch (tab) {
    case "error":
      return detail?.error ? (
        <BlockError
          error={detail.error}
          wayTo={(file, line) => (
            <Link
              to="/pipelines/$pipeline"
              params={{ pipeline: run.pipeline }}
              search={{ block: row.block }}
              className="mono"
            >
              {file}:{line}
            </Link>
          )}
        >
          <LastLines project={project} run={run} block={row.id} onAll={() => onGo({ tab: "log" })} />
        </BlockError>
      ) : row.error ? (
        <Bones rows={4} />
      ) : null;
    case "log":
      return <LogView key={row.id} project={project} run={run.id} block={row.id} attempt={attempt} round={run.round} />;
    case "output":
      return (
        <OutputView project={project} run={run.id} row={row} name={output} onName={(name) => onGo({ output: name })} />
      );
    case "compare":
      return (
        <BlockCompare project={project} run={run} row={row} other={other} onOther={(next) => onGo({ other: next })} />
      );
    case "inputs":
      return <Inputs {...{ project, run, row, rows, upstream, output, onGo }} />;
    case "resources":
    case "tests":
    case "spec":
      return <BlockFacts tab={tab} run={run} row={row} detail={detail} />;
  }
}

type InputsProps = Pick<PanelProps, "project" | "run" | "row" | "rows" | "upstream" | "output" | "onGo">;

/** What the block was given: the outputs of its upstream in this very run. */
function Inputs({ project, run, row, rows, upstream, output, onGo }: InputsProps) {
  const names = upstream.get(row.block) ?? [];
  if (names.length === 0) return <Empty>{`${row.block} takes nothing from other blocks.`}</Empty>;
  const chosen = names.find((name) => name === output) ?? names[0];
  const source = rows.find((each) => each.id === chosen);
  return (
    <div className={styles.column}>
      <div className={styles.choices}>
        {names.map((name) => (
          <button
            key={name}
            type="button"
            className={styles.choice}
            aria-pressed={name === chosen}
            onClick={() => onGo({ output: name })}
          >
            {name}
          </button>
        ))}
        <span className={styles.grow} />
        <Link
          to="/runs/$run"
          params={{ run: String(run.id) }}
          search={{ ...(chosen && { block: chosen }), tab: "output" }}
        >
          Go to {chosen}
        </Link>
      </div>
      {source ? (
        <OutputView project={project} run={run.id} row={source} name={undefined} />
      ) : (
        <Empty>{`${chosen} was not part of this run; its latest result was taken.`}</Empty>
      )}
    </div>
  );
}
