/** A list of runs with its filter: of all pipelines, or of one. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useKeys } from "@/app/keys";
import { useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { FilterBox } from "@/ui/filter/FilterBox";
import { parse, toggled, valuesOf, withValues } from "@/ui/filter/grammar";
import { count, counted, duration } from "@/ui/format";
import { RunStrip } from "@/ui/RunStrip";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Tip } from "@/ui/Tip";
import { Ago, Elapsed } from "@/ui/time";
import { type RunSummary, runs } from "../api";
import { askedOf, fieldsOf, VIEWS } from "../model/asked";
import { isFinal } from "../model/rows";
import styles from "../runs.module.css";
import { useRuns } from "../useRuns";
import { Sure, type What } from "./Sure";
import { KINDS } from "./words";

interface RunListProps {
  readonly project: string;
  /** To choose from; missing when the list is of one pipeline. */
  readonly pipelines?: readonly string[];
  readonly pipeline?: string;
  readonly q: string;
  readonly onQ: (q: string) => void;
}

export function RunList({ project, pipelines, pipeline, q, onQ }: RunListProps) {
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [top, setTop] = useState(true);
  const fields = useMemo(() => fieldsOf(pipeline ? undefined : pipelines), [pipeline, pipelines]);
  // Asked once for each text, so that `since:7d` does not move under the reader.
  const asked = useMemo(() => {
    const told = askedOf(q, fields, new Date()).asked;
    return pipeline ? { ...told, pipeline } : told;
  }, [q, fields, pipeline]);
  const { rows, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage, fresh, bring } = useRuns(
    project,
    asked,
    top,
  );
  const usual = useQuery(runs.usual(project)).data;
  const inGit = rows?.some((run) => run.git_commit) ?? false;
  const columns = useMemo(() => columnsOf(usual, !pipeline, inGit), [usual, pipeline, inGit]);
  const chosen = useMemo(() => rows?.filter((run) => selected.has(String(run.id))) ?? [], [rows, selected]);

  useKeys([
    { keys: "/", does: "Filter runs", act: () => box.current?.focus() },
    { keys: "f", does: "Only failed runs", act: () => onQ(toggled(q, "state", "failed")) },
  ]);

  return (
    <div className={styles.list}>
      <div className={styles.bar}>
        <div className={styles.views} role="group" aria-label="Views">
          {VIEWS.map((view) => (
            <button
              key={view.name}
              type="button"
              className={styles.view}
              aria-pressed={q === view.q}
              onClick={() => onQ(view.q)}
            >
              {view.name}
            </button>
          ))}
        </div>
        <FilterBox
          label="Filter runs"
          placeholder={pipeline ? "state:failed since:7d" : "state:failed pipeline:… since:7d"}
          fields={fields}
          value={q}
          onChange={onQ}
          judge={(text) => askedOf(text, fields, new Date()).wrong}
          box={box}
        />
        <Choice label="Since" name="since" q={q} onQ={onQ} choices={SINCE} />
        <Choice label="Started by" name="kind" q={q} onQ={onQ} choices={STARTED_BY} />
        <span className={styles.grow} />
        {rows && rows.length > 1 ? <RunStrip runs={rows} most={60} /> : null}
      </div>
      {chosen.length ? <Chosen project={project} chosen={chosen} onDone={() => setSelected(new Set())} /> : null}
      <div className={styles.rows}>
        {fresh ? (
          <button type="button" className={styles.fresh} onClick={() => void bring()}>
            <ArrowUp size={13} aria-hidden /> {fresh} new
          </button>
        ) : null}
        <Table
          label="Runs"
          columns={columns}
          rows={rows}
          rowKey={(run) => String(run.id)}
          onOpen={(run) => void navigate({ to: "/runs/$run", params: { run: String(run.id) } })}
          selected={selected}
          onSelect={setSelected}
          onTop={setTop}
          more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={32}
          empty={
            <Empty action={q ? <Button onClick={() => onQ("")}>Show all</Button> : undefined}>
              {q
                ? "No run is so."
                : "Nothing has run yet. Every run of a pipeline will stand here, by hand or by itself."}
            </Empty>
          }
        />
      </div>
    </div>
  );
}

const SINCE = [
  ["", "Any time"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
] as const;
const STARTED_BY = [["", "Started by anything"], ...Object.entries(KINDS)] as const;

interface ChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly q: string;
  readonly onQ: (q: string) => void;
  readonly choices: readonly (readonly [string, string])[];
}

/** A button that writes into the text. */
function Choice({ label, name, q, onQ, choices }: ChoiceProps) {
  const value = valuesOf(parse(q), name).at(-1) ?? "";
  return (
    <select
      className={styles.choice}
      aria-label={label}
      value={choices.some(([each]) => each === value) ? value : "other"}
      onChange={(event) => onQ(withValues(q, name, event.target.value ? [event.target.value] : []))}
    >
      {choices.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
      {choices.some(([each]) => each === value) ? null : <option value="other">{value}</option>}
    </select>
  );
}

type Usual = ReadonlyMap<string, number | null> | undefined;

function columnsOf(usual: Usual, named: boolean, inGit: boolean): readonly Column<RunSummary>[] {
  return [
    {
      id: "state",
      title: "State",
      width: 128,
      cell: (run) => (
        <StateChip
          state={run.state}
          why={isFinal(run.state) ? undefined : run.reason.replaceAll("`", "") || undefined}
        />
      ),
    },
    {
      id: "run",
      title: "Run",
      width: 60,
      align: "end",
      cell: (run) => (
        <Link to="/runs/$run" params={{ run: String(run.id) }} className="plain-link" tabIndex={-1}>
          {run.id}
        </Link>
      ),
    },
    ...(named
      ? [
          {
            id: "pipeline",
            title: "Pipeline",
            width: "2fr" as const,
            cell: (run: RunSummary) => <strong className={`ellipsis ${styles.name}`}>{run.pipeline}</strong>,
          },
        ]
      : []),
    {
      id: "what",
      title: "What happened",
      width: "6fr",
      wide: true,
      cell: (run) => <Happened run={run} />,
    },
    {
      id: "by",
      title: "Started by",
      width: "2fr",
      wide: true,
      cell: (run) => (
        <span className="quiet ellipsis">
          {KINDS[run.kind] ?? run.kind}
          {run.trigger !== null ? ` ${run.trigger}` : run.requested_by ? `, ${run.requested_by.split("@")[0]}` : ""}
        </span>
      ),
    },
    { id: "blocks", title: "Blocks", width: 104, wide: true, align: "end", cell: (run) => <Blocks run={run} /> },
    { id: "when", title: "When", width: 120, wide: true, cell: (run) => <Ago at={run.started ?? run.created} /> },
    {
      id: "usual",
      title: "To usual",
      width: 88,
      wide: true,
      cell: (run) => <AgainstUsual run={run} usual={usual?.get(run.pipeline) ?? undefined} />,
    },
    { id: "time", title: "Time", width: 92, align: "end", cell: (run) => <Lasted run={run} /> },
    ...(inGit
      ? [
          {
            id: "commit",
            title: "Commit",
            width: 84,
            wide: true,
            cell: (run: RunSummary) => <code className="hint">{run.git_commit?.slice(0, 7)}</code>,
          },
        ]
      : []),
  ];
}

function Happened({ run }: { readonly run: RunSummary }) {
  const text = run.reason.replaceAll("`", "");
  return (
    <span className={`ellipsis ${run.state === "failed" ? styles.error : "quiet"}`} title={text}>
      {text}
    </span>
  );
}

/** How many of its block runs have ended; what failed or was reused is said with them. */
function Blocks({ run: { block_counts: counts } }: { readonly run: RunSummary }) {
  if (!counts) return null;
  const { done, total, reused, failed } = counts;
  const told = [
    `${count(done)} of ${counted(total, "block")} done`,
    failed ? `${count(failed)} failed` : "",
    reused ? `${count(reused)} reused` : "",
  ].filter(Boolean);
  return (
    <Tip text={told.join(", ")}>
      <span>
        {failed ? <span className={styles.error}>{count(failed)} failed </span> : null}
        {count(done)}/{count(total)}
      </span>
    </Tip>
  );
}

function Lasted({ run }: { readonly run: RunSummary }) {
  if (run.started && !isFinal(run.state)) return <Elapsed since={run.started} />;
  return <>{duration(run.seconds)}</>;
}

/** How long it took, against how long runs of this pipeline usually take: the mark in the middle. */
function AgainstUsual({ run, usual }: { readonly run: RunSummary; readonly usual: number | undefined }) {
  if (!usual || run.seconds === null || !isFinal(run.state)) return null;
  return (
    <Tip text={`Usually ${duration(usual)}`}>
      <span className={styles.lasted} role="img" aria-label={`Usually ${duration(usual)}`}>
        <span style={{ width: `${Math.min(1, run.seconds / (2 * usual)) * 100}%` }} />
      </span>
    </Tip>
  );
}

interface ChosenProps {
  readonly project: string;
  readonly chosen: readonly RunSummary[];
  readonly onDone: () => void;
}

/** What can be done with the chosen runs, each with how many it would be. */
function Chosen({ project, chosen, onDone }: ChosenProps) {
  const navigate = useNavigate();
  const refused = useRefusal("run");
  const mayNotDelete = useRefusal("admin");
  const [asking, setAsking] = useState<What>();
  const open = chosen.filter((run) => !isFinal(run.state));
  const ended = chosen.filter((run) => run.state === "failed" || run.state === "cancelled");
  const over = chosen.filter((run) => isFinal(run.state));
  const meant = { cancel: open, retry: ended, delete: over };
  const [one, other] = [...chosen].sort((a, b) => a.id - b.id);
  return (
    <div className={styles.chosen} role="toolbar" aria-label="Chosen runs">
      <span>{counted(chosen.length, "run")} chosen</span>
      <Button
        blocked={refused ?? (ended.length ? undefined : "None of them failed.")}
        onClick={() => setAsking("retry")}
      >
        Retry {ended.length || ""}
      </Button>
      <Button
        blocked={refused ?? (open.length ? undefined : "All of them have ended.")}
        onClick={() => setAsking("cancel")}
      >
        Cancel {open.length || ""}
      </Button>
      <Button
        blocked={chosen.length === 2 ? undefined : "Choose two to compare them."}
        onClick={() =>
          one &&
          other &&
          void navigate({ to: "/runs/$run/diff/$other", params: { run: String(one.id), other: String(other.id) } })
        }
      >
        Compare
      </Button>
      <Button
        blocked={mayNotDelete ?? (over.length ? undefined : "None of them has ended.")}
        onClick={() => setAsking("delete")}
      >
        Delete {over.length || ""}
      </Button>
      <Button look="bare" onClick={onDone}>
        Choose none
      </Button>
      {asking ? (
        <Sure
          project={project}
          what={asking}
          runs={meant[asking]}
          onClose={() => setAsking(undefined)}
          onDone={onDone}
        />
      ) : null}
    </div>
  );
}
