/** The project's own `metadata.yaml`, changed key by key or as a text. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { asProblem } from "@/api/problems";
import { YamlForm } from "@/features/editor";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { SettingField } from "@/ui/SettingField";
import { tell } from "@/ui/toasts";
import { setSettings, settings, setYaml, undoChange } from "./api";
import { Section } from "./frame";
import styles from "./settings.module.css";

const FORM = "project-settings";

export function ProjectForm() {
  const project = useProject();
  const navigate = useNavigate();
  const refusal = useRefusal("edit");
  const { as } = useSearch({ strict: false }) as { as?: "yaml" };
  const show = (yaml: boolean) =>
    void navigate({ to: "/settings/project", search: yaml ? { as: "yaml" } : {}, replace: true });
  return (
    <Section
      title="Settings"
      lead={
        <>
          What <code>metadata.yaml</code> says. Other lines, comments and order stay as they are when one is changed.
        </>
      }
      actions={
        <>
          <span role="tablist" aria-label="How to edit" className={styles.tabs}>
            {(["By key", "YAML"] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={(as === "yaml") === (name === "YAML")}
                className={ui.tab}
                onClick={() => show(name === "YAML")}
              >
                {name}
              </button>
            ))}
          </span>
          <Button type="submit" form={FORM} look="primary" blocked={refusal}>
            Save
          </Button>
        </>
      }
    >
      {as === "yaml" ? (
        <YamlForm
          asked={settings.yaml(project)}
          what="metadata.yaml"
          name={`${project} settings`}
          refusal={refusal}
          form={FORM}
          save={async (text, digest) => (await setYaml(project, text, digest)).change}
          undo={(change) => undoChange(project, change)}
          onSaved={() => {}}
        >
          {() => "A text that cannot be read, or that says what nobody understands, is refused with its line."}
        </YamlForm>
      ) : (
        <Keys refusal={refusal} onText={() => show(true)} />
      )}
    </Section>
  );
}

type Changes = Readonly<Record<string, unknown>>;

/** `over` is the version that the first change was made over: a later one that comes by itself does not hide a conflict. */
interface Typed {
  readonly changed: Changes;
  readonly over: string | undefined;
  readonly turn: number;
}

function Keys({ refusal, onText }: { readonly refusal: string | undefined; readonly onText: () => void }) {
  const project = useProject();
  const known = useQueryClient();
  const asked = settings.ofProject(project);
  const { data, error, refetch } = useQuery(asked);
  const [{ changed, over, turn }, setTyped] = useState<Typed>({ changed: {}, over: undefined, turn: 0 });
  const [wrong, setWrong] = useState<unknown>();
  if (!data) {
    if (!error) return <Bones rows={10} />;
    return (
      <>
        <Problem error={error} onRetry={() => void refetch()} />
        {asProblem(error).code === "settings_text" ? (
          <div>
            <Button onClick={onText}>Change it as text</Button>
          </div>
        ) : null}
      </>
    );
  }
  const begin = () => {
    setTyped((now) => ({ changed: {}, over: undefined, turn: now.turn + 1 }));
    setWrong(undefined);
  };
  const again = async () => {
    await known.invalidateQueries({ queryKey: asked.queryKey });
    begin();
  };
  /** What was typed while the rest was being saved stays. */
  const goOn = (sent: Changes) => {
    const newest = known.getQueryData(asked.queryKey)?.etag;
    setTyped((now) => {
      const typed = Object.entries(now.changed).filter(([key, value]) => sent[key] !== value);
      if (typed.length === 0) return { changed: {}, over: undefined, turn: now.turn + 1 };
      return { ...now, changed: Object.fromEntries(typed), over: newest };
    });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (refusal) return;
    if (!Object.keys(changed).length) return tell("Nothing was changed.");
    setWrong(undefined);
    try {
      const sent = changed;
      const { change } = await setSettings(project, sent, over ?? data.etag);
      const undo = (number: number) => () => {
        undoChange(project, number).then(again, (problem: Error) => tell(`Not taken back: ${problem.message}`));
      };
      tell("Settings saved", change === null ? undefined : undo(change));
      await known.invalidateQueries({ queryKey: asked.queryKey });
      goOn(sent);
    } catch (problem) {
      setWrong(problem);
    }
  };
  const keepMine = async () => {
    const { data: newest } = await refetch();
    setTyped((now) => ({ ...now, over: newest?.etag, turn: now.turn + 1 }));
    setWrong(undefined);
  };
  return (
    <form id={FORM} className={styles.keys} onSubmit={(event) => void save(event)}>
      {wrong ? <Problem error={wrong} /> : null}
      {wrong !== undefined && asProblem(wrong).status === 412 ? (
        <div className={styles.acts}>
          <Button onClick={() => void again()}>Use theirs</Button>
          <Button onClick={() => void keepMine()}>Keep mine</Button>
        </div>
      ) : null}
      {data.settings.map((setting) => (
        <SettingField
          // A field holds what is typed; after a save or a conflict they begin anew, with theirs where nothing was typed.
          key={`${setting.key} ${turn}`}
          setting={setting.key in changed ? { ...setting, value: changed[setting.key] } : setting}
          onChange={(value) => {
            setTyped((now) => ({
              ...now,
              changed: { ...now.changed, [setting.key]: value },
              over: now.over ?? data.etag,
            }));
          }}
        />
      ))}
    </form>
  );
}
