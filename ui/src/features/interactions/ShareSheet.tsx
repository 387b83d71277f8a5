/** What a form is called, and who may run it. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { undoChange } from "@/features/workspace";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { AreaField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { tell } from "@/ui/toasts";
import { changeForm, type FormDocument, type Role, removeForm } from "./api";
import styles from "./interactions.module.css";

const ROLES: readonly { readonly value: Role | ""; readonly label: string }[] = [
  { value: "", label: "Whoever may run the pipeline" },
  { value: "viewer", label: "Everybody who may see the pipeline (viewers)" },
  { value: "editor", label: "Editors and above" },
  { value: "admin", label: "Admins and above" },
  { value: "owner", label: "Owners" },
];
const LOWEST: readonly Role[] = ["viewer", "editor", "admin", "owner"];

interface ShareSheetProps {
  readonly project: string;
  readonly form: FormDocument;
  readonly onClose: () => void;
}

export function ShareSheet({ project, form, onClose }: ShareSheetProps) {
  const known = useQueryClient();
  const navigate = useNavigate();
  const [wrong, setWrong] = useState<unknown>();
  const again = () => known.invalidateQueries({ queryKey: ["forms", project] });
  const undo = (change: number | null) =>
    change === null ? undefined : () => void undoChange(project, change).then(again);
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const role = String(fields.get("role")) as Role | "";
    try {
      const done = await changeForm(project, form.id, {
        title: String(fields.get("title")),
        description: String(fields.get("description")),
        roles: role ? [role] : [],
      });
      await again();
      tell(`${form.title} was changed`, undo(done.change));
      onClose();
    } catch (error) {
      setWrong(error);
    }
  };
  const remove = async () => {
    try {
      const done = await removeForm(project, form.id);
      await again();
      await navigate({ to: "/forms" });
      tell(`${form.title} was taken from ${form.pipeline}`, undo(done.change));
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <Sheet
      title={`Share ${form.title}`}
      onClose={onClose}
      foot={
        <>
          <Button look="danger" onClick={() => void remove()}>
            Remove
          </Button>
          <span className={styles.grow} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="share-form" look="primary">
            Save
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      <form id="share-form" className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField label="Title" name="title" defaultValue={form.title} autoComplete="off" />
        <AreaField label="Description" name="description" rows={3} defaultValue={form.description} />
        <SelectField
          label="Who may run it"
          name="role"
          defaultValue={LOWEST.find((role) => form.roles.includes(role)) ?? ""}
          options={ROLES}
          hint="They may run the pipeline with these inputs, and with nothing else."
        />
        <p className={ui.under}>
          It stands in <code>{form.link}</code>.
        </p>
      </form>
    </Sheet>
  );
}
