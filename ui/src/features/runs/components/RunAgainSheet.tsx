/** A run once more, as a new one, with other variables: what each is stands beside it while it is typed. */
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import ui from "@/ui/parts.module.css";
import { VariablesField } from "@/ui/VariablesField";
import { type Variable, variablesFrom, variablesOf } from "@/ui/values";
import type { RunDetail } from "../api";
import styles from "../run.module.css";
import type { RunActs } from "../useRunActs";

interface RunAgainSheetProps {
  readonly run: RunDetail;
  readonly acts: RunActs;
  readonly onClose: () => void;
}

const FORM = "run-again";

export function RunAgainSheet({ run, acts, onClose }: RunAgainSheetProps) {
  const [rows, setRows] = useState<readonly Variable[]>(() => {
    const known = variablesOf(run.variables);
    return known.length ? known : [{ name: "", value: "" }];
  });
  const [sameCode, setSameCode] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const start = (event: FormEvent) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    const variables = variablesFrom(rows, found);
    setWrong(found.variables);
    if (!found.variables) acts.againWith({ ...variables }, sameCode);
  };
  return (
    <Sheet
      title={`Run ${run.pipeline} again`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM} look="primary" blocked={acts.blocked}>
            Start a new run
          </Button>
        </>
      }
    >
      <form id={FORM} className={styles.again} onSubmit={start}>
        <VariablesField
          label="Variables"
          hint={`As they were in run ${run.id}. A value that reads as JSON is that, anything else is text.`}
          rows={rows}
          onRows={setRows}
          wrong={wrong}
        />
        <fieldset className={styles.ways}>
          <legend className={ui.legend}>Code</legend>
          <label>
            <input type="radio" name="code" checked={!sameCode} onChange={() => setSameCode(false)} /> As it is today
          </label>
          <label>
            <input type="radio" name="code" checked={sameCode} onChange={() => setSameCode(true)} /> As it was in run{" "}
            {run.id}, with its inputs and dates
          </label>
        </fieldset>
      </form>
    </Sheet>
  );
}
