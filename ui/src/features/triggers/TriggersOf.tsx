/** Triggers as rows that read as sentences: of the project, or of one pipeline. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { Switch } from "@/ui/Switch";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { runTrigger, switchTrigger, type Trigger, triggers } from "./api";
import styles from "./triggers.module.css";

interface TriggersOfProps {
  /** Only those of this pipeline; empty: of all. */
  readonly pipeline?: string;
  readonly filter?: string;
  readonly onNew: () => void;
}

export function TriggersOf({ pipeline = "", filter = "", onNew }: TriggersOfProps) {
  const project = useProject();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(triggers.list(project, pipeline));
  const shown = filter ? data?.filter((trigger) => matches(trigger, filter)) : data;
  const refusal = useRefusal("edit", pipeline);
  return (
    <Table
      label="Triggers"
      columns={pipeline ? COLUMNS.filter((column) => column.id !== "pipeline") : COLUMNS}
      rows={shown}
      rowKey={(trigger) => String(trigger.id)}
      rowHeight={40}
      onOpen={({ id }) => void navigate({ to: "/triggers/$trigger", params: { trigger: String(id) } })}
      error={error}
      onRetry={() => void refetch()}
      empty={
        <Empty
          action={
            <Button look="primary" blocked={refusal} onClick={onNew}>
              New trigger
            </Button>
          }
        >
          {filter
            ? `No trigger matches “${filter}”.`
            : "A trigger starts runs by itself: every morning, when a file arrives, when somebody calls. There is none yet."}
        </Empty>
      }
    />
  );
}

const COLUMNS: readonly Column<Trigger>[] = [
  { id: "on", title: "On", width: 76, cell: (trigger) => <OnOff trigger={trigger} /> },
  { id: "sentence", title: "Trigger", width: "4fr", cell: (trigger) => <Sentence trigger={trigger} /> },
  {
    id: "pipeline",
    title: "Pipeline",
    width: "1fr",
    wide: true,
    cell: ({ pipeline }) => (
      <Link to="/pipelines/$pipeline" params={{ pipeline }} className="plain-link ellipsis">
        {pipeline}
      </Link>
    ),
  },
  { id: "next", title: "Next", width: 168, cell: (trigger) => <Next trigger={trigger} /> },
  {
    id: "place",
    title: "Stored in",
    width: 84,
    wide: true,
    cell: ({ place }) => <span className="hint">{place === "file" ? "file" : "database"}</span>,
  },
  { id: "run", title: "", width: 116, align: "end", wide: true, cell: (trigger) => <RunNow trigger={trigger} /> },
];

function Sentence({ trigger }: { readonly trigger: Trigger }) {
  const variables = Object.entries(trigger.definition.variables ?? {});
  return (
    <span className={styles.sentence}>
      <Link to="/triggers/$trigger" params={{ trigger: String(trigger.id) }} className="plain-link">
        <b>{trigger.name}</b>
      </Link>{" "}
      <span className="quiet">
        {trigger.in_words}
        {variables.length ? ` with ${variables.map(([name, value]) => `${name}=${shown(value)}`).join(", ")}` : ""}
      </span>
    </span>
  );
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

export function Next({ trigger }: { readonly trigger: Trigger }) {
  if (trigger.problem) return <StateChip state="failed" detail="cannot fire" why={trigger.problem} />;
  if (!trigger.active) return <span className="hint">switched off</span>;
  if (trigger.next_due) return <Ago at={trigger.next_due} />;
  return <span className="hint">{trigger.type === "time" ? "no time ahead" : "when it happens"}</span>;
}

export function OnOff({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const known = useQueryClient();
  const blocked = useRefusal("edit", trigger.pipeline);
  const { mutate, error } = useMutation({
    mutationFn: (active: boolean) => switchTrigger(project, trigger.id, active),
    onSuccess: (switched) => {
      known.setQueryData(triggers.one(project, trigger.id).queryKey, switched);
      void known.invalidateQueries({ queryKey: ["triggers"] });
      tell(`${trigger.name} is ${switched.active ? "on" : "off"}.`, () => mutate(!switched.active));
    },
  });
  return (
    <>
      <Switch label={`${trigger.name} is on`} on={trigger.active} blocked={blocked} onSwitch={(on) => mutate(on)} />
      {error ? <StateChip small state="failed" why={error.message} /> : null}
    </>
  );
}

export function RunNow({ trigger, primary = false }: { readonly trigger: Trigger; readonly primary?: boolean }) {
  const project = useProject();
  const navigate = useNavigate();
  const blocked = useRefusal("run", trigger.pipeline);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => runTrigger(project, trigger.id),
    onSuccess: ({ run }) => {
      tell(`Run ${run} of ${trigger.pipeline} was started.`);
      if (primary) void navigate({ to: "/runs/$run", params: { run: String(run) } });
    },
  });
  return (
    <>
      {error && primary ? <Problem error={error} /> : null}
      {error && !primary ? <StateChip small state="failed" why={error.message} /> : null}
      <Button
        icon={<Play size={13} aria-hidden />}
        blocked={blocked ?? (isPending ? "It is being started." : undefined)}
        onClick={() => mutate()}
        aria-label={`Run now: ${trigger.name}`}
      >
        Run now
      </Button>
    </>
  );
}

function matches(trigger: Trigger, asked: string): boolean {
  const text = [trigger.name, trigger.pipeline, trigger.in_words, trigger.type, trigger.definition.description ?? ""]
    .join("\n")
    .toLowerCase();
  return asked
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
