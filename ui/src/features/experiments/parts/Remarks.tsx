/** What people say about a run of ours: tags that it can be found by, and notes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useMe } from "@/features/access";
import { useMay, useProject, useRefusal } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { AreaField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { changeNote, deleteNote, experiments, type RunNote, type RunTag, tagRun, untagRun, writeNote } from "../api";
import styles from "../experiments.module.css";

interface RemarksProps {
  readonly run: number;
  readonly pipeline: string;
}

/** Does something and looks anew; says whether it went well. */
type Act = (does: () => Promise<unknown>, told?: string, undo?: () => Promise<unknown>) => Promise<boolean>;

export function Remarks({ run, pipeline }: RemarksProps) {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("edit", pipeline);
  const [wrong, setWrong] = useState<unknown>();
  const tags = useQuery(experiments.tags(project, run));
  const notes = useQuery(experiments.notes(project, run));
  const act: Act = async (does, told, undo) => {
    setWrong(undefined);
    try {
      await does();
      await known.invalidateQueries({ queryKey: ["remarks", project, run] });
      if (told) tell(told, undo && (() => void act(undo)));
      return true;
    } catch (error) {
      setWrong(error);
      return false;
    }
  };
  const error = wrong ?? tags.error ?? notes.error;
  return (
    <section aria-labelledby="remarks" className={styles.section}>
      <h2 id="remarks">About run {run}</h2>
      {error ? <Problem error={error} /> : null}
      {tags.data ? <Tags run={run} tags={tags.data} refusal={refusal} act={act} /> : <Bones rows={1} />}
      {notes.data ? (
        <Notes run={run} pipeline={pipeline} notes={notes.data} refusal={refusal} act={act} />
      ) : (
        <Bones rows={2} />
      )}
    </section>
  );
}

interface TagsProps {
  readonly run: number;
  readonly tags: readonly RunTag[];
  readonly refusal: string | undefined;
  readonly act: Act;
}

function Tags({ run, tags, refusal, act }: TagsProps) {
  const project = useProject();
  const [typed, setTyped] = useState("");
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const [name = "", ...value] = typed.trim().split("=");
    if (name && (await act(() => tagRun(project, run, name.trim(), value.join("=").trim())))) setTyped("");
  };
  return (
    <div className={styles.tags}>
      {tags.map(({ name, value }) => (
        <span key={name} className={styles.tag}>
          {name}
          {value ? <span className="quiet"> = {value}</span> : null}
          <IconButton
            label={`Take tag ${name} away`}
            blocked={refusal}
            onClick={() =>
              void act(
                () => untagRun(project, run, name),
                `Tag ${name} was taken away.`,
                () => tagRun(project, run, name, value),
              )
            }
          >
            <X size={12} aria-hidden />
          </IconButton>
        </span>
      ))}
      <form className={styles.adding} onSubmit={(event) => void add(event)}>
        <input
          className={ui.input}
          aria-label="New tag"
          placeholder="good, or reviewed=yes"
          autoComplete="off"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Button type="submit" blocked={refusal}>
          Add tag
        </Button>
      </form>
    </div>
  );
}

interface NotesProps {
  readonly run: number;
  readonly pipeline: string;
  readonly notes: readonly RunNote[];
  readonly refusal: string | undefined;
  readonly act: Act;
}

function Notes({ run, pipeline, notes, refusal, act }: NotesProps) {
  const project = useProject();
  const [typed, setTyped] = useState("");
  const write = async (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() && (await act(() => writeNote(project, run, typed)))) setTyped("");
  };
  return (
    <>
      {notes.length ? (
        <ul className={styles.notes} aria-label="Notes">
          {notes.map((note) => (
            <Note key={note.id} run={run} pipeline={pipeline} note={note} refusal={refusal} act={act} />
          ))}
        </ul>
      ) : null}
      <form className={styles.section} onSubmit={(event) => void write(event)}>
        <AreaField
          label="New note"
          rows={2}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void write(event);
          }}
        />
        <span>
          <Button type="submit" blocked={refusal ?? (typed.trim() ? undefined : "Nothing is written.")}>
            Write note
          </Button>
        </span>
      </form>
    </>
  );
}

interface NoteProps {
  readonly run: number;
  readonly pipeline: string;
  readonly note: RunNote;
  readonly refusal: string | undefined;
  readonly act: Act;
}

function Note({ run, pipeline, note, refusal, act }: NoteProps) {
  const project = useProject();
  const { email } = useMe();
  const anybodys = useMay("admin", pipeline);
  const [typed, setTyped] = useState<string>();
  const mine = note.author === email;
  const save = async () => {
    if (typed?.trim() && (await act(() => changeNote(project, run, note.id, typed)))) setTyped(undefined);
  };
  return (
    <li>
      <div className={styles.noteHead}>
        <strong>{note.author.split("@")[0]}</strong>
        <span className="hint">
          <Ago at={note.created} />
          {note.changed ? ", changed" : ""}
        </span>
        <span className={styles.grow} />
        {mine && typed === undefined ? (
          <Button look="bare" blocked={refusal} onClick={() => setTyped(note.text)}>
            Change
          </Button>
        ) : null}
        {mine || anybodys ? (
          <Button
            look="bare"
            blocked={refusal}
            onClick={() =>
              void act(
                () => deleteNote(project, run, note.id),
                "The note was deleted.",
                mine ? () => writeNote(project, run, note.text) : undefined,
              )
            }
          >
            Delete
          </Button>
        ) : null}
      </div>
      {typed === undefined ? (
        <p className={styles.noteText}>{note.text}</p>
      ) : (
        <>
          <AreaField label="Note" rows={3} autoFocus value={typed} onChange={({ target }) => setTyped(target.value)} />
          <span className={styles.adding}>
            <Button look="primary" onClick={() => void save()}>
              Save
            </Button>
            <Button onClick={() => setTyped(undefined)}>Cancel</Button>
          </span>
        </>
      )}
    </li>
  );
}
