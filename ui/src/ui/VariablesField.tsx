/** Variables as rows of name and value. A value that reads as JSON is that, anything else is text. */
import { Plus, X } from "lucide-react";
import { useId } from "react";
import { Button, IconButton } from "./Button";
import ui from "./parts.module.css";
import { parsed, type Variable } from "./values";
import styles from "./variables.module.css";

interface VariablesFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly rows: readonly Variable[];
  readonly onRows: (rows: readonly Variable[]) => void;
  readonly wrong?: string | undefined;
}

export function VariablesField({ label, hint, rows, onRows, wrong }: VariablesFieldProps) {
  const under = useId();
  const change = (at: number, changed: Partial<Variable>) =>
    onRows(rows.map((row, index) => (index === at ? { ...row, ...changed } : row)));
  return (
    <fieldset className={styles.fieldset} aria-describedby={under}>
      <legend className={ui.legend}>{label}</legend>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name than its place
        <div key={index} className={styles.variable}>
          <input
            className={`${ui.input} mono`}
            aria-label={`Name of variable ${index + 1}`}
            placeholder="name"
            value={row.name}
            autoComplete="off"
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <input
            className={`${ui.input} mono`}
            aria-label={`Value of variable ${row.name || index + 1}`}
            placeholder="value"
            value={row.value}
            autoComplete="off"
            onChange={(event) => change(index, { value: event.target.value })}
          />
          <span className={`hint ${styles.typed}`}>{typeOf(row.value)}</span>
          <IconButton
            label={`Remove variable ${row.name || index + 1}`}
            onClick={() => onRows(rows.filter((_, each) => each !== index))}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          look="bare"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onRows([...rows, { name: "", value: "" }])}
        >
          Add a variable
        </Button>
      </div>
      <div id={under} className={wrong ? ui.wrong : ui.under}>
        {wrong || hint}
      </div>
    </fieldset>
  );
}

function typeOf(value: string): string {
  if (!value.trim()) return "text";
  const found = parsed(value);
  if (typeof found === "symbol" || typeof found === "string") return "text";
  if (found === null) return "null";
  if (Array.isArray(found)) return "list";
  return typeof found === "number" ? "number" : typeof found === "boolean" ? "yes/no" : "mapping";
}
