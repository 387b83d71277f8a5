/** Who answers beside the champion, how much of it, and when it ends by itself. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { type Endpoint, models, type Traffic } from "../api";
import { type Form, formOf, wishOf } from "../model/traffic";
import { trafficWords } from "../model/words";
import styles from "../models.module.css";
import { useModelActs } from "../useModelActs";

const MODES: readonly (readonly [Traffic["mode"], string, string])[] = [
  ["single", "Champion alone", "It answers every request."],
  ["split", "Split", "The challenger answers its share until you end it."],
  ["shadow", "Shadow", "The challenger sees its share; its answers are only written down."],
  ["canary", "Canary", "As a split, and it is taken out by itself when it passes its bounds."],
];

interface TrafficSheetProps {
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
}

export function TrafficSheet({ endpoint, onClose }: TrafficSheetProps) {
  const acts = useModelActs(endpoint.model);
  const [form, setForm] = useState(() => formOf(endpoint));
  const change = (changed: Partial<Form>) => setForm({ ...form, ...changed });
  const { wish, wrong } = wishOf(form, endpoint.version);
  const save = async () => {
    if (wish && (await acts.split(wish))) onClose();
  };
  return (
    <Sheet
      title={`Traffic of ${endpoint.model}`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" blocked={acts.blocked ?? Object.values(wrong)[0]} onClick={() => void save()}>
            Change traffic
          </Button>
        </>
      }
    >
      {acts.wrong ? <Problem error={acts.wrong} what="The traffic is as it was." /> : null}
      <fieldset className={styles.modes}>
        <legend className="unseen">How requests are shared</legend>
        {MODES.map(([mode, word, hint]) => (
          <label key={mode}>
            <input type="radio" name="mode" checked={form.mode === mode} onChange={() => change({ mode })} />
            <span>
              {word} <span className="hint">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {form.mode === "single" ? null : (
        <>
          <Challenger endpoint={endpoint} form={form} change={change} wrong={wrong.challenger} />
          <Share form={form} change={change} wrong={wrong.share} />
        </>
      )}
      {form.mode === "canary" ? <Bounds form={form} change={change} wrong={wrong} /> : null}
      <p role="status">
        {wish
          ? trafficWords({ version: endpoint.version, traffic: { ...wish, challenger: wish.challenger ?? null } })
          : ""}
      </p>
      <TextField
        label="Why"
        hint="For the log."
        value={form.reason}
        maxLength={1000}
        autoComplete="off"
        onChange={(typed) => change({ reason: typed.target.value })}
      />
    </Sheet>
  );
}

interface PartProps {
  readonly form: Form;
  readonly change: (changed: Partial<Form>) => void;
}

function Challenger({
  endpoint,
  form,
  change,
  wrong,
}: PartProps & { readonly endpoint: Endpoint; readonly wrong: string | undefined }) {
  const { data } = useInfiniteQuery(models.versions(useProject(), endpoint.model));
  const others = data?.pages.flatMap((page) => page.items).filter(({ version }) => version !== endpoint.version) ?? [];
  return (
    <SelectField
      label="Challenger"
      value={form.challenger}
      wrong={wrong}
      options={[
        { value: "", label: others.length ? "Choose a version" : "There is no other version" },
        ...others.map(({ version, stage }) => ({
          value: String(version),
          label: `Version ${version}${stage ? `, ${stage}` : ""}`,
        })),
      ]}
      onChange={(event) => change({ challenger: event.target.value })}
    />
  );
}

function Share({ form, change, wrong }: PartProps & { readonly wrong: string | undefined }) {
  return (
    <div className={styles.share}>
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        aria-label="Share by slider"
        value={Number(form.share) || 0}
        onChange={(event) => change({ share: event.target.value })}
      />
      <TextField
        label="Share in percent"
        inputMode="decimal"
        value={form.share}
        wrong={wrong}
        hint="The same key stays with the same version; a larger share keeps the keys it had."
        onChange={(typed) => change({ share: typed.target.value })}
      />
    </div>
  );
}

function Bounds({ form, change, wrong }: PartProps & { readonly wrong: Readonly<Record<string, string>> }) {
  return (
    <>
      <TextField
        label="Most errors, in percent"
        inputMode="decimal"
        value={form.errors}
        wrong={wrong.errors}
        onChange={(typed) => change({ errors: typed.target.value })}
      />
      <TextField
        label="Slowest, in milliseconds"
        inputMode="decimal"
        hint="What 95 of 100 answers may take; empty: however long."
        value={form.milliseconds}
        wrong={wrong.milliseconds}
        onChange={(typed) => change({ milliseconds: typed.target.value })}
      />
      <TextField
        label="Judged from this many answers on"
        inputMode="numeric"
        value={form.requests}
        wrong={wrong.requests}
        onChange={(typed) => change({ requests: typed.target.value })}
      />
    </>
  );
}
