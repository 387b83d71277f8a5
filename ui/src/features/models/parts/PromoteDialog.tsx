/** Another version is to answer: what the checks say and what would change, before it does. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { CheckField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { type Endpoint, models } from "../api";
import { canForce, refusedBy } from "../model/words";
import styles from "../models.module.css";
import { useModelActs } from "../useModelActs";
import { Breaks, Findings, MetricTable } from "./Compared";

interface PromoteProps {
  readonly model: string;
  readonly version: number;
  readonly endpoint: Endpoint | null;
  readonly onClose: () => void;
}

export function PromoteDialog({ model, version, endpoint, onClose }: PromoteProps) {
  const project = useProject();
  const acts = useModelActs(model);
  const [force, setForce] = useState(false);
  const [reason, setReason] = useState("");
  const before = endpoint?.version ?? version;
  const { data, error, refetch } = useQuery(models.comparison(project, model, before, version));
  const asks = data?.rules.approval ?? false;
  const why =
    acts.blocked ?? (data ? refusedBy(data.findings, force) : error ? undefined : "The checks are being made.");
  const form = useId();
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (why) return;
    if (await acts.promote(version, force, reason)) onClose();
  };
  const act = asks ? `Ask for version ${version}` : `Promote version ${version}`;
  return (
    <Dialog
      wide
      title={`Promote ${model} version ${version}?`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" blocked={why} type="submit" form={form}>
            {act}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.dialogForm} onSubmit={(event) => void go(event)}>
        {acts.wrong ? <Problem error={acts.wrong} what="It was not promoted." /> : null}
        <p>
          {asks
            ? `The project wants a person's word: your wish waits until an admin agrees, and then version ${version} answers every request.`
            : `Version ${version} answers every request${endpoint ? `, version ${endpoint.version} none` : ""}.`}
          {endpoint && endpoint.traffic.challenger != null
            ? ` The ${endpoint.traffic.mode} with version ${endpoint.traffic.challenger} ends.`
            : ""}
        </p>
        {error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <>
            <h3>Checks</h3>
            <Findings findings={data.findings} />
            <h3>Metrics</h3>
            <MetricTable
              comparison={data}
              first={endpoint ? `Version ${before}, now` : `Version ${before}`}
              second={`Version ${version}`}
            />
            <Breaks comparison={data} />
            {canForce(data.findings) ? (
              <CheckField
                label="Promote it although checks do not hold"
                hint={
                  asks
                    ? "An admin is asked, and a check that does not hold then stops it."
                    : "The log keeps that it was forced, and by whom."
                }
                checked={force}
                onChange={(typed) => setForce(typed.target.checked)}
              />
            ) : null}
          </>
        ) : (
          <Bones rows={6} />
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
