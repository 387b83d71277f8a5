/** What chooses the rows of every chart of the page. */
import { useEffect, useState } from "react";
import { Button } from "@/ui/Button";
import type { PageVariable } from "./api";
import styles from "./dashboards.module.css";
import { chosenWith, valuesOf } from "./model/variables";

interface VariablesBarProps {
  readonly variables: readonly PageVariable[];
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly chosen: readonly string[];
  readonly onChosen: (chosen: readonly string[]) => void;
}

export function VariablesBar({ variables, choices, chosen, onChosen }: VariablesBarProps) {
  return (
    <div className={styles.variables} role="group" aria-label="Rows that are shown">
      {variables.map((variable) => (
        <OneVariable
          key={variable.name}
          variable={variable}
          choices={choices[variable.name] ?? variable.values}
          values={valuesOf(chosen, variable)}
          onValues={(values) => onChosen(chosenWith(chosen, variable, values))}
        />
      ))}
      {chosen.length ? (
        <Button look="bare" onClick={() => onChosen([])}>
          As usual
        </Button>
      ) : null}
    </div>
  );
}

interface OneVariableProps {
  readonly variable: PageVariable;
  readonly choices: readonly string[];
  readonly values: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
}

function OneVariable({ variable, choices, values, onValues }: OneVariableProps) {
  const { name, type } = variable;
  if (type === "choice") return <Choice name={name} choices={choices} values={values} onValues={onValues} />;
  if (type === "text")
    return <Typed label={name} type="search" value={values[0] ?? ""} onValue={(value) => onValues([value])} />;
  return (
    <span className={styles.stretch} role="group" aria-label={name}>
      <Typed
        label={`${name} from`}
        type={type}
        value={values[0] ?? ""}
        onValue={(value) => onValues([value, values[1] ?? ""])}
      />
      <Typed label="to" type={type} value={values[1] ?? ""} onValue={(value) => onValues([values[0] ?? "", value])} />
    </span>
  );
}

const ALL = "";
const SEVERAL = "\n";

function Choice({ name, choices, values, onValues }: Omit<OneVariableProps, "variable"> & { readonly name: string }) {
  const known = [...new Set([...choices, ...values])];
  return (
    <label>
      {name}
      <select
        value={values.length > 1 ? SEVERAL : (values[0] ?? ALL)}
        onChange={({ target }) => target.value !== SEVERAL && onValues(target.value === ALL ? [] : [target.value])}
      >
        <option value={ALL}>all</option>
        {values.length > 1 ? <option value={SEVERAL}>{values.join(", ")}</option> : null}
        {known.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
}

const REST_MS = 400;

interface TypedProps {
  readonly label: string;
  readonly type: "search" | "number" | "date";
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** Told once typing rests: every chart is asked for anew. */
function Typed({ label, type, value, onValue }: TypedProps) {
  const [typed, setTyped] = useState<string>();
  useEffect(() => {
    if (typed === undefined || typed === value) return;
    const timer = setTimeout(() => {
      onValue(typed);
      setTyped(undefined);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onValue]);
  return (
    <label>
      {label}
      <input type={type} step="any" value={typed ?? value} onChange={({ target }) => setTyped(target.value)} />
    </label>
  );
}
