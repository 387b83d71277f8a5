/** All triggers of the project paused: said where people look, with the reason, and resumed in one click. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CirclePause } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { type Pause, pauseAll, resumeAll } from "./api";
import styles from "./triggers.module.css";

/** What is shown of triggers anywhere is other than before. */
function useAgain(): () => void {
  const known = useQueryClient();
  return () => {
    void known.invalidateQueries({ queryKey: ["triggers"] });
    void known.invalidateQueries({ queryKey: ["overview"] });
  };
}

export function PausedBar({ pause }: { readonly pause: Pause }) {
  const project = useProject();
  const again = useAgain();
  const refusal = useRefusal("edit");
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => resumeAll(project),
    onSuccess: () => {
      tell("Triggers fire again.", () => void pauseAll(project, pause.reason).then(again));
      again();
    },
  });
  if (!pause.paused) return null;
  return (
    <section className={styles.allPaused} aria-label="All triggers are paused">
      <CirclePause size={16} strokeWidth={1.5} aria-hidden />
      <p>
        <strong>All triggers are paused:</strong> {pause.reason}{" "}
        <span className="quiet">
          {pause.by}, <Ago at={pause.since} />
        </span>
      </p>
      <Button blocked={refusal ?? (isPending ? "It is being asked for." : undefined)} onClick={() => mutate()}>
        Resume triggers
      </Button>
      {error ? <Problem error={error} /> : null}
    </section>
  );
}

export function PauseDialog({ onClose }: { readonly onClose: () => void }) {
  const project = useProject();
  const again = useAgain();
  const [reason, setReason] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => pauseAll(project, reason.trim()),
    onSuccess: () => {
      tell("All triggers are paused.", () => void resumeAll(project).then(again));
      again();
      onClose();
    },
  });
  const blocked = reason.trim() ? (isPending ? "It is being asked for." : undefined) : "Say why first.";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked) mutate();
  };
  return (
    <Dialog
      title={`Pause all triggers of ${project}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="pause-all" look="primary" blocked={blocked}>
            Pause all triggers
          </Button>
        </>
      }
    >
      <form id="pause-all" className={styles.form} onSubmit={submit}>
        {error ? <Problem error={error} /> : null}
        <p>
          Nothing starts by itself until they are resumed: no schedule, no call with a token, no event. Runs that have
          begun go on, and people may start runs. What came due meanwhile is judged by each trigger's misfire rule then.
        </p>
        <TextField
          label="Reason"
          hint="Shown to everybody on Home and here."
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
