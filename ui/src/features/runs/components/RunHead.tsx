/** The head of a run answers first: how it stands, why, where, what is different, what to do. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, RotateCw, Square, SquarePen } from "lucide-react";
import { useRefusal } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { PageHead } from "@/ui/blocks";
import { count, counted, duration } from "@/ui/format";
import { Menu, type MenuEntry } from "@/ui/Menu";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { Ago, Elapsed } from "@/ui/time";
import { type Comparison, type RunDetail, runs } from "../api";
import { type BlockRun, isFinal } from "../model/rows";
import styles from "../run.module.css";
import type { RunActs } from "../useRunActs";
import { KINDS } from "./words";

interface RunHeadProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly rows: readonly BlockRun[];
  readonly chosen: BlockRun | undefined;
  readonly reasons: ReadonlyMap<string, string>;
  readonly acts: RunActs;
  readonly onFrame: (block: string) => void;
  readonly onPanel: (panel: Panel) => void;
}

/** What is asked for beside the page. */
export type Panel = "again" | "delete";

export function RunHead({ project, run, rows, chosen, reasons, acts, onFrame, onPanel }: RunHeadProps) {
  const failed = rows.find((row) => row.state === "failed" && row.role !== "group" && row.role !== "callback");
  const error = failed?.error;
  const why = reasons.get(`run ${run.id}`);
  return (
    <>
      <PageHead
        title={`${run.pipeline} · run ${run.id}`}
        tabTitle={`${run.state} · ${run.pipeline} ${run.id}`}
        actions={<Actions run={run} rows={rows} chosen={chosen} acts={acts} onPanel={onPanel} />}
      >
        <StateChip
          state={run.state}
          detail={run.state === "failed" ? error?.type : undefined}
          why={isFinal(run.state) ? undefined : why}
        />
        {run.state === "running" && run.started ? (
          <span className={styles.elapsed}>
            <Elapsed since={run.started} />
          </span>
        ) : null}
        <span className={`quiet ${styles.facts}`}>
          <span>{KINDS[run.kind] ?? run.kind}</span>
          {run.requested_by ? <span>{run.requested_by.split("@")[0]}</span> : null}
          <Ago at={run.started ?? run.created} />
          {isFinal(run.state) && run.seconds !== null ? <span>{duration(run.seconds)}</span> : null}
          {run.git_commit ? <code>{run.git_commit.slice(0, 7)}</code> : null}
          {run.replay_of !== null ? (
            <Link to="/runs/$run" params={{ run: String(run.replay_of) }}>
              replay of {run.replay_of}
            </Link>
          ) : null}
        </span>
      </PageHead>
      <Answer run={run} failed={failed} why={why} project={project} onFrame={onFrame} />
      {acts.wrong ? (
        <div className={styles.wrong}>
          <Problem error={acts.wrong} />
        </div>
      ) : null}
    </>
  );
}

interface AnswerProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly failed: BlockRun | undefined;
  readonly why: string | undefined;
  readonly onFrame: (block: string) => void;
}

/** In one line: what went wrong at which line, and what differs from the last time it went well. */
function Answer({ project, run, failed, why, onFrame }: AnswerProps) {
  if (run.state === "failed" && failed?.error) {
    const { error } = failed;
    return (
      <div className={styles.answer}>
        <button type="button" className={styles.place} onClick={() => onFrame(failed.id)}>
          {error.file ? `${error.file}:${error.line ?? ""}` : failed.id}
        </button>
        <strong className={styles.message}>
          {error.code === "user_code" && error.message
            ? `${error.type}: ${error.message}`
            : error.message || error.type}
        </strong>
        <Differs project={project} run={run} />
      </div>
    );
  }
  const text = run.state === "completed" || run.state === "running" ? "" : (why ?? run.reason);
  return text ? (
    <div className={styles.answer}>
      <span className="quiet">{text.replaceAll("`", "")}</span>
    </div>
  ) : null;
}

function Differs({ project, run }: { readonly project: string; readonly run: RunDetail }) {
  const before = run.last_success;
  const { data } = useQuery({ ...runs.diff(project, before ?? 0, run.id), enabled: before !== null });
  if (before === null) return <span className="hint">It has never completed before.</span>;
  return (
    <span className={styles.differs}>
      <span className="quiet">
        Last success {before}
        {data ? `: ${difference(data)}` : ""}
      </span>
      <Link to="/runs/$run/diff/$other" params={{ run: String(before), other: String(run.id) }}>
        Diff {before} ↔ {run.id}
      </Link>
    </span>
  );
}

/** What is not as it was, in a few words. */
function difference({ code, variables }: Comparison): string {
  const files = code.map((change) => change.file);
  const names = Object.keys(variables);
  const told = [
    files.length === 1
      ? `${files[0]} changed since`
      : files.length
        ? `${counted(files.length, "file")} changed since`
        : "",
    names.length ? `${names.slice(0, 3).join(", ")} had ${names.length === 1 ? "another value" : "other values"}` : "",
  ].filter(Boolean);
  return told.join(", ") || "with the same code and variables";
}

interface ActionsProps {
  readonly run: RunDetail;
  readonly rows: readonly BlockRun[];
  readonly chosen: BlockRun | undefined;
  readonly acts: RunActs;
  readonly onPanel: (panel: Panel) => void;
}

function Actions({ run, rows, chosen, acts, onPanel }: ActionsProps) {
  const mayNotDelete = useRefusal("admin", run.pipeline);
  const edit = (
    <Link
      to="/pipelines/$pipeline"
      params={{ pipeline: run.pipeline }}
      search={chosen ? { block: chosen.block } : {}}
      className={styles.button}
    >
      <SquarePen size={14} aria-hidden /> Open in editor
    </Link>
  );
  if (!isFinal(run.state)) {
    const cancelling = run.state === "cancelling" || run.wishes.includes("cancel");
    return (
      <>
        {edit}
        <Button
          look="danger"
          icon={<Square size={13} aria-hidden />}
          blocked={cancelling ? "It was asked to stop and ends as soon as every process of it is gone." : acts.blocked}
          onClick={acts.cancel}
        >
          {cancelling ? "Cancelling" : "Cancel"}
        </Button>
      </>
    );
  }
  const missing = rows.filter((row) => row.state !== "completed" && row.state !== "skipped" && row.role !== "group");
  const kept = rows.filter((row) => row.state === "completed" && row.role !== "group").length;
  const from = missing.find((row) => row.state === "failed" && row.role !== "callback") ?? missing[0];
  const entries: MenuEntry[] = [
    ...(missing.length
      ? [{ label: "With the code of this run", act: () => acts.retryWith([], true), group: told(missing.length, kept) }]
      : []),
    ...(chosen
      ? [
          {
            label: `From ${chosen.block}, with all behind it`,
            act: () => acts.retryWith([chosen.block], false),
            group: "Run again in this run",
          },
          { label: `From ${chosen.block}, with the code of this run`, act: () => acts.retryWith([chosen.block], true) },
        ]
      : []),
    { label: "Whole pipeline, same variables", act: acts.again, group: "As a new run" },
    { label: "With other variables…", keys: "v", act: () => onPanel("again") },
    { label: `Delete run ${run.id}…`, act: () => onPanel("delete"), group: "For good", blocked: mayNotDelete },
  ];
  return (
    <>
      {edit}
      <span className={styles.pair}>
        <Button
          look="primary"
          icon={<RotateCw size={14} aria-hidden />}
          blocked={acts.blocked}
          onClick={missing.length ? acts.retry : acts.again}
          title={
            missing.length ? told(missing.length, kept) : "A new run of the whole pipeline, with the same variables"
          }
        >
          {missing.length && from ? `Retry from ${from.block}` : "Run again"}
        </Button>
        <Menu
          placement="bottom-end"
          button={
            <IconButton label="More ways to run it again" className={styles.more ?? ""}>
              <ChevronDown size={14} aria-hidden />
            </IconButton>
          }
          entries={entries}
        />
      </span>
    </>
  );
}

function told(missing: number, kept: number): string {
  return `Runs ${counted(missing, "block")} with today's code; ${kept ? (kept === 1 ? "1 result stays" : `${count(kept)} results stay`) : "nothing is kept"}`;
}
