/** Two steps: say what, see what would run, start it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { pipelines } from "@/features/pipelines";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { AreaField, CheckField, SelectField, TextField } from "@/ui/Field";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { VariablesField } from "@/ui/VariablesField";
import { type Backfill, backfills, type NewBackfill, type Plan, startBackfill } from "./api";
import styles from "./backfills.module.css";
import { type Asked, emptyAsked, INTERVALS, wantedOf } from "./model";

interface BackfillSheetProps {
  readonly pipeline?: string;
  readonly onClose: () => void;
  readonly onStarted: (backfill: Backfill) => void;
}

export function BackfillSheet({ pipeline: fixed = "", onClose, onStarted }: BackfillSheetProps) {
  const project = useProject();
  const known = useQueryClient();
  const [pipeline, setPipeline] = useState(fixed);
  const [asked, setAsked] = useState<Asked>(() =>
    emptyAsked(new Date(), Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"),
  );
  const [seen, setSeen] = useState(false);
  const [wrongWith, setWrongWith] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const { wanted, wrong } = wantedOf(asked);
  const refusal = useRefusal("run", pipeline);
  const [firstWrong] = Object.values(wrong);
  const blocked = refusal ?? (pipeline ? firstWrong : "Choose a pipeline.");
  const plan = useQuery({ ...backfills.plan(project, pipeline, wanted), enabled: seen && !blocked });

  const start = async () => {
    setBusy(true);
    setWrongWith(undefined);
    try {
      const made = await startBackfill(project, pipeline, wanted);
      await known.invalidateQueries({ queryKey: ["backfills"] });
      tell(`Backfill ${made.id} of ${pipeline} was started.`);
      onStarted(made);
    } catch (error) {
      setWrongWith(error);
      setBusy(false);
    }
  };

  return (
    <Sheet
      title={fixed ? `Backfill ${fixed}` : "New backfill"}
      onClose={onClose}
      foot={
        seen ? (
          <>
            <Button onClick={() => setSeen(false)}>Back</Button>
            <Button look="primary" blocked={whyNot(plan.data, busy)} onClick={() => void start()}>
              {plan.data ? `Start ${counted(plan.data.to_run, "run")}` : "Start"}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" blocked={blocked} onClick={() => setSeen(true)}>
              See what would run
            </Button>
          </>
        )
      }
    >
      <div className={styles.steps} aria-hidden>
        <span aria-current={seen ? undefined : "step"}>1 What</span>
        <span aria-current={seen ? "step" : undefined}>2 What would run</span>
      </div>
      {wrongWith ? <Problem error={wrongWith} what="It was not started." /> : null}
      {seen ? (
        <Foreseen plan={plan.data} error={plan.error} wanted={wanted} onRetry={() => void plan.refetch()} />
      ) : (
        <What
          asked={asked}
          wrong={wrong}
          onAsked={setAsked}
          chooser={fixed ? null : <PipelineChooser value={pipeline} onChange={setPipeline} />}
        />
      )}
    </Sheet>
  );
}

function whyNot(plan: Plan | undefined, busy: boolean): string | undefined {
  if (busy) return "It is being started.";
  if (!plan) return "It is being worked out what would run.";
  return plan.to_run ? undefined : "Nothing would run: every slice has been completed before.";
}

function PipelineChooser({ value, onChange }: { readonly value: string; readonly onChange: (name: string) => void }) {
  const { data = [] } = useQuery(pipelines.list(useProject()));
  return (
    <SelectField
      label="Pipeline"
      value={value}
      autoFocus
      options={["", ...data.map((pipeline) => pipeline.uuid)].map((name) => ({
        value: name,
        label: name || "Choose one",
      }))}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface WhatProps {
  readonly asked: Asked;
  readonly wrong: Record<string, string>;
  readonly onAsked: (asked: Asked) => void;
  readonly chooser: React.ReactNode;
}

function What({ asked, wrong, onAsked, chooser }: WhatProps) {
  const change = (changed: Partial<Asked>) => onAsked({ ...asked, ...changed });
  return (
    <div className={styles.form}>
      {chooser}
      <SelectField
        label="One run for each"
        value={asked.by}
        options={[
          { value: "dates", label: "date of a range" },
          { value: "list", label: "line of a list of variables" },
        ]}
        onChange={(event) => change({ by: event.target.value === "list" ? "list" : "dates" })}
      />
      {asked.by === "dates" ? (
        <DateFields asked={asked} wrong={wrong} change={change} />
      ) : (
        <AreaField
          label="Slices"
          rows={8}
          spellCheck={false}
          placeholder={"region=north\nregion=south, limit=10"}
          value={asked.lines}
          onChange={(event) => change({ lines: event.target.value })}
          wrong={asked.lines.trim() ? wrong.each : undefined}
          hint="One slice a line: name=value, several with commas between, or a JSON object."
        />
      )}
      <CheckField
        label="Only what is missing or failed"
        hint="Slices that a trigger or an earlier backfill has completed are left out."
        checked={asked.onlyMissing}
        onChange={(event) => change({ onlyMissing: event.target.checked })}
      />
      <div className={styles.pair}>
        <TextField
          label="At most at once"
          type="number"
          min={1}
          value={asked.parallel}
          onChange={(event) => change({ parallel: Math.max(1, Math.floor(Number(event.target.value)) || 1) })}
          hint="Scheduled runs go before them."
        />
        <SelectField
          label="Earlier results of blocks"
          value={asked.reuse}
          options={[
            { value: "", label: "As each block says" },
            { value: "yes", label: "Reuse what still holds" },
            { value: "no", label: "Compute all anew" },
          ]}
          onChange={(event) =>
            change({ reuse: event.target.value === "yes" ? "yes" : event.target.value === "no" ? "no" : "" })
          }
        />
      </div>
      <VariablesField
        label="Variables of every slice"
        rows={asked.variables}
        onRows={(variables) => change({ variables })}
        wrong={wrong.variables}
      />
      <TextField
        label="Name"
        value={asked.name}
        onChange={(event) => change({ name: event.target.value })}
        hint="Empty: it is known by its number."
      />
    </div>
  );
}

interface DateFieldsProps {
  readonly asked: Asked;
  readonly wrong: Record<string, string>;
  readonly change: (changed: Partial<Asked>) => void;
}

function DateFields({ asked, wrong, change }: DateFieldsProps) {
  const hourly = asked.every === "hour";
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label="From"
          type={hourly ? "datetime-local" : "date"}
          value={asked.start}
          onChange={(event) => change({ start: event.target.value })}
          wrong={wrong.start}
        />
        <TextField
          label="Until, included"
          type={hourly ? "datetime-local" : "date"}
          value={asked.end}
          onChange={(event) => change({ end: event.target.value })}
          wrong={wrong.end}
        />
      </div>
      <div className={styles.pair}>
        <TextField
          label="Every"
          type="number"
          min={1}
          value={asked.units}
          onChange={(event) => change({ units: Math.max(1, Math.floor(Number(event.target.value)) || 1) })}
        />
        <SelectField
          label="Interval"
          value={asked.every}
          options={INTERVALS.map((value) => ({ value, label: asked.units === 1 ? value : `${value}s` }))}
          onChange={(event) => {
            const every = event.target.value;
            // Between dates and moments what was chosen stays.
            const suited = (text: string) => (every === "hour" ? `${text.slice(0, 10)}T00:00` : text.slice(0, 10));
            change({ every, start: asked.start && suited(asked.start), end: asked.end && suited(asked.end) });
          }}
        />
      </div>
      <p className="hint">On the clock of {asked.timezone}.</p>
    </>
  );
}

interface ForeseenProps {
  readonly plan: Plan | undefined;
  readonly error: unknown;
  readonly wanted: NewBackfill;
  readonly onRetry: () => void;
}

const SHOWN = 200;

function Foreseen({ plan, error, wanted, onRetry }: ForeseenProps) {
  if (error) return <Problem error={error} onRetry={onRetry} />;
  if (!plan) return <Bones />;
  return (
    <div className={styles.form} aria-live="polite">
      <div className={styles.sums}>
        <div>
          <b>{count(plan.to_run)}</b> <span className="quiet">to run</span>
        </div>
        <div>
          <b>{count(plan.done_before)}</b> <span className="quiet">completed already</span>
        </div>
        <div>
          <b>{count(wanted.parallel)}</b> <span className="quiet">at most at once</span>
        </div>
      </div>
      {plan.blocks.length ? (
        <section aria-label="Blocks">
          <h3>Blocks{plan.judged < plan.slices ? `, judged by the first ${count(plan.judged)} slices` : ""}</h3>
          <ul className={styles.slices}>
            {plan.blocks.map((block) => (
              <li key={block.block}>
                <span className="ellipsis">{block.block}</span>
                <span className="quiet">{outlook(block)}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <section aria-label="Slices">
        <h3>Slices</h3>
        <ul className={styles.slices}>
          {plan.first.slice(0, SHOWN).map((slice) => (
            <li key={slice.name}>
              <span>{slice.name}</span>
              <span className="quiet">{slice.done_by === null ? "new" : `completed by run ${slice.done_by}`}</span>
            </li>
          ))}
          {plan.slices > SHOWN ? <li className="hint">and {count(plan.slices - SHOWN)} more</li> : null}
        </ul>
      </section>
    </div>
  );
}

function outlook(block: Plan["blocks"][number]): string {
  return [
    block.runs ? `${count(block.runs)} run` : "",
    block.reuses ? `${count(block.reuses)} reused` : "",
    block.unknown ? `${count(block.unknown)} decided when inputs are known` : "",
    block.overwrites ? "writes over its data" : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
