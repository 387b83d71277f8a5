/** Variables of a pipeline, as its file has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { pipelines } from "@/features/pipelines";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { type Column, Table } from "@/ui/Table";
import { tell } from "@/ui/toasts";
import { parsed, variablesOf } from "@/ui/values";
import { settings, setVariable } from "./api";
import { Section } from "./frame";
import styles from "./settings.module.css";

interface Row {
  readonly name: string;
  readonly value: unknown;
}

const COLUMNS: readonly Column<Row>[] = [
  { id: "name", title: "Name", width: "1fr", cell: ({ name }) => <code className="ellipsis">{name}</code> },
  {
    id: "value",
    title: "Value",
    width: "3fr",
    cell: ({ value }) => <code className="ellipsis">{JSON.stringify(value)}</code>,
  },
  {
    id: "type",
    title: "Type",
    width: 90,
    wide: true,
    cell: ({ value }) => <span className="hint">{kindOf(value)}</span>,
  },
];

const kindOf = (value: unknown) =>
  value === null ? "null" : Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value;

export function VariablesPage() {
  const project = useProject();
  const navigate = useNavigate();
  const { pipeline: asked } = useSearch({ strict: false }) as { pipeline?: string };
  const { data: known } = useQuery(pipelines.list(project));
  const pipeline = asked ?? known?.[0]?.uuid ?? "";
  const { data, error, refetch } = useQuery(settings.variables(project, pipeline));
  const [editing, setEditing] = useState<Row>();
  const refusal = useRefusal("edit", pipeline);
  const edit = (row: Row) => !refusal && setEditing(row);
  return (
    <Section
      title="Variables"
      lead="Blocks get them as keyword arguments. A trigger, a backfill or whoever starts a run may give others for that run."
      actions={
        <Button
          look="primary"
          blocked={refusal ?? (pipeline ? undefined : "There is no pipeline.")}
          onClick={() => edit({ name: "", value: "" })}
        >
          New variable
        </Button>
      }
    >
      <div className={styles.inline}>
        <SelectField
          label="Of pipeline"
          value={pipeline}
          options={(known ?? []).map(({ uuid }) => ({ value: uuid, label: uuid }))}
          onChange={(event) => void navigate({ to: "/settings/variables", search: { pipeline: event.target.value } })}
        />
        <span className="hint">
          from <code>pipelines/{pipeline}/metadata.yaml</code>
        </span>
      </div>
      <Table
        inline
        label="Variables"
        columns={COLUMNS}
        rows={pipeline ? data?.map(({ name, value }) => ({ name, value })) : []}
        rowKey={({ name }) => name}
        onOpen={edit}
        error={error}
        onRetry={() => void refetch()}
        empty={<Empty>{pipeline ? `${pipeline} has no variables yet.` : "There is no pipeline yet."}</Empty>}
      />
      {editing ? <Edit pipeline={pipeline} row={editing} onClose={() => setEditing(undefined)} /> : null}
    </Section>
  );
}

function Edit({
  pipeline,
  row,
  onClose,
}: {
  readonly pipeline: string;
  readonly row: Row;
  readonly onClose: () => void;
}) {
  const project = useProject();
  const known = useQueryClient();
  const [name, setName] = useState(row.name);
  const [typed, setTyped] = useState(() => variablesOf({ value: row.value })[0]?.value ?? "");
  const found = parsed(typed);
  const value = typeof found === "symbol" ? typed : found;
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => setVariable(project, pipeline, name.trim(), value),
    onSuccess: () => {
      const before = row.name ? row.value : undefined;
      void known.invalidateQueries({ queryKey: ["settings", project, "variables"] });
      const undo = () =>
        void setVariable(project, pipeline, row.name, before).then(() =>
          known.invalidateQueries({ queryKey: ["settings", project, "variables"] }),
        );
      tell(`${name.trim()} was set.`, before === undefined ? undefined : undo);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) mutate();
  };
  return (
    <Sheet
      title={row.name ? `Variable ${row.name}` : "New variable"}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="variable"
            look="primary"
            blocked={isPending ? "Saving" : name.trim() ? undefined : "Give it a name."}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="variable" className={styles.form} onSubmit={submit}>
        {error ? <Problem error={error} /> : null}
        <TextField
          label="Name"
          value={name}
          readOnly={Boolean(row.name)}
          autoFocus={!row.name}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Value"
          className="mono"
          value={typed}
          autoFocus={Boolean(row.name)}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          hint={`Stored as ${kindOf(value)}. What reads as JSON is that, anything else is text.`}
        />
      </form>
    </Sheet>
  );
}
