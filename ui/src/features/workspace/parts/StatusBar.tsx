/** At the foot: whether everything is saved, what is wrong, how it is laid out. */
import { Check, CircleAlert, CloudOff, LoaderCircle, PanelsTopLeft } from "lucide-react";
import { LanguageState } from "@/features/languages";
import { Menu } from "@/ui/Menu";
import ui from "@/ui/parts.module.css";
import type { WorkspaceDocument } from "../api";
import { type Files, useUnsaved } from "../files";
import type { Actions } from "../useActions";
import styles from "../workspace.module.css";

export const LAYOUTS = ["focus", "notebook", "graph"] as const;
export type Layout = (typeof LAYOUTS)[number];

const LAYOUT_WORDS: Record<Layout, string> = {
  focus: "Result beside the code",
  notebook: "Results under the blocks",
  graph: "Graph first",
};

interface StatusBarProps {
  readonly document: WorkspaceDocument;
  readonly files: Files;
  readonly actions: Actions;
  readonly layout: Layout;
  readonly onLayout: (layout: Layout) => void;
}

export function StatusBar({ document, files, actions, layout, onLayout }: StatusBarProps) {
  const problems = document.problems ?? [];
  return (
    <div className={styles.status}>
      <Saved document={document} files={files} offline={actions.offline} />
      {problems.length ? (
        <Menu
          placement="top-start"
          button={
            <button type="button" className={`${styles.statusButton} ${ui.fail}`}>
              <CircleAlert size={13} aria-hidden /> Problems {problems.length}
            </button>
          }
          entries={problems.map((problem) => ({
            label: `${problem.file}:${problem.line ?? ""} ${problem.message}`,
            act: () => {
              const block = document.blocks.find((each) => each.problems.includes(problem));
              if (block) actions.goTo(block.uuid);
            },
          }))}
        />
      ) : (
        <span className="quiet">No problems</span>
      )}
      <span className={styles.grow} />
      <LanguageState project={files.project} />
      <Menu
        placement="top-start"
        button={
          <button type="button" className={styles.statusButton}>
            <PanelsTopLeft size={13} aria-hidden /> {LAYOUT_WORDS[layout]}
          </button>
        }
        entries={LAYOUTS.map((each) => ({ label: LAYOUT_WORDS[each], act: () => onLayout(each) }))}
      />
    </div>
  );
}

function Saved({
  document,
  files,
  offline,
}: {
  readonly document: WorkspaceDocument;
  readonly files: Files;
  readonly offline: boolean;
}) {
  const pending = useUnsaved(files);
  const states = pending.map((path) => files.get(path).phase);
  if (states.includes("conflict"))
    return (
      <span className={`${styles.saved} ${ui.warn}`} role="status">
        <CircleAlert size={13} aria-hidden /> Changed elsewhere
      </span>
    );
  if (states.includes("failed") || (offline && pending.length))
    return (
      <span className={`${styles.saved} ${ui.warn}`} role="status">
        <CloudOff size={13} aria-hidden /> Kept in this browser, not saved
      </span>
    );
  if (pending.length)
    return (
      <span className={styles.saved} role="status">
        <LoaderCircle size={13} aria-hidden className={ui.turning} /> Saving
      </span>
    );
  const last = Math.max(0, ...document.blocks.map(({ path }) => (path ? (files.get(path).savedAt ?? 0) : 0)));
  const time = last ? new Date(last).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : "";
  return (
    <span className={styles.saved} role="status">
      <Check size={14} aria-hidden className={ui.ok} /> {time ? `Saved ${time}` : "Saved"}
    </span>
  );
}
