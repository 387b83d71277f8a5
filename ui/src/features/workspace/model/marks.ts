/** What Git says of each file and folder of the tree, in a letter and in words. Pure. */

export interface GitMark {
  readonly letter: string;
  readonly words: string;
  readonly conflict: boolean;
}

interface Changed {
  readonly path: string;
  readonly staged: string;
  readonly unstaged: string;
  readonly conflict: boolean | string;
}

const NEW = new Set(["added", "untracked", "new", "A", "?"]);

export function marksOf(files: readonly Changed[]): ReadonlyMap<string, GitMark> {
  const marks = new Map<string, GitMark>();
  for (const { path, staged, unstaged, conflict } of files) {
    const mark: GitMark = conflict
      ? { letter: "!", words: "in conflict", conflict: true }
      : NEW.has(unstaged) || NEW.has(staged)
        ? { letter: "N", words: "new", conflict: false }
        : { letter: "M", words: "changed", conflict: false };
    marks.set(path.replace(/\/$/, ""), mark);
    const parts = path.replace(/\/$/, "").split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      if (mark.conflict) marks.set(folder, { letter: "!", words: "holds a conflict", conflict: true });
      else if (!marks.has(folder)) marks.set(folder, { letter: "•", words: "holds changes", conflict: false });
    }
  }
  return marks;
}
