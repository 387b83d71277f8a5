import { useQuery } from "@tanstack/react-query";
import { Check, Plus, X } from "lucide-react";
import { useState } from "react";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { AreaField, SelectField, TextField } from "@/ui/Field";
import ui from "@/ui/parts.module.css";
import { isRecord, parsed } from "@/ui/values";
import type { Definition, Judged } from "./api";
import type { Source } from "./form";
import styles from "./triggers.module.css";

interface Part {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
}

const GLOB: Part = { key: "glob", label: "Files", hint: "Such as *.csv, or **/*.csv in any depth." };
const SECRET_OF_KEY: Part = { key: "secret", label: "Secret", hint: "The name of the secret that signs the calls." };

/** What each kind of source asks for. */
const TYPES: Record<string, { readonly label: string; readonly parts: readonly Part[]; readonly plain: Source }> = {
  folder: {
    label: "Files arrive in a folder",
    parts: [{ key: "path", label: "Folder", hint: "From the project's folder." }, GLOB],
    plain: { type: "folder", path: "inbox", glob: "*" },
  },
  pipeline: { label: "Another pipeline has ended", parts: [], plain: { type: "pipeline", pipeline: "" } },
  webhook: { label: "A signed webhook", parts: [SECRET_OF_KEY], plain: { type: "webhook", secret: "" } },
  objects: {
    label: "Objects arrive in a store",
    parts: [{ key: "url", label: "Below", hint: "Such as s3://bucket/inbox/" }, GLOB],
    plain: { type: "objects", url: "s3://", glob: "*" },
  },
  redis: {
    label: "A message on a Redis channel",
    parts: [{ key: "channel", label: "Channel" }],
    plain: { type: "redis", channel: "" },
  },
  postgres: {
    label: "A PostgreSQL notification",
    parts: [
      { key: "channel", label: "Channel" },
      { key: "secret", label: "Secret", hint: "The name of the secret that holds the database's URL." },
    ],
    plain: { type: "postgres", channel: "", secret: "" },
  },
};

interface SourceFieldsProps {
  readonly sources: readonly Source[];
  readonly onSources: (sources: readonly Source[]) => void;
  readonly wrong: (key: string) => string | undefined;
}

export function SourceFields({ sources, onSources, wrong }: SourceFieldsProps) {
  const put = (at: number, source: Source) => onSources(sources.map((each, index) => (index === at ? source : each)));
  return (
    <fieldset className={styles.fieldset}>
      <legend className={ui.legend}>Sources</legend>
      {sources.map((source, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a source has no other name than its place
        <div key={index} className={styles.source}>
          <div className={styles.sourceHead}>
            <SelectField
              label="Fires when"
              value={source.type}
              options={Object.entries(TYPES).map(([value, { label }]) => ({ value, label }))}
              onChange={(event) => put(index, TYPES[event.target.value]?.plain ?? source)}
            />
            <IconButton
              label={`Remove source ${index + 1}`}
              onClick={() => onSources(sources.filter((_, each) => each !== index))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          </div>
          <SourceParts source={source} onSource={(changed) => put(index, changed)} />
          {wrong(`sources[${index}]`) ? <div className={ui.wrong}>{wrong(`sources[${index}]`)}</div> : null}
        </div>
      ))}
      <div>
        <Button
          look="bare"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onSources([...sources, { type: "folder", path: "inbox", glob: "*" }])}
        >
          Add a source
        </Button>
      </div>
      <div className={ui.under}>
        {sources.length
          ? "Each event counts once, also over restarts."
          : "Without a source it takes events that are sent to the project's address for events."}
      </div>
    </fieldset>
  );
}

function SourceParts({ source, onSource }: { readonly source: Source; readonly onSource: (source: Source) => void }) {
  if (source.type === "pipeline") return <PipelineParts source={source} onSource={onSource} />;
  const parts = TYPES[source.type]?.parts ?? [];
  return (
    <div className={styles.pair}>
      {parts.map(({ key, label, hint }) => (
        <TextField
          key={key}
          label={label}
          hint={hint}
          className="mono"
          autoComplete="off"
          value={String(source[key] ?? "")}
          onChange={(event) => onSource({ ...source, [key]: event.target.value })}
        />
      ))}
    </div>
  );
}

const ENDS = [
  { value: "completed", label: "completed" },
  { value: "failed", label: "failed" },
  { value: "cancelled", label: "was cancelled" },
  { value: "completed,failed,cancelled", label: "ended in any way" },
];

function PipelineParts({ source, onSource }: { readonly source: Source; readonly onSource: (source: Source) => void }) {
  const { data = [] } = useQuery(pipelines.list(useProject()));
  const states = Array.isArray(source.states) ? source.states.join(",") : "completed";
  const chosen = String(source.pipeline ?? "");
  const names = data.map((pipeline) => pipeline.uuid);
  return (
    <div className={styles.pair}>
      <SelectField
        label="Pipeline"
        value={chosen}
        options={["", ...(chosen && !names.includes(chosen) ? [chosen] : []), ...names].map((name) => ({
          value: name,
          label: name || "Choose one",
        }))}
        onChange={(event) => onSource({ ...source, pipeline: event.target.value })}
      />
      <SelectField
        label="Its run"
        value={states}
        options={ENDS.some((end) => end.value === states) ? ENDS : [...ENDS, { value: states, label: states }]}
        onChange={(event) => onSource({ ...source, states: event.target.value.split(",") })}
      />
    </div>
  );
}

interface PatternFieldsProps {
  readonly match: string;
  readonly onMatch: (match: string) => void;
  readonly wrong: string | undefined;
  readonly onEvent: (event: Definition | null) => void;
  readonly judged: Judged | undefined;
}

/** The pattern, and a payload to try it on. Nothing is sent anywhere. */
export function PatternFields({ match, onMatch, wrong, onEvent, judged }: PatternFieldsProps) {
  const [typed, setTyped] = useState("");
  const read = typed.trim() ? parsed(typed) : undefined;
  const unreadable = read !== undefined && !isRecord(read);
  return (
    <>
      <AreaField
        label="Pattern"
        rows={4}
        spellCheck={false}
        placeholder={'{"name": [{"prefix": "orders_"}]}'}
        value={match}
        onChange={(event) => onMatch(event.target.value)}
        wrong={wrong}
        hint="In the form of the event; each leaf is a list of what it may be. Empty: every event."
      />
      <AreaField
        label="Try an event"
        rows={3}
        spellCheck={false}
        placeholder={'{"name": "orders_may.csv", "size": 1200}'}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          const event_ = event.target.value.trim() ? parsed(event.target.value) : null;
          onEvent(isRecord(event_) ? event_ : null);
        }}
        wrong={unreadable ? "An event is a JSON object." : undefined}
        hint={isRecord(read) ? <Verdict judged={judged} /> : "Nothing runs: it only says whether it would."}
      />
    </>
  );
}

function Verdict({ judged }: { readonly judged: Judged | undefined }) {
  if (judged?.takes == null) return <span>Not judged yet.</span>;
  return (
    <span className={`${styles.takes} ${judged.takes ? ui.ok : ui.idle}`} role="status">
      {judged.takes ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
      {judged.takes ? "This event fires it." : "This event does not fire it."}
    </span>
  );
}
