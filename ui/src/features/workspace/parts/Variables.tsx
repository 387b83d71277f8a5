/** The variables of the pipeline, changed in their place. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, taken } from "@/api/client";
import { Button } from "@/ui/Button";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { type WorkspaceDocument, workspaces } from "../api";
import styles from "../workspace.module.css";

interface VariablesProps {
  readonly project: string;
  readonly document: WorkspaceDocument;
  readonly refusal: string | undefined;
}

export function Variables({ project, document, refusal }: VariablesProps) {
  const known = useQueryClient();
  const [wrong, setWrong] = useState<unknown>();
  const set = async (name: string, typed: string) => {
    setWrong(undefined);
    try {
      await taken(
        api.PUT("/api/v1/projects/{project}/pipelines/{pipeline}/variables/{name}", {
          params: { path: { project, pipeline: document.uuid, name } },
          body: { value: asValue(typed) },
        }),
      );
      await known.invalidateQueries({ queryKey: workspaces.one(project, document.uuid).queryKey });
    } catch (error) {
      setWrong(error);
    }
  };
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    void set(String(fields.get("name")).trim(), String(fields.get("value"))).then(() => form.reset());
  };
  const entries = Object.entries(document.variables);
  return (
    <div className={styles.sideBody}>
      {wrong ? <Problem error={wrong} /> : null}
      {entries.length === 0 ? (
        <p className="quiet">A block gets variables as keyword arguments: the same code for test and production.</p>
      ) : null}
      {entries.map(([name, value]) => (
        <label key={name} className={styles.variable}>
          <span className="ellipsis">{name}</span>
          <input
            className={ui.input}
            defaultValue={written(value)}
            key={written(value)}
            readOnly={refusal !== undefined}
            title={refusal}
            onBlur={(event) => event.target.value !== written(value) && void set(name, event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          />
        </label>
      ))}
      {refusal ? null : (
        <form className={styles.newVariable} onSubmit={add}>
          <input className={ui.input} name="name" placeholder="Name" aria-label="Name of a new variable" required />
          <input className={ui.input} name="value" placeholder="Value" aria-label="Its value" />
          <Button type="submit">Add</Button>
        </form>
      )}
    </div>
  );
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A number, a list, true: as JSON; anything else is text. */
function asValue(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}
