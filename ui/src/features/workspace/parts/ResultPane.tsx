/** What the chosen block gave: its table first, its error if it failed. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useKeys } from "@/app/keys";
import { Bones, Empty } from "@/ui/blocks";
import ui from "@/ui/parts.module.css";
import { Elapsed } from "@/ui/time";
import type { WorkspaceBlock } from "../api";
import { freshnessOf } from "../model/words";
import type { Actions } from "../useActions";
import styles from "../workspace.module.css";
import { Mark } from "./Mark";

const load = () => import("@/features/outputs");
const OutputView = lazy(() => load().then((module) => ({ default: module.OutputView })));
const ProfileView = lazy(() => load().then((module) => ({ default: module.ProfileView })));
const ChartView = lazy(() => load().then((module) => ({ default: module.ChartView })));
const FramesView = lazy(() => load().then((module) => ({ default: module.FramesView })));
const ErrorView = lazy(() => load().then((module) => ({ default: module.ErrorView })));
const TestsView = lazy(() => load().then((module) => ({ default: module.TestsView })));
const LogView = lazy(() => import("@/features/logs").then((module) => ({ default: module.LogView })));

export const TABS = ["output", "profile", "chart", "figures", "text", "tests", "error"] as const;
export type Tab = (typeof TABS)[number];
/** They show what was given last, whatever goes on meanwhile. */
const FROM_RESULT: ReadonlySet<Tab> = new Set(["output", "profile", "chart"]);

interface ResultPaneProps {
  readonly project: string;
  readonly block: WorkspaceBlock | undefined;
  readonly actions: Actions;
  readonly tab: Tab | undefined;
  readonly onTab: (tab: Tab) => void;
  readonly keys?: boolean;
}

export function ResultPane({ project, block, actions, tab, onTab, keys = true }: ResultPaneProps) {
  const [name, setName] = useState("");
  // The tab that was chosen holds for this very outcome; a new failure is shown at once.
  const [chosenFor, setChosenFor] = useState("");
  const latest = block?.latest ?? undefined;
  const result = block?.result ?? undefined;
  const outcome = `${block?.uuid} ${latest?.run} ${latest?.state}`;
  const failed = latest?.state === "failed";
  const isTable = !result?.outputs.length || result.outputs[0]?.rows !== null;
  const table = isTable && result?.outputs.length !== 0;
  const tests = latest ? latest.tests.passed + latest.tests.failed : 0;
  const shown: Tab =
    failed && chosenFor !== outcome
      ? "error"
      : tab === "error" && !failed
        ? "output"
        : (tab ?? (block?.now && !result ? "text" : "output"));

  const tabs: readonly { tab: Tab; word: string; there: boolean }[] = [
    { tab: "output", word: isTable ? "Table" : "Value", there: true },
    { tab: "profile", word: "Profile", there: table },
    { tab: "chart", word: "Chart", there: table },
    { tab: "figures", word: "Figures", there: true },
    { tab: "text", word: "Text", there: true },
    { tab: "tests", word: tests && latest ? `Tests ${latest.tests.passed}/${tests}` : "Tests", there: true },
    { tab: "error", word: "Error", there: failed },
  ];
  const visible = tabs.filter(({ there }) => there);
  const choose = (next: Tab) => {
    setChosenFor(outcome);
    onTab(next);
  };
  useKeys(
    keys
      ? visible.map(({ tab: each, word }, index) => ({
          keys: String(index + 1),
          does: `Show ${word.toLowerCase()}`,
          act: () => choose(each),
        }))
      : [],
  );

  if (!block) return <Empty>Choose a block to see what it gives.</Empty>;
  const run = FROM_RESULT.has(shown) ? result?.run : (block.now?.run ?? latest?.run ?? result?.run);
  const place = run === undefined ? undefined : { project, run, block: block.uuid, version: "" };
  const freshness = freshnessOf(block);
  return (
    <div className={styles.resultPane}>
      <div className={styles.resultHead}>
        <strong className="ellipsis">{block.uuid}</strong>
        <ResultNote block={block} />
        <span className={styles.grow} />
        {run === undefined ? null : (
          <Link to="/runs/$run" params={{ run: String(run) }} className={styles.runLink}>
            run {run}
          </Link>
        )}
      </div>
      <div role="tablist" aria-label={`Result of ${block.uuid}`} className={styles.sideTabs}>
        {visible.map(({ tab: each, word }) => (
          <button
            key={each}
            type="button"
            role="tab"
            aria-selected={each === shown}
            className={`${styles.sideTab} ${each === "error" ? ui.fail : ""}`}
            onClick={() => choose(each)}
          >
            {word}
          </button>
        ))}
        {result && result.outputs.length > 1 && FROM_RESULT.has(shown) ? (
          <select
            className={styles.outputs}
            aria-label="Which output"
            value={name || result.outputs[0]?.name}
            onChange={(event) => setName(event.target.value)}
          >
            {result.outputs.map((output) => (
              <option key={output.name}>{output.name}</option>
            ))}
          </select>
        ) : null}
      </div>
      <Suspense fallback={<Bones rows={8} />}>
        {place === undefined ? (
          <NothingYet block={block} actions={actions} word={freshness.word} />
        ) : (
          <Shown
            tab={shown}
            place={{ ...place, ...(name && result?.outputs.some((output) => output.name === name) ? { name } : {}) }}
            block={block}
            actions={actions}
          />
        )}
      </Suspense>
    </div>
  );
}

interface ShownProps {
  readonly tab: Tab;
  readonly place: {
    readonly project: string;
    readonly run: number;
    readonly block: string;
    readonly version: string;
    readonly name?: string;
  };
  readonly block: WorkspaceBlock;
  readonly actions: Actions;
}

function Shown({ tab, place, block, actions }: ShownProps) {
  const going = block.now !== null && block.now.run === place.run;
  switch (tab) {
    case "output":
      if (block.result && block.result.outputs.length === 0 && block.result.finished !== block.latest?.finished)
        return <Empty>The block gave nothing.</Empty>;
      return <OutputView place={place} label={`Result of ${block.uuid}`} />;
    case "profile":
      return <ProfileView place={place} />;
    case "chart":
      return <ChartView place={place} />;
    case "figures":
      return going ? <Empty>Figures are shown when the block has ended.</Empty> : <FramesView place={place} />;
    case "text":
      return <LogView project={place.project} run={place.run} block={place.block} round={0} />;
    case "tests":
      return going ? <Empty>Tests run after the block.</Empty> : <TestsView place={place} />;
    case "error":
      return <ErrorView place={place} onGo={actions.goToLine} />;
  }
}

function ResultNote({ block }: { readonly block: WorkspaceBlock }) {
  if (block.now) {
    const { state, started, reason } = block.now;
    return (
      <span className={`${styles.resultNote} ${ui.run}`}>
        <Mark standing={{ axis: "run", name: state, tone: "run", word: "", reason: "" }} />
        {state === "running" && started ? <Elapsed since={started} /> : reason || state}
      </span>
    );
  }
  const freshness = freshnessOf(block);
  if (freshness.name !== "stale") return null;
  return (
    <span className={`${styles.resultNote} ${ui.warn}`}>
      <Mark standing={freshness} />
      <span className="ellipsis">from before: {freshness.reason}</span>
    </span>
  );
}

function NothingYet({
  block,
  actions,
  word,
}: {
  readonly block: WorkspaceBlock;
  readonly actions: Actions;
  readonly word: string;
}) {
  if (block.now) return <Empty>{block.now.reason || "It is about to run."}</Empty>;
  if (!word) return <Empty>Blocks of this kind give no result.</Empty>;
  return (
    <Empty
      action={
        <button type="button" className={ui.button} onClick={() => void actions.run([block.uuid], "stale_upstream")}>
          Run it
        </button>
      }
    >
      It has not been run yet. What it gives is shown here.
    </Empty>
  );
}
