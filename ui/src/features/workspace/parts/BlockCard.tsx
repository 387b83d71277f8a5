/** One block: its head in a line, how it stands, its code. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, Ellipsis, Play, Square } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useState } from "react";
import { CodeEditor, type EditorKey, languageOf, StaticCode } from "@/features/editor";
import { readables } from "@/features/languages";
import { HeldBar, PeopleAt, useHolder, wrote } from "@/features/presence";
import { IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Menu, type MenuEntry } from "@/ui/Menu";
import ui from "@/ui/parts.module.css";
import { Tip } from "@/ui/Tip";
import { Ago, Elapsed } from "@/ui/time";
import type { WorkspaceBlock } from "../api";
import { type Files, useFile } from "../files";
import { kindOf, languageName, outcomeOf, spokenOf, standingOf } from "../model/words";
import type { Actions } from "../useActions";
import styles from "../workspace.module.css";
import { FileBars } from "./ConflictBar";
import { Mark } from "./Mark";
import { NameField } from "./NameField";

export interface CardProps {
  readonly block: WorkspaceBlock;
  readonly files: Files;
  readonly actions: Actions;
  readonly selected: boolean;
  /** Its editor is there; else its text stands still in the same place. */
  readonly near: boolean;
  readonly folded: boolean;
  readonly renaming: boolean;
  readonly goTo: { readonly line: number; readonly turn: number } | undefined;
  readonly focusTurn: number | undefined;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly pipeline: string;
  readonly children?: ReactNode;
}

export const BlockCard = memo(function BlockCard(props: CardProps) {
  const { block, actions, selected, folded, children } = props;
  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      actions.edit(block.uuid);
    }
  };
  return (
    <section
      aria-label={spokenOf(block)}
      data-block={block.uuid}
      tabIndex={selected ? 0 : -1}
      className={`${styles.card} ${selected ? styles.selected : ""}`}
      onKeyDown={press}
      onFocus={() => actions.select(block.uuid)}
      onClick={() => actions.select(block.uuid)}
    >
      <Head {...props} />
      <Under block={block} />
      {block.problems.map((problem) => (
        <p key={`${problem.line} ${problem.message}`} className={styles.wrong} role="alert">
          <code>
            {problem.file}:{problem.line}
          </code>{" "}
          {problem.message} <span className="quiet">{problem.advice}</span>
        </p>
      ))}
      {folded ? null : <Source {...props} />}
      {children}
    </section>
  );
});

function Head({ block, actions, files, folded, pipeline, renaming }: CardProps) {
  const standing = standingOf(block);
  const name = block.uuid;
  const going = block.now !== null;
  return (
    <div className={styles.cardHead}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={!folded}
        aria-label={folded ? `Unfold ${name}` : `Fold ${name}`}
        onClick={() => actions.fold(name)}
      >
        <span className={ui[standing.tone]}>
          <Mark standing={standing} />
        </span>
        <span className={styles.foldMark}>
          {folded ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
        </span>
      </button>
      {renaming ? (
        <NameField name={name} onDone={(next) => actions.rename(name, next)} />
      ) : (
        <h2 className={styles.name} onDoubleClick={() => actions.startRename(name)}>
          {name}
        </h2>
      )}
      <span className={styles.kind}>
        {kindOf(block.type)} · {languageName(block.language)}
      </span>
      {block.upstream.length ? (
        <span className={styles.inputs}>
          {block.upstream.slice(0, 3).map((input) => (
            <button
              key={input}
              type="button"
              className={styles.input}
              aria-label={`Input ${input}`}
              onClick={(event) => {
                event.stopPropagation();
                actions.goTo(input);
              }}
            >
              ← {input}
            </button>
          ))}
          {block.upstream.length > 3 ? <span className="hint">and {block.upstream.length - 3} more</span> : null}
        </span>
      ) : null}
      <PeopleAt project={files.project} pipeline={pipeline} block={name} />
      <span className={styles.grow} />
      {going ? (
        <button
          type="button"
          className={styles.stop}
          aria-label={`Stop ${name}`}
          onClick={() => actions.cancel(block.now?.run ?? 0)}
        >
          <Square size={11} fill="currentColor" aria-hidden />
          {block.now?.started ? <Elapsed since={block.now.started} /> : "0:00"}
        </button>
      ) : (
        <IconButton
          label={`Run ${name}`}
          keys="r"
          blocked={actions.runRefusal}
          onClick={() => void actions.run([name], "stale_upstream")}
        >
          <Play size={14} fill="currentColor" aria-hidden />
        </IconButton>
      )}
      <Menu
        placement="bottom-end"
        button={
          <button type="button" className={styles.bare} aria-label={`Ways to run ${name}`}>
            <ChevronDown size={14} aria-hidden />
          </button>
        }
        entries={runEntries(name, actions)}
      />
      <Menu
        placement="bottom-end"
        button={
          <button type="button" className={styles.bare} aria-label={`More for ${name}`}>
            <Ellipsis size={15} aria-hidden />
          </button>
        }
        entries={moreEntries(block, actions)}
      />
    </div>
  );
}

function runEntries(name: string, actions: Actions): MenuEntry[] {
  const blocked = actions.runRefusal;
  return [
    {
      label: "Run with what is stale before it",
      keys: "r",
      act: () => void actions.run([name], "stale_upstream"),
      blocked,
    },
    { label: "Run only this", act: () => void actions.run([name], "only"), blocked },
    { label: "Run with all before it", keys: "u", act: () => void actions.run([name], "upstream"), blocked },
    { label: "Run with all behind it", act: () => void actions.run([name], "downstream"), blocked },
    { label: "Run only this, reuse nothing", act: () => void actions.run([name], "only", false), blocked },
    { label: "Run with variables…", act: () => actions.startRunWith(name), blocked },
  ];
}

function moreEntries({ uuid: name, path }: WorkspaceBlock, actions: Actions): MenuEntry[] {
  const blocked = actions.editRefusal;
  return [
    { label: "Rename", keys: "F2", act: () => actions.startRename(name), blocked },
    { label: "Connect to…", keys: "c", act: () => actions.startConnect(name), blocked },
    { label: "Move up", keys: "Alt ↑", act: () => void actions.move(name, -1), blocked },
    { label: "Move down", keys: "Alt ↓", act: () => void actions.move(name, 1), blocked },
    { label: "Settings", keys: "s", act: () => actions.openSettings(name) },
    {
      label: "History of the file",
      act: () => actions.openHistory(name),
      blocked: path ? undefined : "It has no file.",
    },
    { label: "Copy", act: () => void actions.copy(name), blocked },
    { label: "Remove", keys: "d d", act: () => void actions.remove(name), blocked },
  ];
}

function Under({ block }: { readonly block: WorkspaceBlock }) {
  const standing = standingOf(block);
  const when = standing.axis === "freshness" && !standing.reason ? block.result?.finished : undefined;
  const long = [standing.word, standing.reason].filter(Boolean).join(" · ");
  return (
    <div className={styles.under}>
      <Tip text={long.length > 60 ? long : ""}>
        <span className={`${styles.standing} ${ui[standing.tone]}`}>
          {long}
          {when ? (
            <>
              {long ? " · " : ""}
              <Ago at={when} />
            </>
          ) : null}
        </span>
      </Tip>
      <span className={styles.outcome}>{outcomeOf(block)}</span>
    </div>
  );
}

function Source({ block, files, actions, selected, near, goTo, focusTurn, columns, pipeline }: CardProps) {
  const navigate = useNavigate();
  const isSql = block.language === "sql" && block.path !== null;
  const { data: sources } = useQuery({
    ...readables(files.project, pipeline, block.uuid),
    enabled: isSql && selected,
  });
  const file = useFile(files, block.path);
  const { holder, takeOver } = useHolder(files.project, pipeline, block.uuid);
  const [touched, setTouched] = useState(false);
  const { path, uuid } = block;
  if (path === null)
    return (
      <p className={styles.note}>
        {block.inline ? "Its code stands in the pipeline's file." : "It has no code of its own."}
      </p>
    );
  if (file.phase === "loading") return <Bones rows={4} />;
  if (file.phase === "failed" && !file.base) return <FileBars files={files} path={path} file={file} />;
  const language = languageOf(path);
  const wrong =
    file.phase === "clean" && block.latest?.state === "failed" && block.latest.error?.file === path
      ? block.latest.error.line
      : null;
  const wrongLine = wrong ?? undefined;
  const keys: EditorKey[] = [
    { key: "Mod-s", act: () => void files.save(path) },
    { key: "Mod-Enter", act: () => void actions.run([uuid], "stale_upstream") },
    { key: "Shift-Enter", act: () => void actions.runAndNext(uuid) },
    { key: "Alt-Enter", act: () => void actions.runAndAdd(uuid) },
  ];
  return (
    <div className={styles.source}>
      <FileBars files={files} path={path} file={file} />
      {holder && !actions.editRefusal ? <HeldBar holder={holder} onTakeOver={takeOver} /> : null}
      {near || touched ? (
        <CodeEditor
          name={`${files.project} ${path}`}
          language={language}
          text={file.text}
          label={`Code of ${uuid}`}
          readOnly={holder !== undefined || (actions.editRefusal !== undefined && !actions.offline)}
          keys={keys}
          columns={columns}
          sources={sources}
          file={{
            project: files.project,
            path,
            onGo: (other, line) => {
              if (actions.has(other)) actions.goToLine(other, line);
              else void navigate({ to: "/files/$", params: { _splat: other }, search: { line } });
            },
          }}
          wrongLine={wrongLine}
          goTo={goTo}
          focusTurn={focusTurn}
          history={files.history(path)}
          onChange={(text) => {
            setTouched(true);
            wrote(files.project, pipeline, uuid);
            files.type(path, text);
          }}
          onHistory={(history) => files.remember(path, history)}
          onFocus={() => actions.select(uuid)}
          onLeave={() => actions.leaveEditor(uuid)}
        />
      ) : (
        <StaticCode text={file.text} language={language} wrongLine={wrongLine} />
      )}
    </div>
  );
}
