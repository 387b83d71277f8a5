/** A piece of a YAML file as text, comments and all; saved over the version that was read. */
import { type UseQueryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { asProblem } from "@/api/problems";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import styles from "./editor.module.css";
import { CodeEditor, MergeDialog } from "./lazy";

interface Read {
  readonly digest: string;
  readonly text: string;
}

/** What is typed over the version of `digest`, which held `base`. */
interface Begun extends Read {
  readonly base: string;
}

/** What is typed and the newest version of the file, as both stood when it was asked to merge them. */
interface Merging {
  readonly base: string;
  readonly mine: string;
  readonly newest: Read;
}

interface YamlFormProps<Found extends Read> {
  readonly asked: UseQueryOptions<Found, Error, Found, string[]>;
  /** What it is, for people; `name` tells it from every other text that is edited. */
  readonly what: string;
  readonly name: string;
  readonly refusal: string | undefined;
  /** Names the form that a Save outside of it sends. */
  readonly form: string;
  /** Gives the change that can be undone; null: there was nothing to write. */
  readonly save: (text: string, digest: string) => Promise<number | null>;
  readonly undo: (change: number) => Promise<unknown>;
  readonly onSaved: () => void;
  readonly children: (found: Found) => ReactNode;
}

export function YamlForm<Found extends Read>(props: YamlFormProps<Found>) {
  const { asked, what, name, refusal, form, save, undo, onSaved, children } = props;
  const known = useQueryClient();
  const { data, error, refetch } = useQuery(asked);
  // What is typed is of one version of the file; another one that comes meanwhile does not take it away.
  const [begun, setBegun] = useState<Begun>();
  const [merging, setMerging] = useState<Merging>();
  const [turn, setTurn] = useState(0);
  const [wrong, setWrong] = useState<unknown>();
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />;
  const text = begun?.text ?? data.text;
  const again = () => known.invalidateQueries({ queryKey: asked.queryKey });
  const write = async (typed: string, digest: string) => {
    setWrong(undefined);
    try {
      const change = await save(typed, digest);
      tell(`${what} was saved`, change === null ? undefined : () => void undo(change).then(again, setWrong));
      await again();
      setBegun(undefined);
      onSaved();
    } catch (problem) {
      setWrong(problem);
    }
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    void write(text, begun?.digest ?? data.digest);
  };
  const stale = wrong !== undefined && asProblem(wrong).status === 412;
  const takeTheirs = async () => {
    await again();
    setBegun(undefined);
    setWrong(undefined);
    setTurn(turn + 1);
  };
  /** From here on `typed` is a change of `newest`. */
  const goOn = (typed: string, newest: Read) => {
    setBegun({ digest: newest.digest, text: typed, base: newest.text });
    setWrong(undefined);
  };
  const keepMine = async () => {
    const { data: newest } = await refetch();
    if (newest) goOn(text, newest);
  };
  const merge = async () => {
    const base = begun?.base ?? data.text;
    const { data: newest } = await refetch();
    if (newest) setMerging({ base, mine: text, newest });
  };
  return (
    <>
      <form id={form} className={styles.yaml} onSubmit={send}>
        {wrong ? <Problem error={wrong} /> : null}
        {stale ? (
          <div className={styles.elsewhere}>
            <span>The file was changed elsewhere.</span>
            <Button look="bare" onClick={() => void takeTheirs()}>
              Use theirs
            </Button>
            <Button look="bare" onClick={() => void keepMine()}>
              Keep mine
            </Button>
            <Button look="bare" onClick={() => void merge()}>
              Merge
            </Button>
          </div>
        ) : null}
        <div className={styles.yamlCode}>
          <CodeEditor
            key={turn}
            name={`${name} ${turn}`}
            language="yaml"
            text={text}
            label={`YAML of ${what}`}
            readOnly={refusal !== undefined}
            onChange={(typed) => setBegun({ digest: data.digest, base: data.text, ...begun, text: typed })}
          />
        </div>
        <p className="hint">{children(data)}</p>
      </form>
      {merging ? (
        <MergeDialog
          path={what}
          base={merging.base}
          mine={merging.mine}
          theirs={merging.newest.text}
          language="yaml"
          onClose={() => setMerging(undefined)}
          onMerged={(both) => {
            goOn(both, merging.newest);
            setMerging(undefined);
            setTurn(turn + 1);
            void write(both, merging.newest.digest);
          }}
        />
      ) : null}
    </>
  );
}
