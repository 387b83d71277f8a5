/** One list of everything a new block can be: kinds, templates, files that are there already. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { matchOf } from "@/app/match";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { useEnter } from "@/ui/useEnter";
import { workspaces } from "../api";
import { kindOf, languageName } from "../model/words";
import type { NewBlockWish } from "../useActions";
import styles from "../workspace.module.css";

interface Choice {
  readonly id: string;
  readonly text: string;
  readonly about: string;
  readonly wish: NewBlockWish;
}

/** The folders in which blocks live; what lies in them can stand in another pipeline, too. */
const FOLDERS = ["data_loaders", "transformers", "data_exporters", "custom", "sensors", "markdowns", "dbt"];
const FIRST = ["data_loader", "transformer", "data_exporter", "custom", "sensor", "markdown"];
const SHOWN = 60;

interface AddListProps {
  readonly project: string;
  readonly onAdd: (wish: NewBlockWish) => void;
  readonly onClose: () => void;
}

export function AddList({ project, onAdd, onClose }: AddListProps) {
  const list = useId();
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const { data, error, refetch } = useQuery(workspaces.templates(project));
  const folders = useQueries({
    queries: FOLDERS.map((folder) => ({
      ...workspaces.folder(project, folder),
      enabled: asked.trim() !== "",
      retry: false,
    })),
  });
  const listed = folders.map((folder) => folder.data?.items);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new each time, what it holds is not
  const files = useMemo(() => listed.flatMap((items) => items ?? []), listed);

  const found = useMemo(() => {
    const choices: Choice[] = (data ?? [])
      .map(({ name, type, language, description, own }) => ({
        id: `template ${name} ${type} ${language}`,
        text: name
          ? `${name
              .split("/")
              .at(-1)
              ?.replace(/\.\w+$/, "")
              .replaceAll("_", " ")}`
          : kindOf(type),
        about: [name ? kindOf(type) : "", languageName(language), own ? "of this project" : "", description]
          .filter(Boolean)
          .join(" · "),
        wish: { type: type || "custom", language, ...(name ? { template: name } : {}) },
        rank: name ? 10 : FIRST.indexOf(type) < 0 ? 9 : FIRST.indexOf(type) + (language === "python" ? 0 : 0.5),
      }))
      .sort((one, other) => one.rank - other.rank);
    const shared: Choice[] = files
      .filter(({ path, kind }) => kind === "file" && !path.endsWith("__init__.py"))
      .map(({ path }) => ({
        id: `file ${path}`,
        text: path,
        about: "a file of this project",
        wish: { type: "", language: "", file: path },
      }));
    const words = asked.trim();
    if (!words) return choices.slice(0, SHOWN);
    return [...choices, ...shared]
      .map((choice) => ({ choice, rank: Math.max(matchOf(words, choice.text), matchOf(words, choice.about) - 1.5) }))
      .filter(({ rank }) => rank > 0)
      .sort((one, other) => other.rank - one.rank)
      .slice(0, SHOWN)
      .map(({ choice }) => choice);
  }, [data, files, asked]);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => {
    document.getElementById(`${list}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen, list]);
  const frame = useRef<HTMLDivElement>(null);

  // What is still on its way may fit better than what is there.
  const ready = data !== undefined && !folders.some((folder) => folder.isLoading);
  const enter = useEnter(ready, () => {
    const choice = found[chosen];
    if (choice) onAdd(choice.wish);
  });
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") enter.press();
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  };

  return (
    <div ref={frame} className={styles.addList}>
      <input
        className={ui.input}
        placeholder="What shall it do? Kind, template or file"
        aria-label="Add a block"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found.length ? `${list}-${chosen}` : undefined}
        autoFocus
        autoComplete="off"
        value={asked}
        onChange={(event) => {
          enter.forget();
          setAsked(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
        onBlur={(event) => {
          if (!frame.current?.contains(event.relatedTarget)) onClose();
        }}
      />
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      <div id={list} role="listbox" aria-label="What a block can be" className={styles.choices}>
        {found.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={choice.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={styles.choice}
            onMouseMove={() => setAt(index)}
            onClick={() => onAdd(choice.wish)}
          >
            <span className={styles.choiceName}>{choice.text}</span>
            <span className="hint ellipsis">{choice.about}</span>
          </div>
        ))}
        {data && found.length === 0 ? <div className={styles.choice}>Nothing is called so.</div> : null}
      </div>
    </div>
  );
}
