/** The block's entry in the pipeline's file as text, comments and all; saved over the version that was read. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asProblem } from "@/api/problems";
import { CodeEditor } from "@/features/editor";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { setBlockYaml, undoChange, workspaces } from "../api";
import styles from "../workspace.module.css";

interface BlockYamlProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly refusal: string | undefined;
  /** Names the form that a Save outside of it sends. */
  readonly form: string;
  readonly onSaved: () => void;
}

export function BlockYaml({ project, pipeline, block, refusal, form, onSaved }: BlockYamlProps) {
  const known = useQueryClient();
  const asked = workspaces.yaml(project, pipeline, block);
  const { data, error, refetch } = useQuery(asked);
  // What is typed is of one version of the file; another one that comes meanwhile does not take it away.
  const [begun, setBegun] = useState<{ readonly digest: string; readonly text: string }>();
  const [turn, setTurn] = useState(0);
  const [wrong, setWrong] = useState<unknown>();
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />;
  const text = begun?.text ?? data.text;
  const again = () => known.invalidateQueries({ queryKey: asked.queryKey });
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      const { change } = await setBlockYaml(project, pipeline, block, text, begun?.digest ?? data.digest);
      tell(
        `${block} was saved`,
        change === null ? undefined : () => void undoChange(project, change).then(again, setWrong),
      );
      await again();
      onSaved();
    } catch (problem) {
      setWrong(problem);
    }
  };
  const stale = wrong !== undefined && asProblem(wrong).status === 412;
  const takeTheirs = async () => {
    await again();
    setBegun(undefined);
    setWrong(undefined);
    setTurn(turn + 1);
  };
  const keepMine = async () => {
    const { data: newest } = await refetch();
    if (newest) setBegun({ digest: newest.digest, text });
    setWrong(undefined);
  };
  return (
    <form id={form} className={styles.yaml} onSubmit={(event) => void save(event)}>
      {wrong ? <Problem error={wrong} /> : null}
      {stale ? (
        <div className={styles.bar}>
          <span>The pipeline was changed elsewhere.</span>
          <span className={styles.grow} />
          <Button look="bare" onClick={() => void takeTheirs()}>
            Use theirs
          </Button>
          <Button look="bare" onClick={() => void keepMine()}>
            Keep mine
          </Button>
        </div>
      ) : null}
      <div className={styles.yamlCode}>
        <CodeEditor
          key={turn}
          name={`${project} ${pipeline} ${block} entry ${turn}`}
          language="yaml"
          text={text}
          label={`YAML of ${block}`}
          readOnly={refusal !== undefined}
          onChange={(typed) => setBegun({ digest: begun?.digest ?? data.digest, text: typed })}
        />
      </div>
      <p className="hint">
        From line {data.line} of {data.path}. Its <code>uuid</code> and its connections are changed by renaming and
        connecting.
      </p>
    </form>
  );
}
