/** A template made of what is there: a block or a whole pipeline. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { pipelines } from "@/features/pipelines";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { AreaField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { blockNames, newBlockTemplate, newPipelineTemplate } from "./api";
import styles from "./templates.module.css";

export interface Wish {
  readonly of: "block" | "pipeline";
  readonly pipeline?: string;
  readonly block?: string;
}

interface MakeSheetProps {
  readonly project: string;
  readonly wish: Wish;
  readonly onClose: () => void;
  /** Told the new template's key in the list. */
  readonly onMade: (key: string) => void;
}

export function MakeSheet({ project, wish, onClose, onMade }: MakeSheetProps) {
  const known = useQueryClient();
  const all = useQuery(pipelines.list(project));
  const [chosen, setChosen] = useState(wish.pipeline ?? "");
  const [wrong, setWrong] = useState<unknown>();
  const pipeline = chosen || (all.data?.[0]?.uuid ?? "");
  const blocks = useQuery({ ...blockNames(project, pipeline), enabled: wish.of === "block" && pipeline !== "" });
  const entries = blocks.data?.items ?? [];
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const name = String(fields.get("name")).trim();
    const description = String(fields.get("description"));
    setWrong(undefined);
    try {
      if (wish.of === "block") {
        const block = String(fields.get("block"));
        const made = await newBlockTemplate(project, { name, pipeline, block, description });
        await known.invalidateQueries({ queryKey: ["templates", project] });
        const source = entries.find(({ uuid }) => uuid === block);
        onMade(`block ${made.name} ${source?.type ?? ""} ${source?.language ?? ""}`);
      } else {
        const made = await newPipelineTemplate(project, { name, pipeline, description });
        await known.invalidateQueries({ queryKey: ["pipeline-templates", project] });
        onMade(`pipeline ${made.name}`);
      }
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <Sheet
      title={wish.of === "block" ? "New template of a block" : "New template of a pipeline"}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="new-template" look="primary">
            Make the template
          </Button>
        </>
      }
    >
      {wrong || all.error || blocks.error ? <Problem error={wrong ?? all.error ?? blocks.error} /> : null}
      <form id="new-template" className={styles.form} onSubmit={(event) => void make(event)}>
        <TextField label="Name" name="name" required maxLength={100} autoComplete="off" />
        <SelectField
          label="Of pipeline"
          value={pipeline}
          options={(all.data ?? []).map(({ uuid }) => ({ value: uuid, label: uuid }))}
          onChange={(event) => setChosen(event.target.value)}
          hint={
            wish.of === "pipeline"
              ? "Its blocks, variables and triggers are kept; the files of its blocks are shared."
              : undefined
          }
        />
        {wish.of === "block" ? (
          <SelectField
            key={`${pipeline} ${entries.length}`}
            label="Block"
            name="block"
            defaultValue={wish.block ?? entries[0]?.uuid}
            options={entries.map(({ uuid }) => ({ value: uuid, label: uuid }))}
            hint="Its code and configuration are kept."
          />
        ) : null}
        <AreaField label="Description" name="description" rows={3} />
      </form>
    </Sheet>
  );
}
