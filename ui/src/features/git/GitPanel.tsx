/** Git as a drawer and as a page: what has changed by pipeline, its difference, commits, what was put away. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { doing, type GitState, git } from "./api";
import { BranchBar } from "./BranchBar";
import { Changes, type Shown } from "./Changes";
import { CommitBox } from "./CommitBox";
import { ConflictView } from "./ConflictView";
import { Difference } from "./Difference";
import styles from "./git.module.css";
import { History } from "./History";
import { Stashes } from "./Stashes";
import { type Doing, useDoing } from "./useDoing";

const TABS = ["Changes", "History", "Stashes"] as const;
type Tab = (typeof TABS)[number];

export function GitPanel() {
  const project = useProject();
  const { data: state, error, refetch } = useQuery(git.state(project));
  const work = useDoing();
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!state) return <Bones rows={6} />;
  if (!state.repository) return <NoRepository work={work} />;
  return <WorkTree state={state} work={work} />;
}

function NoRepository({ work }: { readonly work: Doing }) {
  const project = useProject();
  const refusal = useRefusal("edit");
  return (
    <>
      {work.error ? <Problem error={work.error} /> : null}
      <Empty
        action={
          <Button
            look="primary"
            blocked={refusal ?? (work.busy ? "It is being made." : undefined)}
            onClick={() => void work.act(doing(project).create, "The project has a repository.")}
          >
            Make a repository
          </Button>
        }
      >
        The project is in no Git repository.
      </Empty>
    </>
  );
}

function WorkTree({ state, work }: { readonly state: GitState; readonly work: Doing }) {
  const [tab, setTab] = useState<Tab>("Changes");
  const [shown, setShown] = useState<Shown>();
  const file = state.files.find((each) => each.path === shown?.path);
  return (
    <div className={styles.panel}>
      <BranchBar state={state} work={work} />
      {work.error ? <Problem error={work.error} /> : null}
      <div className={styles.halves}>
        <div className={styles.side}>
          <div role="tablist" aria-label="Git" className={`${ui.tabs} ${styles.tabs}`}>
            {TABS.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                className={ui.tab}
                aria-selected={tab === name}
                onClick={() => setTab(name)}
              >
                {name}
                {name === "Changes" && state.files.length ? <span className="hint">{state.files.length}</span> : null}
                {name === "Stashes" && state.stashes ? <span className="hint">{state.stashes}</span> : null}
              </button>
            ))}
          </div>
          {tab === "Changes" ? (
            <>
              <div className={styles.scroll}>
                <Changes state={state} work={work} shown={shown} onShow={setShown} />
              </div>
              <CommitBox state={state} work={work} />
            </>
          ) : (
            <div className={styles.scroll}>{tab === "History" ? <History /> : <Stashes work={work} />}</div>
          )}
        </div>
        <section className={styles.content} aria-label={file ? `Difference of ${file.path}` : "Difference"}>
          {file?.conflict ? (
            <ConflictView key={file.path} path={file.path} work={work} />
          ) : file && shown ? (
            <Difference key={`${file.path} ${shown.staged}`} file={file} staged={shown.staged} work={work} />
          ) : (
            <p className={styles.pick}>
              {state.files.length
                ? "Choose a file to see how it differs."
                : "Nothing has changed since the last commit."}
              {state.cut
                ? ` More than ${counted(state.files.length, "file")} have changed; the rest is not listed.`
                : ""}
            </p>
          )}
        </section>
      </div>
    </div>
  );
}
