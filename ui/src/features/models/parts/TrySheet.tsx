/** Ask a model as its callers do: fields from its signature, answered by whichever version the traffic gives. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { AreaField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { announce } from "@/ui/toasts";
import { isRecord, NOT_JSON, parsed } from "@/ui/values";
import { type Answer, models, predict, type Version } from "../api";
import { type Field, type Row, rowOf, type Typed, typedOf } from "../model/trying";
import styles from "../models.module.css";

interface TryProps {
  readonly model: string;
  readonly onClose: () => void;
}

const FORM = "try-model";

export function TrySheet({ model, onClose }: TryProps) {
  const { data, error, refetch } = useQuery(models.version(useProject(), model, "champion"));
  const refusal = useRefusal("run");
  return (
    <Sheet
      title={`Try ${model}`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" form={FORM} look="primary" blocked={refusal}>
            Predict
          </Button>
        </>
      }
    >
      <p className="hint">It is answered, counted and kept as every other request.</p>
      {data ? (
        <Asked version={data} />
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={4} />
      )}
    </Sheet>
  );
}

function Asked({ version }: { readonly version: Version }) {
  const { model, signature, example } = version;
  const project = useProject();
  const known = useQueryClient();
  const fields = signature?.inputs ?? [];
  const [typed, setTyped] = useState<Typed>(() => typedOf(fields, example));
  const [whole, setWhole] = useState(() => JSON.stringify(example[0] ?? {}, null, 1));
  const [told, setTold] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<unknown>();
  const [answer, setAnswer] = useState<Answer>();
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    const { row, wrong: mistakes } = signature ? rowOf(fields, typed) : rowFrom(whole);
    setTold(mistakes);
    setWrong(undefined);
    if (Object.keys(mistakes).length) return;
    try {
      const found = await predict(project, model, row);
      setAnswer(found);
      announce(`Version ${found.version} answers ${JSON.stringify(found.predictions[0])}.`);
      await known.invalidateQueries({ queryKey: ["models", project, "endpoints"] });
    } catch (error) {
      setAnswer(undefined);
      setWrong(error);
    }
  };
  return (
    <form id={FORM} className={styles.section} onSubmit={(event) => void ask(event)}>
      {signature ? (
        fields.map((field) => (
          <FieldOf
            key={field.name}
            field={field}
            value={typed[field.name] ?? ""}
            wrong={told[field.name]}
            onChange={(text) => setTyped({ ...typed, [field.name]: text })}
          />
        ))
      ) : (
        <AreaField
          label="A row as JSON"
          hint="The version has no signature: the row is handed over as it is."
          rows={8}
          value={whole}
          wrong={told.row}
          onChange={({ target }) => setWhole(target.value)}
        />
      )}
      {wrong ? <Problem error={wrong} /> : null}
      {answer ? (
        <dl className={styles.pairs} aria-label="Answer">
          <dt>Prediction</dt>
          <dd>
            <strong>{JSON.stringify(answer.predictions[0])}</strong>
          </dd>
          <dt>By version</dt>
          <dd>{answer.version}</dd>
          <dt>Request</dt>
          <dd>
            <code>{answer.request_id}</code>
          </dd>
        </dl>
      ) : null}
    </form>
  );
}

function rowFrom(text: string): Row {
  const row = parsed(text);
  return row !== NOT_JSON && isRecord(row)
    ? { row, wrong: {} }
    : { row: {}, wrong: { row: "This is no JSON object." } };
}

interface FieldProps {
  readonly field: Field;
  readonly value: string;
  readonly wrong: string | undefined;
  readonly onChange: (text: string) => void;
}

function FieldOf({ field: { name, type, nullable }, value, wrong, onChange }: FieldProps) {
  const hint = `${type}${nullable ? ", may be missing" : ""}`;
  if (type === "boolean")
    return (
      <SelectField
        label={name}
        hint={hint}
        wrong={wrong}
        value={value}
        options={["", "true", "false"].map((each) => ({ value: each, label: each || "missing" }))}
        onChange={({ target }) => onChange(target.value)}
      />
    );
  return (
    <TextField
      label={name}
      hint={hint}
      wrong={wrong}
      value={value}
      inputMode={type === "number" || type === "integer" ? "decimal" : undefined}
      autoComplete="off"
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
