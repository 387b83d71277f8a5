/** One run: what happened, why, and how to get it going again. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { optional } from "@/routes/search";
import { Bones, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { runs } from "./api";
import { BlockPanel, type Tab, tabsOf } from "./components/BlockPanel";
import { Gantt } from "./components/Gantt";
import { type Panel, RunHead } from "./components/RunHead";
import { Sure } from "./components/Sure";
import { type BlockRun, firstLook, isFinal, unfolded } from "./model/rows";
import styles from "./run.module.css";
import { useRun } from "./useRun";
import { useRunActs } from "./useRunActs";

const RunGraph = lazy(() => import("./components/RunGraph").then((module) => ({ default: module.RunGraph })));
const RunAgainSheet = lazy(() =>
  import("./components/RunAgainSheet").then((module) => ({ default: module.RunAgainSheet })),
);
const BlockTable = lazy(() => import("./components/BlockTable").then((module) => ({ default: module.BlockTable })));

type View = "gantt" | "graph" | "table";
const VIEWS: readonly { readonly view: View; readonly label: string }[] = [
  { view: "gantt", label: "Timeline" },
  { view: "graph", label: "Graph" },
  { view: "table", label: "Table" },
];

interface Search {
  readonly block?: string | undefined;
  readonly tab?: Tab | undefined;
  readonly view?: View | undefined;
  readonly attempt?: number | undefined;
  readonly output?: string | undefined;
  readonly other?: number | undefined;
  readonly panel?: Panel | undefined;
}

export function RunScreen() {
  const { run: name } = useParams({ from: "/inside/runs/$run" });
  const id = Number(name);
  if (!Number.isSafeInteger(id) || id < 0) {
    return (
      <>
        <PageHead title="There is no such run" />
        <p className={styles.none}>A run has a number; “{name}” is none.</p>
      </>
    );
  }
  return <Run key={id} id={id} />;
}

function Run({ id }: { readonly id: number }) {
  const project = useProject();
  const navigate = useNavigate();
  const search: Search = useSearch({ from: "/inside/runs/$run" });
  const { run, rows, upstream, error, retry } = useRun(project, id);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const told = useQuery({ ...runs.why(project, id), enabled: run !== undefined && run.state !== "completed" });
  const reasons = useMemo(
    () => new Map((told.data ?? []).map((reason) => [reason.subject, reason.text.replaceAll("`", "")])),
    [told.data],
  );

  const chosen = rows.find((row) => row.id === search.block) ?? firstLook(rows);
  const shown = useMemo(() => {
    const also = chosen?.role === "child" && chosen.parent ? new Set([...open, chosen.parent]) : open;
    return unfolded(rows, also);
  }, [rows, open, chosen]);
  const opened = chosen?.role === "child" && chosen.parent ? new Set([...open, chosen.parent]) : open;

  const go = (next: Search) =>
    void navigate({
      to: "/runs/$run",
      params: { run: String(id) },
      search: optional({ ...search, ...next }),
      replace: true,
    });
  const choose = (block: string) => go({ block, attempt: undefined, output: undefined });
  const fold = (group: string) => {
    const next = new Set(opened);
    if (!next.delete(group)) next.add(group);
    setOpen(next);
    if (!next.has(group) && chosen?.parent === group) choose(group);
  };
  const step = (by: number) => {
    const place = shown.findIndex((row) => row.id === chosen?.id);
    const next = shown[Math.max(0, Math.min(shown.length - 1, place + by))];
    if (next) choose(next.id);
  };
  const acts = useRunActs(project, run);
  const toDiff = () =>
    run?.last_success != null &&
    void navigate({
      to: "/runs/$run/diff/$other",
      params: { run: String(run.last_success), other: String(id) },
    });

  useKeys([
    { keys: "j", does: "Next block", act: () => step(1) },
    { keys: "k", does: "Previous block", act: () => step(-1) },
    { keys: "e", does: "Error of the block", act: () => go({ tab: "error" }) },
    { keys: "l", does: "Log of the block", act: () => go({ tab: "log" }) },
    { keys: "o", does: "Output of the block", act: () => go({ tab: "output" }) },
    { keys: "R", does: "Retry", act: acts.retry },
    { keys: "v", does: "Run again with other variables", act: () => go({ panel: "again" }) },
    { keys: "x", does: "Cancel the run", act: acts.cancel },
    { keys: "D", does: "Compare with the last success", act: () => void toDiff() },
  ]);
  useCommands([
    ...(run && isFinal(run.state)
      ? [
          { name: `Retry run ${id}`, act: acts.retry, keys: "R" },
          { name: `Run ${id} again with other variables`, act: () => go({ panel: "again" }), keys: "v" },
        ]
      : []),
    ...(run && !isFinal(run.state) ? [{ name: `Cancel run ${id}`, act: acts.cancel, keys: "x" }] : []),
  ]);

  if (!run) {
    return (
      <>
        <PageHead title={`Run ${id}`} />
        {error ? (
          <div className={styles.none}>
            <Problem error={error} onRetry={retry} />
          </div>
        ) : (
          <Bones />
        )}
      </>
    );
  }
  const view = search.view ?? "gantt";
  return (
    <div className={styles.screen}>
      <RunHead
        project={project}
        run={run}
        rows={rows}
        chosen={chosen}
        reasons={reasons}
        acts={acts}
        onFrame={(block) => go({ block, tab: "error" })}
        onPanel={(panel) => go({ panel })}
      />
      {error ? (
        <div className={styles.wrong}>
          <Problem error={error} onRetry={retry} what="What is shown may be old." />
        </div>
      ) : null}
      <section className={styles.top} aria-label="Blocks of the run" data-region>
        <div className={styles.views} role="tablist" aria-label="How the blocks are shown">
          {VIEWS.map((each) => (
            <button
              key={each.view}
              type="button"
              role="tab"
              className={styles.view}
              aria-selected={each.view === view}
              onClick={() => go({ view: each.view })}
            >
              {each.label}
            </button>
          ))}
          <Counts rows={rows} run={run} />
        </div>
        {view === "table" ? (
          <Suspense fallback={<Bones rows={4} />}>
            <BlockTable rows={shown} chosen={chosen?.id} onChoose={choose} />
          </Suspense>
        ) : view === "graph" ? (
          <Suspense fallback={<Bones rows={4} />}>
            <RunGraph run={run} rows={rows} chosen={chosen} onChoose={choose} />
          </Suspense>
        ) : (
          <Gantt
            rows={shown}
            all={rows}
            upstream={upstream}
            began={run.started}
            live={!isFinal(run.state)}
            reasons={reasons}
            chosen={chosen?.id}
            open={opened}
            onChoose={choose}
            onFold={fold}
          />
        )}
      </section>
      {chosen ? (
        <BlockPanel
          project={project}
          run={run}
          row={chosen}
          upstream={upstream}
          rows={rows}
          reason={reasons.get(chosen.id)}
          tab={tabOf(search.tab, chosen)}
          attempt={search.attempt}
          output={search.output}
          other={search.other}
          onGo={go}
        />
      ) : null}
      {search.panel === "again" && isFinal(run.state) ? (
        <Suspense>
          <RunAgainSheet run={run} acts={acts} onClose={() => go({ panel: undefined })} />
        </Suspense>
      ) : null}
      {search.panel === "delete" && isFinal(run.state) ? (
        <Sure
          project={project}
          what="delete"
          runs={[run]}
          onClose={() => go({ panel: undefined })}
          onDone={() => void navigate({ to: "/runs" })}
        />
      ) : null}
    </div>
  );
}

/** What was asked for, if the block has it; else what there is to see first. */
function tabOf(asked: Tab | undefined, row: BlockRun): Tab {
  const tabs = tabsOf(row);
  return asked && tabs.includes(asked) ? asked : (tabs[0] ?? "log");
}

function Counts({
  rows,
  run,
}: {
  readonly rows: readonly BlockRun[];
  readonly run: { readonly counts: Readonly<Record<string, number>> };
}) {
  const real = rows.filter((row) => row.role !== "group");
  const total = Math.max(
    real.length,
    Object.values(run.counts).reduce((sum, each) => sum + each, 0),
  );
  const done = real.filter((row) => row.state === "completed").length;
  const reused = real.filter((row) => row.reused).length;
  const missing = total - real.length;
  return (
    <span className={styles.counts}>
      {done} of {total} done{reused ? ` · ${reused} reused` : ""}
      {missing > 0 ? ` · the first ${real.length} are shown` : ""}
    </span>
  );
}
