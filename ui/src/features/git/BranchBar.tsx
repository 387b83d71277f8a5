/** Where one is, and the way to the remote. */
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, ChevronDown, GitBranch } from "lucide-react";
import { type FormEvent, useState } from "react";
import { asProblem } from "@/api/problems";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { counted } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import ui from "@/ui/parts.module.css";
import { doing, type GitState, git, type Incoming } from "./api";
import styles from "./git.module.css";
import type { Doing } from "./useDoing";

const MOST_BRANCHES = 40;

export function BranchBar({ state, work }: { readonly state: GitState; readonly work: Doing }) {
  const project = useProject();
  const [naming, setNaming] = useState(false);
  const [asking, setAsking] = useState<Incoming>();
  const refusal = useRefusal("edit") ?? (work.busy ? "Something is being done." : undefined);
  const whole =
    refusal ?? (state.shared ? "The project is a folder of a larger repository: do it in a terminal." : undefined);
  const acts = doing(project);
  const pull = (anyway: boolean) =>
    work.act(async () => {
      setAsking(undefined);
      if (!anyway) {
        const seen = await acts.fetch();
        if (seen.running.length) return setAsking(seen);
      }
      try {
        await acts.pull(anyway);
      } catch (error) {
        // A run began between the two.
        if (asProblem(error).code !== "pipelines_running") throw error;
        setAsking(await acts.fetch());
      }
    });
  return (
    <div className={styles.bar}>
      <Branches state={state} work={work} blocked={whole} onNew={() => setNaming(true)} />
      {naming ? (
        <NewBranch
          onDone={() => setNaming(false)}
          onName={(name) => work.act(() => acts.newBranch(name), `You are on ${name}.`)}
        />
      ) : null}
      <span className={`hint ${styles.follows}`}>
        {state.upstream ? `follows ${state.upstream}` : state.branch ? "not pushed yet" : ""}
      </span>
      {state.doing ? <span className={styles.warned}>A {state.doing} has begun and is not done.</span> : null}
      <span className={styles.grow} />
      {state.doing === "merge" ? (
        <Button look="danger" blocked={whole} onClick={() => void work.act(acts.abort, "The merge was taken back.")}>
          Take back the merge
        </Button>
      ) : null}
      <Button
        blocked={whole ?? (state.files.length ? undefined : "Nothing has changed.")}
        onClick={() => void work.act(() => acts.stash(""), "Put away: it is under Stashes.")}
      >
        Stash
      </Button>
      <Button
        icon={<ArrowDown size={14} aria-hidden />}
        blocked={whole ?? (state.upstream ? undefined : "The branch follows none of a remote.")}
        onClick={() => void pull(false)}
      >
        Pull{state.behind ? ` ${state.behind}` : ""}
      </Button>
      <Button
        icon={<ArrowUp size={14} aria-hidden />}
        blocked={whole ?? (state.commit && state.branch ? undefined : "There is no commit on a branch.")}
        onClick={() => void work.act(acts.push, "Pushed.")}
      >
        Push{state.ahead ? ` ${state.ahead}` : ""}
      </Button>
      {asking ? (
        <Dialog
          title="Pull while pipelines run?"
          onClose={() => setAsking(undefined)}
          foot={
            <>
              <Button onClick={() => setAsking(undefined)}>Not now</Button>
              <Button look="primary" blocked={whole} onClick={() => void pull(true)}>
                Pull {counted(asking.commits, "commit")}
              </Button>
            </>
          }
        >
          <p>
            It changes {counted(asking.files.length, "file")}, and pipelines that are running. Their runs go on with the
            code that they began with.
          </p>
          <ul>
            {asking.running.slice(0, 20).map((one) => (
              <li key={one.run}>
                {one.pipeline}, run {one.run}: {one.state}
              </li>
            ))}
          </ul>
        </Dialog>
      ) : null}
    </div>
  );
}

interface BranchesProps {
  readonly state: GitState;
  readonly work: Doing;
  readonly blocked: string | undefined;
  readonly onNew: () => void;
}

function Branches({ state, work, blocked, onNew }: BranchesProps) {
  const project = useProject();
  const { data } = useQuery(git.branches(project));
  const here = state.branch ?? (state.commit ? `at ${state.commit.slice(0, 8)}` : "no branch");
  const own = new Set(data?.items.filter((branch) => !branch.remote).map((branch) => branch.name));
  const others = (data?.items ?? []).filter(
    (branch) => !branch.current && !(branch.remote && own.has(branch.name.slice(branch.name.indexOf("/") + 1))),
  );
  return (
    <Menu
      button={
        <button type="button" className={styles.branch} aria-label={`Branch ${here}`}>
          <GitBranch size={15} strokeWidth={1.5} aria-hidden />
          <span className="ellipsis">{here}</span> <ChevronDown size={14} aria-hidden />
        </button>
      }
      entries={[
        {
          label: "New branch…",
          act: onNew,
          blocked: blocked ?? (state.commit ? undefined : "Commit something first."),
        },
        ...others.slice(0, MOST_BRANCHES).map((branch, index) => ({
          label: branch.name,
          blocked,
          act: () => void work.act(() => doing(project).switchTo(branch.name), `You are on ${branch.name}.`),
          ...(index === 0 ? { group: "Switch to" } : {}),
        })),
      ]}
    />
  );
}

interface NewBranchProps {
  readonly onName: (name: string) => Promise<boolean>;
  readonly onDone: () => void;
}

function NewBranch({ onName, onDone }: NewBranchProps) {
  const [name, setName] = useState("");
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && (await onName(name.trim()))) onDone();
  };
  return (
    <form className={styles.naming} onSubmit={(event) => void make(event)}>
      <input
        className={ui.input}
        aria-label="Name of the new branch"
        placeholder="feature/name"
        value={name}
        maxLength={200}
        autoFocus
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onDone();
        }}
      />
      <Button type="submit" blocked={name.trim() ? undefined : "Name it."}>
        Make it
      </Button>
      <Button look="bare" onClick={onDone}>
        Cancel
      </Button>
    </form>
  );
}
