/** The settings of a block: each with its value, where that comes from, and what it means. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { Problem } from "@/ui/Problem";
import { SettingField } from "@/ui/SettingField";
import { tell } from "@/ui/toasts";
import { edit, undoChange, workspaces } from "../api";
import styles from "../workspace.module.css";
import { BlockYaml } from "./BlockYaml";

interface SettingsSheetProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly refusal: string | undefined;
  readonly onClose: () => void;
}

export function SettingsSheet({ project, pipeline, block, refusal, onClose }: SettingsSheetProps) {
  const known = useQueryClient();
  const asked = workspaces.settings(project, pipeline, block);
  const { data, error, refetch } = useQuery(asked);
  const [changed, setChanged] = useState<Readonly<Record<string, unknown>>>({});
  const [wrong, setWrong] = useState<unknown>();
  const [asYaml, setAsYaml] = useState(false);
  const form = "block-settings";
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      const done = await edit(project, pipeline).set(block, changed);
      const { change } = done;
      const again = () => known.invalidateQueries({ queryKey: asked.queryKey });
      const undo = (number: number) => () => {
        undoChange(project, number).then(again, (problem: Error) => tell(`Not taken back: ${problem.message}`));
      };
      tell(`Settings of ${block} saved`, change === null ? undefined : undo(change));
      await again();
      onClose();
    } catch (problem) {
      setWrong(problem);
    }
  };
  const count = Object.keys(changed).length;
  return (
    <Sheet
      title={`Settings of ${block}`}
      onClose={onClose}
      foot={
        <>
          {data ? (
            <Link to="/files/$" params={{ _splat: data.path }} className={styles.yamlLink}>
              Whole file
            </Link>
          ) : null}
          <span className={styles.grow} />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            look="primary"
            blocked={refusal ?? (count || asYaml ? undefined : "Nothing was changed.")}
          >
            Save
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      <div role="tablist" aria-label="How to edit" className={styles.sheetTabs}>
        {(["Settings", "YAML"] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={asYaml === (name === "YAML")}
            className={styles.sideTab}
            onClick={() => setAsYaml(name === "YAML")}
          >
            {name}
          </button>
        ))}
      </div>
      {asYaml ? (
        <BlockYaml {...{ project, pipeline, block, refusal, form }} onSaved={onClose} />
      ) : data ? (
        <form id={form} className={styles.settings} onSubmit={(event) => void save(event)}>
          {data.settings.map((setting) => (
            <SettingField
              // A field holds what is typed; another value from the server is another field.
              key={`${setting.key} ${JSON.stringify(setting.value)}`}
              setting={setting}
              onChange={(value) => setChanged({ ...changed, [setting.key]: value })}
            />
          ))}
        </form>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={10} />
      )}
    </Sheet>
  );
}
