/** The inputs of a form, each by its kind, in the rows that the form says. */
import { Plus, X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Button, IconButton } from "@/ui/Button";
import { AreaField, CheckField, SelectField, TextField } from "@/ui/Field";
import ui from "@/ui/parts.module.css";
import type { FormDocument, FormInput, Inputs } from "./api";
import styles from "./interactions.module.css";
import { type FilledFile, LARGEST_FILE, type Row } from "./values";

interface FormFieldsProps {
  readonly form: FormDocument;
  readonly values: Inputs;
  readonly wrong: Readonly<Record<string, string>>;
  readonly onChange: (variable: string, value: unknown) => void;
}

export function FormFields({ form, values, wrong, onChange }: FormFieldsProps) {
  return form.rows.map((row) => (
    <div
      key={row.map(({ variable }) => variable).join(" ")}
      className={styles.row}
      style={{ "--columns": row.map(({ width }) => `minmax(0, ${width}fr)`).join(" ") } as React.CSSProperties}
    >
      {row.map(({ variable }) => {
        const input = form.fields.find((each) => each.variable === variable);
        return input ? (
          <Field
            key={variable}
            input={input}
            value={values[variable]}
            wrong={wrong[variable]}
            onChange={(value) => onChange(variable, value)}
          />
        ) : null;
      })}
    </div>
  ));
}

interface FieldProps {
  readonly input: FormInput;
  readonly value: unknown;
  readonly wrong: string | undefined;
  readonly onChange: (value: unknown) => void;
}

function Field({ input, value, wrong, onChange }: FieldProps) {
  const common = {
    label: input.required ? `${input.title} (needed)` : input.title,
    hint: hintOf(input),
    wrong,
    disabled: input.disabled,
    name: input.variable,
  };
  const text = typeof value === "string" ? value : "";
  switch (input.kind) {
    case "switch":
      return (
        <Judged wrong={wrong}>
          <CheckField
            label={common.label}
            hint={common.hint}
            disabled={input.disabled}
            checked={value === true || value === "true"}
            onChange={(event) => onChange(event.target.checked)}
          />
        </Judged>
      );
    case "choice":
      return (
        <SelectField
          {...common}
          value={String(input.options.findIndex((option) => option.value === value))}
          options={[
            { value: "-1", label: "Choose…" },
            ...input.options.map((option, index) => ({ value: String(index), label: option.label })),
          ]}
          onChange={(event) => onChange(input.options[Number(event.target.value)]?.value)}
        />
      );
    case "file":
      return <FileInput {...common} file={value as FilledFile | undefined} onChange={onChange} />;
    case "table":
      return (
        <TableInput
          input={input}
          rows={(value as readonly Row[] | undefined) ?? []}
          wrong={wrong}
          onChange={onChange}
        />
      );
    case "code":
      return (
        <AreaField
          {...common}
          rows={5}
          spellCheck={false}
          style={{ fontFamily: "var(--mono)" }}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return input.multiline ? (
        <AreaField {...common} rows={4} value={text} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <TextField
          {...common}
          type={TYPES[input.kind] ?? "text"}
          step={input.kind === "number" ? "any" : undefined}
          autoComplete="off"
          value={text}
          className={input.monospace ? "mono" : ""}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

const TYPES: Readonly<Record<string, string>> = { number: "number", date: "date", datetime: "datetime-local" };

function hintOf(input: FormInput): string {
  const own = input.default;
  const known = own !== null && own !== undefined && own !== "" && input.kind !== "switch";
  const left =
    known && !input.disabled ? `Left empty: ${typeof own === "object" ? JSON.stringify(own) : String(own)}.` : "";
  return [input.description, left, input.disabled ? "It is fixed here." : ""].filter(Boolean).join(" ");
}

function Judged({ wrong, children }: { readonly wrong: string | undefined; readonly children: ReactNode }) {
  return (
    <div className={ui.field}>
      {children}
      {wrong ? <div className={ui.wrong}>{wrong}</div> : null}
    </div>
  );
}

interface FileInputProps {
  readonly label: string;
  readonly hint: string;
  readonly wrong: string | undefined;
  readonly disabled: boolean;
  readonly file: FilledFile | undefined;
  readonly onChange: (value: unknown) => void;
}

function FileInput({ label, hint, wrong, disabled, file, onChange }: FileInputProps) {
  const read = (chosen: File | undefined) => {
    if (!chosen) onChange(undefined);
    else void chosen.text().then((text) => onChange({ name: chosen.name, text } satisfies FilledFile));
  };
  const size = file ? `${file.name}, ${Math.max(1, Math.round(file.text.length / 1024))} KiB.` : "";
  const large = file && file.text.length > LARGEST_FILE ? `It has more than ${LARGEST_FILE / 1024} KiB.` : undefined;
  return (
    <TextField
      type="file"
      label={label}
      hint={[hint, size].filter(Boolean).join(" ") || `A file of text, at most ${LARGEST_FILE / 1024} KiB.`}
      wrong={wrong ?? large}
      disabled={disabled}
      onChange={(event) => read(event.target.files?.[0])}
    />
  );
}

interface TableInputProps {
  readonly input: FormInput;
  readonly rows: readonly Row[];
  readonly wrong: string | undefined;
  readonly onChange: (value: unknown) => void;
}

const MOST_ROWS = 1_000;

/** Rows are typed, or pasted from a spreadsheet into a cell. */
function TableInput({ input, rows, wrong, onChange }: TableInputProps) {
  const under = useId();
  const columns = input.columns.length ? input.columns : ["value"];
  const shown = rows.length ? rows : [{}];
  const change = (at: number, column: string, value: string) =>
    onChange(shown.map((row, index) => (index === at ? { ...row, [column]: typed(value) } : row)));
  const paste = (at: number, column: string, text: string) => {
    const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
    const first = columns.indexOf(column);
    const next = [...shown];
    lines.slice(0, MOST_ROWS).forEach((line, offset) => {
      const row: Record<string, unknown> = { ...next[at + offset] };
      line.split("\t").forEach((cell, place) => {
        const name = columns[first + place];
        if (name) row[name] = typed(cell);
      });
      next[at + offset] = row;
    });
    onChange(next.slice(0, MOST_ROWS));
  };
  return (
    <fieldset className={styles.table} disabled={input.disabled} aria-describedby={under}>
      <legend className={ui.legend}>{input.required ? `${input.title} (needed)` : input.title}</legend>
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name than its place
              <tr key={index}>
                {columns.map((column) => (
                  <td key={column}>
                    <input
                      className={ui.input}
                      aria-label={`${column}, row ${index + 1}`}
                      autoComplete="off"
                      value={String(row[column] ?? "")}
                      onChange={(event) => change(index, column, event.target.value)}
                      onPaste={(event) => {
                        const text = event.clipboardData.getData("text");
                        if (!/[\t\n]/.test(text)) return;
                        event.preventDefault();
                        paste(index, column, text);
                      }}
                    />
                  </td>
                ))}
                <td>
                  <IconButton
                    label={`Remove row ${index + 1}`}
                    onClick={() => onChange(shown.filter((_, each) => each !== index))}
                  >
                    <X size={14} aria-hidden />
                  </IconButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div>
        <Button look="bare" icon={<Plus size={14} aria-hidden />} onClick={() => onChange([...shown, {}])}>
          Add a row
        </Button>
      </div>
      <div id={under} className={wrong ? ui.wrong : ui.under}>
        {wrong || input.description || "Rows can be pasted from a spreadsheet."}
      </div>
    </fieldset>
  );
}

/** A cell that reads as a number is one. */
function typed(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}
