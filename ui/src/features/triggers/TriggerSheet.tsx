/** Writing a trigger: judged while it is typed, stored by Save alone. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { pipelines } from "@/features/pipelines";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { CheckField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { VariablesField } from "@/ui/VariablesField";
import { changeTrigger, createTrigger, type Definition, type Judged, type Trigger, triggers } from "./api";
import { changes, definitionOf, emptyForm, type Form, formOf, KINDS, type Kind, type Overlap } from "./form";
import { Preview } from "./Preview";
import { ProductField } from "./ProductField";
import { ScheduleFields } from "./ScheduleFields";
import { PatternFields, SourceFields } from "./SourceFields";
import styles from "./triggers.module.css";
import { ZoneField } from "./ZoneField";

const KIND_WORDS: Record<Kind, string> = { time: "Schedule", api: "API call", event: "Event", product: "Data" };
const OVERLAPS: readonly { readonly value: Overlap; readonly label: string }[] = [
  { value: "both", label: "Start another run beside it" },
  { value: "skip", label: "Skip this time" },
  { value: "limit", label: "Wait: at most n at once" },
];
const MISFIRES = [
  { value: "latest", label: "Run the last missed time" },
  { value: "skip", label: "Let them go" },
  { value: "all", label: "Run all missed times" },
];

interface TriggerSheetProps {
  /** The one that is changed; missing: a new one. */
  readonly trigger?: Trigger;
  readonly pipeline?: string;
  readonly kind?: Kind;
  readonly onClose: () => void;
  readonly onSaved: (trigger: Trigger) => void;
}

export function TriggerSheet({ trigger, pipeline: fixed = "", kind = "time", onClose, onSaved }: TriggerSheetProps) {
  const project = useProject();
  const known = useQueryClient();
  const [form, setForm] = useState<Form>(() =>
    trigger ? formOf(trigger.definition) : emptyForm(kind, Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"),
  );
  const [pipeline, setPipeline] = useState(trigger?.pipeline ?? fixed);
  const [inFile, setInFile] = useState(true);
  const [event, setEvent] = useState<Definition | null>(null);
  const [failed, setFailed] = useState<unknown>();
  const [saving, setSaving] = useState(false);
  const { definition, wrong } = useMemo(() => definitionOf(form), [form]);
  const asked = useDeferredValue(definition);
  const {
    data: judged,
    isPlaceholderData,
    error,
  } = useQuery(triggers.judged(project, pipeline, asked, trigger?.id ?? null, event));
  const refusal = useRefusal("edit", pipeline);
  const change = (changed: Partial<Form>) => setForm({ ...form, ...changed });
  const wrongOf = (key: string) => wrong[key] ?? messageOf(judged, key);
  const late = asked !== definition || isPlaceholderData || !judged;
  const blocked = refusal ?? (pipeline ? whyNot(wrong, judged, late && !error) : "Choose a pipeline.");

  const save = async () => {
    setSaving(true);
    setFailed(undefined);
    try {
      const saved = trigger
        ? await changeTrigger(project, trigger.id, changes(trigger.definition, definition))
        : await createTrigger(project, pipeline, definition, inFile);
      await known.invalidateQueries({ queryKey: ["triggers"] });
      tell(`${saved.name} ${trigger ? "was changed" : "was made"}: it fires ${saved.in_words}.`);
      onSaved(saved);
    } catch (thrown) {
      setFailed(thrown);
      setSaving(false);
    }
  };

  return (
    <Sheet
      title={trigger ? `Change ${trigger.name}` : "New trigger"}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" blocked={saving ? "Saving" : blocked} onClick={() => void save()}>
            {form.active && !trigger?.active ? "Save and switch on" : "Save"}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {failed ? <Problem error={failed} what="It was not saved." /> : null}
        {error ? <Problem error={error} what="It cannot be judged now." /> : null}
        <KindChoice kind={form.kind} locked={Boolean(trigger)} onKind={(chosen) => change(startOf(form, chosen))} />
        {trigger || fixed ? null : <PipelineField value={pipeline} onChange={setPipeline} />}
        <TextField
          label="Name"
          value={form.name}
          autoFocus={!trigger}
          autoComplete="off"
          onChange={(typed) => change({ name: typed.target.value })}
          wrong={form.name ? wrongOf("name") : undefined}
        />
        <KindFields form={form} change={change} wrongOf={wrongOf} judged={judged} onEvent={setEvent} />
        <Preview judged={judged} />
        <VariablesField
          label="Variables"
          hint="Keyword arguments of its runs; they go before those of the pipeline."
          rows={form.variables}
          onRows={(variables) => change({ variables })}
          wrong={wrongOf("variables")}
        />
        <Rules form={form} change={change} wrongOf={wrongOf} />
        <TextField
          label="About"
          value={form.description}
          onChange={(typed) => change({ description: typed.target.value })}
        />
        {trigger ? null : (
          <CheckField
            label="Write it into the pipeline's file"
            hint={
              inFile ? `pipelines/${pipeline || "…"}/triggers.yaml, to be kept in Git.` : "Kept in the database only."
            }
            checked={inFile}
            onChange={(typed) => setInFile(typed.target.checked)}
          />
        )}
        <CheckField
          label="Switched on"
          hint="Off, it stays written and never fires."
          checked={form.active}
          onChange={(typed) => change({ active: typed.target.checked })}
        />
      </div>
    </Sheet>
  );
}

interface PartProps {
  readonly form: Form;
  readonly change: (changed: Partial<Form>) => void;
  readonly wrongOf: (key: string) => string | undefined;
}

function KindChoice({
  kind,
  locked,
  onKind,
}: {
  readonly kind: Kind;
  readonly locked: boolean;
  readonly onKind: (kind: Kind) => void;
}) {
  return (
    <fieldset className={styles.fieldset}>
      <legend className="unseen">Fires by</legend>
      <div className={styles.kinds}>
        {KINDS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="kind"
              checked={kind === each}
              disabled={locked && kind !== each}
              onChange={() => onKind(each)}
            />
            {KIND_WORDS[each]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function PipelineField({ value, onChange }: { readonly value: string; readonly onChange: (pipeline: string) => void }) {
  const { data = [] } = useQuery(pipelines.list(useProject()));
  return (
    <SelectField
      label="Runs pipeline"
      value={value}
      options={[
        { value: "", label: "Choose one" },
        ...data.map((pipeline) => ({ value: pipeline.uuid, label: pipeline.uuid })),
      ]}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface KindFieldsProps extends PartProps {
  readonly judged: Judged | undefined;
  readonly onEvent: (event: Definition | null) => void;
}

function KindFields({ form, change, wrongOf, judged, onEvent }: KindFieldsProps) {
  switch (form.kind) {
    case "time":
      return (
        <>
          <ScheduleFields
            schedule={form.schedule}
            onSchedule={(schedule) => change({ schedule })}
            wrong={wrongOf("schedule_interval")}
          />
          <ZoneField value={form.timezone} onChange={(timezone) => change({ timezone })} wrong={wrongOf("timezone")} />
        </>
      );
    case "api":
      return <p className="quiet">It fires when somebody calls it with its token. The token is made on Save.</p>;
    case "event":
      return (
        <>
          <SourceFields sources={form.sources} onSources={(sources) => change({ sources })} wrong={wrongOf} />
          <PatternFields
            match={form.match}
            onMatch={(match) => change({ match })}
            wrong={wrongOf("match")}
            onEvent={onEvent}
            judged={judged}
          />
        </>
      );
    case "product":
      return (
        <ProductField
          value={form.product}
          onChange={(product) => change({ product })}
          wrong={wrongOf("global_data_product_uuid")}
        />
      );
  }
}

function Rules({ form, change, wrongOf }: PartProps) {
  return (
    <>
      <div className={styles.pair}>
        <SelectField
          label="While a run of it goes on"
          value={form.overlap}
          options={OVERLAPS}
          onChange={(event) =>
            change({ overlap: OVERLAPS.find((each) => each.value === event.target.value)?.value ?? "both" })
          }
        />
        {form.overlap === "limit" ? (
          <TextField
            label="At most at once"
            type="number"
            min={1}
            value={form.runLimit}
            onChange={(event) => change({ runLimit: Math.max(1, Number(event.target.value) || 1) })}
          />
        ) : form.kind === "time" ? (
          <SelectField
            label="Times that nobody was there for"
            value={form.misfire}
            options={MISFIRES}
            onChange={(event) =>
              change({
                misfire: event.target.value === "skip" ? "skip" : event.target.value === "all" ? "all" : "latest",
              })
            }
          />
        ) : null}
      </div>
      <div className={styles.pair}>
        <TextField
          label="Alert when not done after (minutes)"
          inputMode="decimal"
          value={form.late}
          onChange={(event) => change({ late: event.target.value })}
          wrong={wrongOf("sla")}
          hint="Counted from the due time. Empty: no alert."
        />
        <TextField
          label="Stop the run after (minutes)"
          inputMode="decimal"
          value={form.timeout}
          onChange={(event) => change({ timeout: event.target.value })}
          wrong={wrongOf("timeout") ?? wrongOf("settings")}
          hint="Empty: no limit."
        />
      </div>
    </>
  );
}

/** Another kind begins with what it needs. */
function startOf(form: Form, kind: Kind): Partial<Form> {
  const needsSource = kind === "event" && form.sources.length === 0;
  return { kind, ...(needsSource ? { sources: emptyForm("event", form.timezone).sources } : {}) };
}

/** What the server says of a key or of what lies below it. */
function messageOf(judged: Judged | undefined, key: string): string | undefined {
  const found = judged?.problems.find((problem) => {
    const about = problem.key ?? "";
    return about === key || about.startsWith(`${key}.`) || about.startsWith(`${key}[`);
  });
  return found ? [found.message, found.advice].filter(Boolean).join(" ") : undefined;
}

function whyNot(wrong: Record<string, string>, judged: Judged | undefined, late: boolean): string | undefined {
  const [first] = Object.values(wrong);
  if (first) return first;
  const [problem] = judged?.problems ?? [];
  if (problem) return [problem.message, problem.advice].filter(Boolean).join(" ");
  return late ? "It is being checked." : undefined;
}
