/** What cannot be taken back, or concerns many runs, is asked about first: with how many, and which. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { announce } from "@/ui/toasts";
import { cancelRun, deleteRun, type RunSummary, retryRun } from "../api";
import styles from "../runs.module.css";

export type What = "cancel" | "retry" | "delete";

const ACTS: Record<What, (project: string, run: number) => Promise<unknown>> = {
  cancel: cancelRun,
  retry: (project, run) => retryRun(project, run, [], false),
  delete: deleteRun,
};

interface SureProps {
  readonly project: string;
  readonly what: What;
  readonly runs: readonly Pick<RunSummary, "id" | "pipeline">[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const VERBS: Record<What, { readonly word: string; readonly told: string }> = {
  cancel: { word: "Cancel", told: "Blocks that run are ended; what has finished stays." },
  retry: {
    word: "Retry",
    told: "Each goes on with today's code at what did not complete; what has finished stays.",
  },
  delete: {
    word: "Delete",
    told: "They are forgotten with their logs; what they gave goes when it is next cleaned up, unless something else refers to it. There is no way back.",
  },
};

export function Sure({ project, what, runs: those, onClose, onDone }: SureProps) {
  const queries = useQueryClient();
  const [wrong, setWrong] = useState<readonly unknown[]>([]);
  const [busy, setBusy] = useState(false);
  const { word: verb, told } = VERBS[what];
  const act = async () => {
    setBusy(true);
    const ended = await Promise.allSettled(those.map(({ id }) => ACTS[what](project, id)));
    setBusy(false);
    const failures = ended.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
    setWrong(failures);
    if (failures.length) return;
    announce(`${counted(those.length, "run")}: ${what === "delete" ? "deleted" : `asked to ${what}`}.`);
    if (what === "delete") await queries.invalidateQueries({ queryKey: ["runs", project] });
    onClose();
    onDone();
  };
  return (
    <Dialog
      title={`${verb} ${counted(those.length, "run")}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Leave them</Button>
          <Button
            look={what === "retry" ? "primary" : "danger-filled"}
            blocked={busy ? "It is being asked for." : undefined}
            onClick={() => void act()}
          >
            {verb} {counted(those.length, "run")}
          </Button>
        </>
      }
    >
      {wrong.map((error, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list that is only shown
        <Problem key={index} error={error} />
      ))}
      <p>{told}</p>
      <ul className={styles.those}>
        {those.slice(0, 20).map((run) => (
          <li key={run.id}>
            {run.pipeline} · run {run.id}
          </li>
        ))}
        {those.length > 20 ? <li>and {those.length - 20} more</li> : null}
      </ul>
    </Dialog>
  );
}
