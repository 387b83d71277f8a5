/** A block run with variables of this one time; those of the pipeline stay as they are. */
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { VariablesField } from "@/ui/VariablesField";
import { type Variable, variablesFrom } from "@/ui/values";
import type { Actions } from "../useActions";
import styles from "../workspace.module.css";

interface RunWithSheetProps {
  readonly block: string;
  readonly actions: Actions;
  readonly onClose: () => void;
}

const FORM = "run-with-variables";

export function RunWithSheet({ block, actions, onClose }: RunWithSheetProps) {
  const [rows, setRows] = useState<readonly Variable[]>([{ name: "", value: "" }]);
  const [wrong, setWrong] = useState<string>();
  const run = (event: FormEvent) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    const variables = variablesFrom(rows, found);
    setWrong(found.variables);
    if (found.variables) return;
    onClose();
    void actions.run([block], "stale_upstream", undefined, variables);
  };
  return (
    <Sheet
      title={`Run ${block} with variables`}
      onClose={onClose}
      foot={
        <>
          <span className={styles.grow} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM} look="primary" blocked={actions.runRefusal}>
            Run
          </Button>
        </>
      }
    >
      <form id={FORM} className={styles.settings} onSubmit={run}>
        <VariablesField
          label="Variables"
          hint="They go before those of the pipeline, in this run only."
          rows={rows}
          onRows={setRows}
          wrong={wrong}
        />
      </form>
    </Sheet>
  );
}
