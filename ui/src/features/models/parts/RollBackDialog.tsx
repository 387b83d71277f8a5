/** Back to the version that answered before, after one has seen what that means. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { type Endpoint, models } from "../api";
import { refusedBy } from "../model/words";
import styles from "../models.module.css";
import { useModelActs } from "../useModelActs";
import { Breaks, Findings, MetricTable } from "./Compared";

interface RollBackProps {
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
}

export function RollBackDialog({ endpoint, onClose }: RollBackProps) {
  const { model, version, previous, traffic } = endpoint;
  const project = useProject();
  const acts = useModelActs(model);
  const [reason, setReason] = useState("");
  const { data, error, refetch } = useQuery({
    ...models.comparison(project, model, version, previous ?? version),
    enabled: previous !== null,
  });
  // Only what could not be served stands in the way of going back.
  const firm = data?.findings.filter((finding) => finding.firm) ?? [];
  const why = previous === null ? "No version answered before." : (acts.blocked ?? refusedBy(firm, false));
  const form = useId();
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    if (await acts.rollBack(reason)) onClose();
  };
  return (
    <Dialog
      wide
      title={`Roll ${model} back to version ${previous ?? "…"}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="danger-filled" blocked={why} type="submit" form={form}>
            Roll back to version {previous ?? "…"}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.dialogForm} onSubmit={(event) => void go(event)}>
        {acts.wrong ? <Problem error={acts.wrong} what="It was not rolled back." /> : null}
        <p>
          Version {previous ?? "…"} answers every request again, version {version} none
          {traffic.challenger == null ? "" : `; challenger ${traffic.challenger} is taken out`}. Nobody is asked, and it
          can be taken back.
        </p>
        {error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <>
            <MetricTable comparison={data} first={`Version ${version}, now`} second={`Version ${previous}, then`} />
            <Breaks comparison={data} />
            <Findings findings={firm} />
          </>
        ) : previous === null ? null : (
          <Bones rows={4} />
        )}
        <TextField
          label="Why"
          hint="For the log."
          value={reason}
          maxLength={1000}
          autoComplete="off"
          onChange={(typed) => setReason(typed.target.value)}
        />
      </form>
    </Dialog>
  );
}
