/** One form: filled in, run, its results; or built, its YAML at the left and itself at the right. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { asProblem } from "@/api/problems";
import { useProject } from "@/features/projects";
import { useOnline } from "@/live/stream";
import { Button } from "@/ui/Button";
import { Bones, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { type FormDocument, forms, runForm } from "./api";
import { FormFields } from "./FormFields";
import { FormRun } from "./FormRun";
import styles from "./interactions.module.css";
import { ShareSheet } from "./ShareSheet";
import { asked, firstValues, wrongs, wrongsOf } from "./values";

const Builder = lazy(() => import("./Builder").then((module) => ({ default: module.Builder })));

export function FormScreen() {
  const { form: id = "" } = useParams({ strict: false }) as { form?: string };
  const { run, edit, share } = useSearch({ strict: false }) as { run?: number; edit?: boolean; share?: boolean };
  const project = useProject();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(forms.one(project, id));
  const go = (search: { run?: number; edit?: true; share?: true }) =>
    void navigate({ to: "/forms/$form", params: { form: id }, search, replace: true });
  const kept = run === undefined ? {} : { run };
  return (
    <>
      <PageHead
        title={data?.title ?? id}
        actions={
          data?.may_edit ? (
            <>
              <Button onClick={() => go({ ...kept, share: true })}>Share</Button>
              <Button onClick={() => go(edit ? kept : { ...kept, edit: true })}>
                {edit ? "Close the builder" : "Edit"}
              </Button>
            </>
          ) : null
        }
      >
        {data ? (
          <span className="quiet">
            runs{" "}
            <Link to="/pipelines/$pipeline" params={{ pipeline: data.pipeline }}>
              {data.pipeline}
            </Link>
          </span>
        ) : null}
      </PageHead>
      {!data ? (
        <div className={styles.page}>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={6} />}
        </div>
      ) : edit && data.may_edit ? (
        <Suspense fallback={<Bones rows={12} />}>
          <Builder project={project} form={data}>
            {(shown) => (
              <Filled
                key={shapeOf(shown)}
                project={project}
                form={shown}
                run={run}
                onRun={(next) => go({ run: next, edit: true })}
              />
            )}
          </Builder>
        </Suspense>
      ) : (
        <div className={styles.page}>
          <div className={styles.sheet}>
            <Filled key={data.id} project={project} form={data} run={run} onRun={(next) => go({ run: next })} />
          </div>
        </div>
      )}
      {share && data ? (
        <ShareSheet project={project} form={data} onClose={() => go({ ...kept, ...(edit && { edit: true }) })} />
      ) : null}
    </>
  );
}

/** Other inputs are another form: what was typed into them is begun anew. */
const shapeOf = (form: FormDocument): string =>
  form.fields.map(({ variable, kind, options }) => `${variable}:${kind}:${options.length}`).join(" ");

interface FilledProps {
  readonly project: string;
  readonly form: FormDocument;
  readonly run: number | undefined;
  readonly onRun: (run: number) => void;
}

function Filled({ project, form, run, onRun }: FilledProps) {
  const known = useQueryClient();
  const online = useOnline();
  const [values, setValues] = useState(() => firstValues(form));
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const mine = wrongs(form, values);
  const wrong = { ...refused, ...(tried ? mine : {}) };
  const blocked = !form.may_run
    ? "Your role may not run this form. Whoever edits it can share it with you."
    : !form.sound
      ? "The form has errors."
      : !online
        ? "There is no connection to the server."
        : busy
          ? "It is being started."
          : undefined;

  const start = async () => {
    setTried(true);
    setProblem(undefined);
    setRefused({});
    if (blocked) return;
    const first = Object.keys(mine)[0];
    if (first) {
      document.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
      return;
    }
    setBusy(true);
    try {
      const started = await runForm(project, form.id, asked(form, values));
      onRun(started.id);
      void known.invalidateQueries({ queryKey: forms.one(project, form.id).queryKey });
    } catch (error) {
      const told = wrongsOf(form, asProblem(error).findings);
      setRefused(told);
      if (Object.keys(told).length === 0) setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className={styles.form}
      noValidate
      aria-label={form.title}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {form.description ? <p className={styles.lead}>{form.description}</p> : null}
      <div className={styles.fields}>
        <FormFields
          form={form}
          values={values}
          wrong={wrong}
          onChange={(variable, value) => {
            setValues((before) => ({ ...before, [variable]: value }));
            setRefused(({ [variable]: _, ...others }) => others);
          }}
        />
      </div>
      {problem ? <Problem error={problem} /> : null}
      <div className={styles.acts}>
        <Button type="submit" look="primary" blocked={blocked}>
          Run
        </Button>
        {Object.keys(form.last).length ? <span className={ui.under}>Filled in as you did last time.</span> : null}
      </div>
      {run === undefined ? null : <FormRun project={project} run={run} form={form} />}
    </form>
  );
}
