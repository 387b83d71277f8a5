import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { doing, type GitStash, git } from "./api";
import styles from "./git.module.css";
import type { Doing } from "./useDoing";

export function Stashes({ work }: { readonly work: Doing }) {
  const project = useProject();
  const refusal = useRefusal("edit") ?? (work.busy ? "Something is being done." : undefined);
  const [leaving, setLeaving] = useState<GitStash>();
  const { data, error, refetch } = useQuery(git.stashes(project));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={3} />;
  if (!data.items.length) return <p className={styles.none}>Nothing was put away.</p>;
  const { pop, drop } = doing(project);
  return (
    <>
      <ul className={styles.commits} aria-label="Put away">
        {data.items.map((stash) => (
          <li key={stash.commit}>
            <span className={styles.subject}>{stash.subject}</span>
            <span className={styles.row}>
              <span className="hint">
                <Ago at={stash.time} />
              </span>
              <span className={styles.grow} />
              <Button look="bare" blocked={refusal} onClick={() => void work.act(() => pop(stash), "It is back.")}>
                Bring back
              </Button>
              <Button look="bare" blocked={refusal} onClick={() => setLeaving(stash)}>
                Delete…
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {leaving ? (
        <Dialog
          title="Delete what was put away?"
          onClose={() => setLeaving(undefined)}
          foot={
            <>
              <Button onClick={() => setLeaving(undefined)}>Cancel</Button>
              <Button
                look="danger-filled"
                onClick={() => {
                  void work.act(() => drop(leaving), "It is deleted.");
                  setLeaving(undefined);
                }}
              >
                Delete
              </Button>
            </>
          }
        >
          <p>{leaving.subject}: these changes are in no commit and cannot be brought back.</p>
        </Dialog>
      ) : null}
    </>
  );
}
