/** Which parameters and metrics stand in the list. */
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { CheckField } from "@/ui/Field";
import styles from "../experiments.module.css";
import { type ColumnName, nameOf } from "../model/columns";

interface ColumnsSheetProps {
  readonly known: readonly ColumnName[];
  readonly varying: readonly ColumnName[];
  readonly shown: readonly ColumnName[];
  /** Nobody has chosen. */
  readonly usual: boolean;
  readonly onShown: (shown: ColumnName[] | undefined) => void;
  readonly onClose: () => void;
}

export function ColumnsSheet({ known, varying, shown, usual, onShown, onClose }: ColumnsSheetProps) {
  const all = [...new Set([...known, ...shown])];
  const toggle = (column: ColumnName) =>
    // In the order in which they are known, whichever was chosen first.
    onShown(all.filter((each) => (each === column ? !shown.includes(each) : shown.includes(each))));
  return (
    <Sheet
      title="Columns"
      onClose={onClose}
      foot={
        <>
          <Button blocked={usual ? "It is so already." : undefined} onClick={() => onShown(undefined)}>
            What varies
          </Button>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {(["params", "metrics"] as const).map((kind) => {
        const mine = all.filter((column) => column.startsWith(`${kind}.`));
        return mine.length ? (
          <fieldset key={kind} className={styles.fieldset}>
            <legend>{kind === "params" ? "Parameters" : "Metrics"}</legend>
            {mine.map((column) => (
              <CheckField
                key={column}
                label={nameOf(column)}
                hint={varying.includes(column) ? undefined : "the same in all runs"}
                checked={shown.includes(column)}
                onChange={() => toggle(column)}
              />
            ))}
          </fieldset>
        ) : null;
      })}
    </Sheet>
  );
}
