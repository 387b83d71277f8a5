import { Minus, Plus } from "lucide-react";
import { useProject, useRefusal } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Tip } from "@/ui/Tip";
import { doing, type GitFile, type GitState } from "./api";
import styles from "./git.module.css";
import { type Group, type Part, partsOf } from "./model";
import type { Doing } from "./useDoing";

export interface Shown {
  readonly path: string;
  readonly staged: boolean;
}

interface ChangesProps {
  readonly state: GitState;
  readonly work: Doing;
  readonly shown: Shown | undefined;
  readonly onShow: (shown: Shown) => void;
}

const TITLES: Record<Part, string> = { conflicts: "In conflict", staged: "In the next commit", changes: "Not staged" };
const PARTS: readonly Part[] = ["conflicts", "staged", "changes"];
const MOST_SHOWN = 500;

const LETTERS: Record<string, string> = {
  added: "A",
  untracked: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  copied: "C",
  type: "T",
  conflict: "!",
};

export function Changes({ state, work, shown, onShow }: ChangesProps) {
  const project = useProject();
  const refusal = useRefusal("edit") ?? (work.busy ? "Something is being done." : undefined);
  const { stage, unstage } = doing(project);
  const parts = partsOf(state.files);
  if (!state.files.length) return <p className={styles.none}>Nothing has changed.</p>;
  return PARTS.filter((part) => parts[part].length).map((part) => (
    <section key={part} aria-label={TITLES[part]} className={styles.part}>
      <div className={styles.partHead}>
        <h3>{TITLES[part]}</h3>
        {part === "conflicts" ? null : (
          <Button
            look="bare"
            blocked={refusal}
            onClick={() => void work.act(() => (part === "staged" ? unstage : stage)({ paths: [] }))}
          >
            {part === "staged" ? "Unstage all" : "Stage all"}
          </Button>
        )}
      </div>
      {parts[part].map((group) => (
        <GroupOf key={group.pipeline} group={group}>
          {(file) => (
            <FileRow
              key={file.path}
              file={file}
              part={part}
              refusal={refusal}
              chosen={shown?.path === file.path && (part === "conflicts" || shown.staged === (part === "staged"))}
              onShow={() => onShow({ path: file.path, staged: part === "staged" })}
              onMove={() => void work.act(() => (part === "staged" ? unstage : stage)({ paths: [file.path] }))}
            />
          )}
        </GroupOf>
      ))}
    </section>
  ));
}

function GroupOf({
  group,
  children,
}: {
  readonly group: Group;
  readonly children: (file: GitFile) => React.ReactNode;
}) {
  const left = group.files.length - MOST_SHOWN;
  return (
    <div>
      <div className={styles.group}>{group.pipeline || "Shared by pipelines, and others"}</div>
      <ul className={styles.files}>{group.files.slice(0, MOST_SHOWN).map(children)}</ul>
      {left > 0 ? <p className={styles.none}>and {left} more</p> : null}
    </div>
  );
}

interface FileRowProps {
  readonly file: GitFile;
  readonly part: Part;
  readonly refusal: string | undefined;
  readonly chosen: boolean;
  readonly onShow: () => void;
  readonly onMove: () => void;
}

function FileRow({ file, part, refusal, chosen, onShow, onMove }: FileRowProps) {
  const mark = part === "staged" ? file.staged : file.unstaged;
  const cut = file.path.lastIndexOf("/") + 1;
  return (
    <li className={styles.file} data-chosen={chosen || undefined}>
      <button type="button" className={styles.fileName} aria-pressed={chosen} onClick={onShow}>
        <Tip text={file.before ? `${mark}, was ${file.before}` : mark}>
          <span className={`${styles.letter} ${file.conflict ? styles.wrong : ""}`}>
            <span aria-hidden>{LETTERS[mark] ?? "?"}</span>
            <span className="unseen">{mark}</span>
          </span>
        </Tip>
        <span className="ellipsis" title={file.path}>
          {file.path.slice(cut)} <span className="hint">{file.path.slice(0, Math.max(cut - 1, 0))}</span>
        </span>
      </button>
      {file.guarded && part === "changes" ? <span className={styles.warned}>may hold passwords</span> : null}
      {part === "conflicts" ? null : (
        <IconButton
          label={`${part === "staged" ? "Unstage" : "Stage"} ${file.path}`}
          blocked={refusal}
          onClick={onMove}
        >
          {part === "staged" ? <Minus size={14} aria-hidden /> : <Plus size={14} aria-hidden />}
        </IconButton>
      )}
    </li>
  );
}
