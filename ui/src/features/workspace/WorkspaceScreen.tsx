/** The pipeline at work: graph, code and result of what is chosen, side by side. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useRoom } from "@/app/room";
import { preloadEditor } from "@/features/editor";
import { outputs } from "@/features/outputs";
import { PipelineTabs } from "@/features/pipelines";
import { People, usePresence } from "@/features/presence";
import { useProject } from "@/features/projects";
import { Bones, PageBody, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import type { WorkspaceBlock, WorkspaceDocument } from "./api";
import { type Files, filesOf } from "./files";
import { withoutPlainCharts } from "./model/charts";
import { standingOf, whyOf } from "./model/words";
import { Columns, type Pane } from "./parts/Columns";
import { ConnectDialog } from "./parts/ConnectDialog";
import { ConnectorPane, movesData } from "./parts/ConnectorPane";
import { FileTree } from "./parts/FileTree";
import { FindSide } from "./parts/FindSide";
import { GraphSide } from "./parts/GraphSide";
import { HistorySheet } from "./parts/HistorySheet";
import { ResultPane, type Tab } from "./parts/ResultPane";
import { RunBar } from "./parts/RunBar";
import { RunWithSheet } from "./parts/RunWithSheet";
import { SettingsSheet } from "./parts/SettingsSheet";
import { Stack } from "./parts/Stack";
import { LAYOUTS, type Layout, StatusBar } from "./parts/StatusBar";
import { Variables } from "./parts/Variables";
import { type Panel, useActions } from "./useActions";
import { useWorkspace } from "./useWorkspace";
import styles from "./workspace.module.css";

const ChartsSide = lazy(() => import("@/features/charts").then((module) => ({ default: module.ChartsSide })));

export interface WorkspaceSearch {
  readonly block?: string;
  readonly layout?: Layout;
  readonly side?: Side;
  readonly tab?: Tab;
  readonly panel?: "settings" | "history" | "connect" | "variables";
}

export const SIDES = ["graph", "files", "charts", "variables", "find"] as const;
export type Side = (typeof SIDES)[number];

const SIDE_WORDS: Record<Side, string> = {
  graph: "Graph",
  files: "Files",
  charts: "Charts",
  variables: "Vars",
  find: "Find",
};

export function WorkspaceScreen() {
  const { pipeline } = useParams({ strict: false }) as { pipeline: string };
  const project = useProject();
  const files = filesOf(project);
  const { data, error, refetch } = useWorkspace(project, pipeline, files);
  useRoom();
  useEffect(preloadEditor, []);
  const shown = useMemo(() => (data ? withoutPlainCharts(data) : undefined), [data]);
  if (!shown)
    return (
      <>
        <PageHead title={pipeline} />
        <PageBody>{error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={12} />}</PageBody>
      </>
    );
  // Another pipeline is another workspace.
  return <Workspace key={`${project} ${pipeline}`} project={project} document={shown} files={files} error={error} />;
}

interface WorkspaceProps {
  readonly project: string;
  readonly document: WorkspaceDocument;
  readonly files: Files;
  readonly error: unknown;
}

function Workspace({ project, document, files, error }: WorkspaceProps) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as WorkspaceSearch;
  const go = (changes: Partial<Record<keyof WorkspaceSearch, string | undefined>>) =>
    void navigate({
      to: "/pipelines/$pipeline",
      params: { pipeline: document.uuid },
      search: (before) => without({ ...before, ...changes }) as WorkspaceSearch,
      replace: true,
    });
  const { blocks } = document;
  const block = blocks.find(({ uuid }) => uuid === search.block) ?? blocks[0];
  const selected = block?.uuid;
  const layout: Layout = search.layout ?? "focus";
  const side: Side = search.side ?? "graph";
  const [pane, setPane] = useState<Pane>("code");
  const { actions, trouble, folded, renaming, adding, jump } = useActions(project, document, files, {
    block: selected,
    select: (name) => name !== search.block && go({ block: name }),
    openPanel: (panel: Panel) => go({ panel: panel?.kind, ...(panel ? { block: panel.block } : {}) }),
  });
  useWorkspaceKeys(block, actions, layout, go);
  const columns = useColumnsOf(project, document, block);
  usePresence(project, document.uuid, selected);

  const result = (shown: WorkspaceBlock | undefined, keys: boolean) => (
    <ResultPane
      project={project}
      block={shown}
      actions={actions}
      tab={search.tab}
      onTab={(tab) => go({ tab: tab === "output" ? undefined : tab })}
      keys={keys}
    />
  );
  const close = () => go({ panel: undefined });

  return (
    <div className={styles.workspace}>
      <PageHead
        title={document.uuid}
        tabTitle={titleOf(document)}
        actions={<RunBar project={project} document={document} actions={actions} />}
      >
        <PipelineTabs pipeline={document.uuid} />
        <People project={project} pipeline={document.uuid} />
      </PageHead>
      {error ? <Problem error={error} /> : null}
      {document.readable ? null : (
        <div className={styles.unreadable}>
          {(document.problems ?? []).map((problem) => (
            <p key={`${problem.line} ${problem.message}`} role="alert">
              <code>
                {problem.file}:{problem.line}
              </code>{" "}
              {problem.message} <span className="quiet">{problem.advice}</span>
            </p>
          ))}
        </div>
      )}
      <Columns
        pane={pane}
        onPane={setPane}
        graphFirst={layout === "graph"}
        side={
          <>
            <div role="tablist" aria-label="Overview" className={styles.sideTabs}>
              {SIDES.map((name) => (
                <button
                  key={name}
                  type="button"
                  role="tab"
                  aria-selected={name === side}
                  className={styles.sideTab}
                  onClick={() => go({ side: name === "graph" ? undefined : name })}
                >
                  {SIDE_WORDS[name]}
                </button>
              ))}
            </div>
            {side === "graph" ? <GraphSide document={document} selected={selected} actions={actions} /> : null}
            {side === "files" ? (
              <FileTree project={project} refusal={actions.editRefusal} current={block?.path ?? undefined} />
            ) : null}
            {side === "charts" ? (
              <Suspense fallback={<Bones rows={8} />}>
                <ChartsSide
                  project={project}
                  pipeline={document.uuid}
                  selected={selected}
                  refusal={actions.editRefusal}
                  onCode={actions.edit}
                />
              </Suspense>
            ) : null}
            {side === "variables" ? (
              <Variables project={project} document={document} refusal={actions.editRefusal} />
            ) : null}
            {side === "find" ? (
              <FindSide
                project={project}
                refusal={actions.editRefusal}
                blockOf={(file) => blocks.find(({ path }) => path === file)?.uuid}
                onGo={actions.goToLine}
              />
            ) : null}
          </>
        }
        code={
          <Stack
            project={project}
            document={document}
            files={files}
            actions={actions}
            selected={selected}
            folded={folded}
            renaming={renaming}
            adding={adding}
            jump={jump}
            trouble={trouble}
            columns={columns}
            resultOf={
              layout === "notebook" && !movesData(document)
                ? (name) => (
                    <div className={styles.below}>
                      {result(
                        blocks.find(({ uuid }) => uuid === name),
                        name === selected,
                      )}
                    </div>
                  )
                : undefined
            }
          />
        }
        result={
          movesData(document) ? (
            <ConnectorPane document={document} files={files} onBlock={(name) => go({ block: name })} />
          ) : layout === "notebook" ? undefined : (
            result(block, true)
          )
        }
      />
      <StatusBar
        document={document}
        files={files}
        actions={actions}
        layout={layout}
        onLayout={(next) => go({ layout: next === "focus" ? undefined : next })}
      />
      {search.panel === "settings" && selected ? (
        <SettingsSheet
          project={project}
          pipeline={document.uuid}
          block={selected}
          refusal={actions.editRefusal}
          onClose={close}
        />
      ) : null}
      {search.panel === "variables" && selected ? (
        <RunWithSheet block={selected} actions={actions} onClose={close} />
      ) : null}
      {search.panel === "history" && block?.path ? (
        <HistorySheet project={project} path={block.path} files={files} refusal={actions.editRefusal} onClose={close} />
      ) : null}
      {search.panel === "connect" && selected ? (
        <ConnectDialog
          document={document}
          block={selected}
          onConnect={(source, target) => void actions.connect(source, target)}
          onDisconnect={(source, target) => void actions.disconnect(source, target)}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function useWorkspaceKeys(
  block: WorkspaceBlock | undefined,
  actions: ReturnType<typeof useActions>["actions"],
  layout: Layout,
  go: (changes: Partial<Record<keyof WorkspaceSearch, string | undefined>>) => void,
) {
  const name = block?.uuid ?? "";
  const run = () => void actions.run([name], "stale_upstream");
  const show = (next: Layout) => go({ layout: next === layout || next === "focus" ? undefined : next });
  useKeys([
    { keys: "j", does: "Next block", act: () => actions.step(1) },
    { keys: "k", does: "Previous block", act: () => actions.step(-1) },
    { keys: "h", does: "Block that it reads", act: () => actions.follow("upstream") },
    { keys: "l", does: "Block that reads it", act: () => actions.follow("downstream") },
    { keys: "e", does: "Edit the block", act: () => name && actions.edit(name) },
    { keys: "r", does: "Run the block", act: run },
    { keys: "ctrl+enter", does: "Run the block", act: run, anywhere: true },
    { keys: "shift+enter", does: "Run and go to the next", act: () => void actions.runAndNext(name) },
    { keys: "alt+enter", does: "Run and add one below", act: () => void actions.runAndAdd(name) },
    { keys: "u", does: "Run with all before it", act: () => void actions.run([name], "upstream") },
    { keys: "R", does: "Run what is stale", act: () => void actions.run([], "stale") },
    { keys: "i i", does: "Stop what runs", act: actions.stopAll },
    { keys: "a", does: "Add a block above", act: () => actions.startAdd(name, true) },
    { keys: "b", does: "Add a block below", act: () => actions.startAdd(name, false) },
    { keys: "c", does: "Connect the block", act: () => name && actions.startConnect(name) },
    { keys: "s", does: "Settings of the block", act: () => name && actions.openSettings(name) },
    { keys: "F2", does: "Rename the block", act: () => name && actions.startRename(name), anywhere: true },
    { keys: "d d", does: "Remove the block", act: () => name && void actions.remove(name) },
    { keys: "alt+arrowup", does: "Move the block up", act: () => void actions.move(name, -1) },
    { keys: "alt+arrowdown", does: "Move the block down", act: () => void actions.move(name, 1) },
    { keys: "w", does: "Say why it stands so", act: () => block && tell(whyOf(block)) },
    { keys: "z", does: "Fold the block", act: () => name && actions.fold(name) },
    { keys: "o", does: "Results under the blocks", act: () => show("notebook") },
    { keys: "v", does: "Graph first", act: () => show("graph") },
    { keys: "ctrl+shift+f", does: "Find in all files", act: () => go({ side: "find" }), anywhere: true },
  ]);
  useCommands([
    { name: "Run what is stale", act: () => void actions.run([], "stale"), keys: "R" },
    { name: "Run all blocks", act: () => void actions.run([], "only") },
    { name: `Run ${name || "the block"}`, act: run, keys: "r" },
    { name: "Add a block", act: () => actions.startAdd(name || undefined, false), keys: "b" },
    ...LAYOUTS.map((each) => ({
      name: `Layout: ${each}`,
      act: () => go({ layout: each === "focus" ? undefined : each }),
    })),
  ]);
}

/** The columns that a block gets from those that it reads, for completion. */
function useColumnsOf(project: string, document: WorkspaceDocument, block: WorkspaceBlock | undefined) {
  const input = document.blocks.find(({ uuid }) => uuid === block?.upstream[0])?.result;
  const place = { project, run: input?.run ?? 0, block: input?.block_run ?? "", version: "" };
  const { data } = useQuery({
    ...outputs.one(place),
    enabled: input?.rows !== null && input !== undefined && input !== null,
    placeholderData: undefined,
  });
  return data?.columns_described ?? NOTHING;
}

const NOTHING: readonly { readonly name: string; readonly type: string }[] = [];

/** Whoever looks at the tab only sees that something failed or runs. */
function titleOf({ uuid, blocks }: WorkspaceDocument): string {
  const names = blocks.map((block) => standingOf(block).name);
  return names.includes("running") ? `▶ ${uuid}` : names.includes("failed") ? `✖ ${uuid}` : uuid;
}

function without<T extends Record<string, unknown>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

export { LAYOUTS };
