/** A new form: which pipeline it runs, which block's results it shows. Its inputs are the pipeline's variables. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { blockNames, newForm } from "./api";
import styles from "./interactions.module.css";

interface NewFormSheetProps {
  readonly pipeline: string | undefined;
  readonly onClose: () => void;
}

export function NewFormSheet({ pipeline: given, onClose }: NewFormSheetProps) {
  const project = useProject();
  const known = useQueryClient();
  const navigate = useNavigate();
  const all = useQuery(pipelines.list(project));
  const [chosen, setChosen] = useState(given ?? "");
  const [wrong, setWrong] = useState<unknown>();
  const pipeline = chosen || (all.data?.[0]?.uuid ?? "");
  const blocks = useQuery(blockNames(project, pipeline));
  const names = blocks.data?.items.map(({ uuid }) => uuid) ?? [];
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const title = String(fields.get("title")).trim();
    const name =
      title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "_")
        .replace(/^_+|_+$/g, "") || "form";
    setWrong(undefined);
    try {
      const made = await newForm(project, { pipeline, block: String(fields.get("block")), name, title });
      await known.invalidateQueries({ queryKey: ["forms", project] });
      await navigate({ to: "/forms/$form", params: { form: made.name }, search: { edit: true } });
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <Sheet
      title="New form"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="new-form"
            look="primary"
            blocked={names.length ? undefined : "The pipeline has no block yet."}
          >
            Create and build
          </Button>
        </>
      }
    >
      {wrong || all.error || blocks.error ? <Problem error={wrong ?? all.error ?? blocks.error} /> : null}
      <form id="new-form" className={styles.form} onSubmit={(event) => void make(event)}>
        <TextField label="Title" name="title" required maxLength={90} autoComplete="off" hint="What people see." />
        <SelectField
          label="Runs pipeline"
          value={pipeline}
          options={(all.data ?? []).map(({ uuid }) => ({ value: uuid, label: uuid }))}
          onChange={(event) => setChosen(event.target.value)}
        />
        <SelectField
          // The list of another pipeline begins at its own last block: that is where results are.
          key={`${pipeline} ${names.length}`}
          label="Shows the results of block"
          name="block"
          defaultValue={names.at(-1)}
          options={names.map((name) => ({ value: name, label: name }))}
          hint="Its inputs begin as the variables of the pipeline."
        />
      </form>
    </Sheet>
  );
}
