/** What a block gave in this very run, read only: each of its outputs by its name. */
import { OutputView as OneOutput, type OutputPlace } from "@/features/outputs";
import { Empty } from "@/ui/blocks";
import type { BlockRun } from "../model/rows";
import styles from "../run.module.css";

interface OutputViewProps {
  readonly project: string;
  readonly run: number;
  readonly row: BlockRun;
  readonly name: string | undefined;
  readonly onName?: (name: string) => void;
}

export function OutputView({ project, run, row, name, onName }: OutputViewProps) {
  const output = row.outputs.find((each) => each.name === name) ?? row.outputs[0];
  if (!output) {
    return <Empty>{row.state === "completed" ? `${row.id} gave nothing.` : `${row.id} has given nothing yet.`}</Empty>;
  }
  const place: OutputPlace = { project, run, block: row.id, name: output.name, version: output.digest };
  return (
    <div className={styles.column}>
      {row.outputs.length > 1 && onName ? (
        <div className={styles.choices}>
          {row.outputs.map((each) => (
            <button
              key={each.name}
              type="button"
              className={styles.choice}
              aria-pressed={each.name === output.name}
              onClick={() => onName(each.name)}
            >
              {each.name}
            </button>
          ))}
        </div>
      ) : null}
      <OneOutput key={`${row.id} ${output.name}`} place={place} label={`Output ${output.name} of ${row.id}`} />
    </div>
  );
}
