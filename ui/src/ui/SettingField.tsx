/** A setting of a file: its value as it stands, where it comes from, and what it means. */
import type { components } from "@/api/client";
import { CheckField, SelectField, TextField } from "./Field";

export type Setting = components["schemas"]["SettingDocument"];

/** Which are written in one line; the rest is YAML's business and shown only. */
export function SettingField({
  setting,
  onChange,
}: {
  readonly setting: Setting;
  /** Null: the key is taken out. */
  readonly onChange: (value: unknown) => void;
}) {
  const { key, kind, value, source, line, meaning, choices } = setting;
  const from = line ? `line ${line}` : source === "default" ? "default" : `from the ${source}`;
  const hint = `${meaning.replaceAll("`", "")} (${from})`;
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
