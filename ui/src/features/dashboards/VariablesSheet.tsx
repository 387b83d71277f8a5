/** What the dashboard is called, and the variables of its page. */
import { Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import type { DashboardDocument, PageVariable } from "./api";
import styles from "./dashboards.module.css";

const TYPES = ["choice", "text", "number", "date"] as const;
const NEW: PageVariable = { name: "", column: "", type: "choice", values: [], default: [] };

interface VariablesSheetProps {
  readonly dashboard: DashboardDocument;
  readonly onDone: (changed: Pick<DashboardDocument, "name" | "description" | "variables"> | undefined) => void;
}

export function VariablesSheet({ dashboard, onDone }: VariablesSheetProps) {
  const [name, setName] = useState(dashboard.name);
  const [description, setDescription] = useState(dashboard.description);
  const [variables, setVariables] = useState<readonly PageVariable[]>(dashboard.variables);
  const names = variables.map((one) => one.name.trim());
  const wanting = !name.trim()
    ? "Give the dashboard a name."
    : names.includes("") || new Set(names).size < names.length
      ? "Each variable needs a name of its own."
      : "";
  const change = (index: number, part: Partial<PageVariable>) =>
    setVariables(variables.map((one, place) => (place === index ? { ...one, ...part } : one)));
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (wanting) return;
    const told = variables.map((one) => ({
      ...one,
      name: one.name.trim(),
      column: one.column.trim() || one.name.trim(),
    }));
    onDone({ name: name.trim(), description: description.trim(), variables: told });
  };
  return (
    <Sheet
      title="Name and variables"
      onClose={() => onDone(undefined)}
      foot={
        <>
          <span className={styles.grow} />
          <Button onClick={() => onDone(undefined)}>Cancel</Button>
          <Button type="submit" form="variables" look="primary" blocked={wanting || undefined}>
            Take over
          </Button>
        </>
      }
    >
      <form id="variables" className={styles.form} onSubmit={save}>
        <TextField label="Name" value={name} maxLength={200} onChange={({ target }) => setName(target.value)} />
        <TextField
          label="What for"
          value={description}
          maxLength={2000}
          onChange={({ target }) => setDescription(target.value)}
        />
        <fieldset className={styles.fields}>
          <legend>Variables: each chooses the rows of every chart whose data has the column.</legend>
          {variables.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are told apart by their place while they are named
            <div key={index} className={styles.variable}>
              <input
                aria-label={`Name of variable ${index + 1}`}
                placeholder="Name"
                value={one.name}
                onChange={({ target }) => change(index, { name: target.value })}
              />
              <input
                aria-label={`Column of variable ${index + 1}`}
                placeholder={one.name || "Column"}
                value={one.column}
                onChange={({ target }) => change(index, { column: target.value })}
              />
              <select
                aria-label={`Type of variable ${index + 1}`}
                value={one.type}
                onChange={({ target }) => {
                  const type = TYPES.find((each) => each === target.value);
                  if (type) change(index, { type, default: [] });
                }}
              >
                {TYPES.map((type) => (
                  <option key={type}>{type}</option>
                ))}
              </select>
              <IconButton
                label={`Without variable ${index + 1}`}
                onClick={() => setVariables(variables.filter((_, place) => place !== index))}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </div>
          ))}
          <Button
            look="bare"
            icon={<Plus size={14} aria-hidden />}
            blocked={variables.length >= 20 ? "Twenty are the most." : undefined}
            onClick={() => setVariables([...variables, NEW])}
          >
            Add variable
          </Button>
        </fieldset>
      </form>
    </Sheet>
  );
}
