/** The settings of a block: each with its value, where that comes from, and what it means. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { CheckField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { edit, type Setting, undoChange, workspaces } from "../api";
import styles from "../workspace.module.css";
import { BlockYaml } from "./BlockYaml";

interface SettingsSheetProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly refusal: string | undefined;
  readonly onClose: () => void;
}

export function SettingsSheet({ project, pipeline, block, refusal, onClose }: SettingsSheetProps) {
  const known = useQueryClient();
  const asked = workspaces.settings(project, pipeline, block);
  const { data, error, refetch } = useQuery(asked);
  const [changed, setChanged] = useState<Readonly<Record<string, unknown>>>({});
  const [wrong, setWrong] = useState<unknown>();
  const [asYaml, setAsYaml] = useState(false);
  const form = "block-settings";
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      const done = await edit(project, pipeline).set(block, changed);
      const { change } = done;
      const again = () => known.invalidateQueries({ queryKey: asked.queryKey });
      const undo = (number: number) => () => {
        undoChange(project, number).then(again, (problem: Error) => tell(`Not taken back: ${problem.message}`));
      };
      tell(`Settings of ${block} saved`, change === null ? undefined : undo(change));
      await again();
      onClose();
    } catch (problem) {
      setWrong(problem);
    }
  };
  const count = Object.keys(changed).length;
  return (
    <Sheet
      title={`Settings of ${block}`}
      onClose={onClose}
      foot={
        <>
          {data ? (
            <Link to="/files/$" params={{ _splat: data.path }} className={styles.yamlLink}>
              Whole file
            </Link>
          ) : null}
          <span className={styles.grow} />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            look="primary"
            blocked={refusal ?? (count || asYaml ? undefined : "Nothing was changed.")}
          >
            Save
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      <div role="tablist" aria-label="How to edit" className={styles.sheetTabs}>
        {(["Settings", "YAML"] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={asYaml === (name === "YAML")}
            className={styles.sideTab}
            onClick={() => setAsYaml(name === "YAML")}
          >
            {name}
          </button>
        ))}
      </div>
      {asYaml ? (
        <BlockYaml {...{ project, pipeline, block, refusal, form }} onSaved={onClose} />
      ) : data ? (
        <form id={form} className={styles.settings} onSubmit={(event) => void save(event)}>
          {data.settings.map((setting) => (
            <SettingField
              // A field holds what is typed; another value from the server is another field.
              key={`${setting.key} ${JSON.stringify(setting.value)}`}
              setting={setting}
              onChange={(value) => setChanged({ ...changed, [setting.key]: value })}
            />
          ))}
        </form>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={10} />
      )}
    </Sheet>
  );
}

/** Which are written in one line; the rest is YAML's business and shown only. */
function SettingField({
  setting,
  onChange,
}: {
  readonly setting: Setting;
  readonly onChange: (value: unknown) => void;
}) {
  const { key, kind, value, source, line, meaning, choices } = setting;
  const from = line ? `line ${line}` : source === "default" ? "default" : `from the ${source}`;
  const hint = `${meaning} (${from})`;
  const label = key.replaceAll("_", " ").replaceAll(".", " · ");
  if (kind === "true or false")
    return (
      <CheckField
        label={label}
        hint={hint}
        defaultChecked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  if (kind === "choice")
    return (
      <SelectField
        label={label}
        hint={hint}
        defaultValue={String(value ?? "")}
        options={["", ...choices].map((choice) => ({ value: choice, label: choice || "default" }))}
        onChange={(event) => onChange(event.target.value || null)}
      />
    );
  const plain = typeof value === "string" || typeof value === "number" || value === null || value === undefined;
  const number = kind === "number" || kind === "whole number";
  return (
    <TextField
      label={label}
      hint={hint}
      defaultValue={plain ? String(value ?? "") : JSON.stringify(value)}
      type={number ? "number" : "text"}
      step={kind === "number" ? "any" : undefined}
      list={choices.length ? `choices-${key}` : undefined}
      autoComplete="off"
      onChange={({ target }) =>
        onChange(
          target.value === "" ? null : number ? Number(target.value) : plain ? target.value : parsed(target.value),
        )
      }
    />
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // the server says what is wrong with it
  }
}
