/** The changed files as they are listed: what is staged, what is not, each by pipeline. */
import type { GitFile } from "./api";

export interface Group {
  /** Empty: files that belong to no single pipeline. */
  readonly pipeline: string;
  readonly files: readonly GitFile[];
}

export type Part = "conflicts" | "staged" | "changes";

export function partsOf(files: readonly GitFile[]): Record<Part, readonly Group[]> {
  return {
    conflicts: grouped(files.filter((file) => file.conflict)),
    staged: grouped(files.filter((file) => file.staged !== "")),
    changes: grouped(files.filter((file) => file.unstaged !== "" && !file.conflict)),
  };
}

/** A file of several pipelines stands with those of none: it is everybody's. */
function grouped(files: readonly GitFile[]): readonly Group[] {
  const groups = new Map<string, GitFile[]>();
  for (const file of files) {
    const pipeline = file.pipelines.length === 1 ? (file.pipelines[0] ?? "") : "";
    groups.set(pipeline, [...(groups.get(pipeline) ?? []), file]);
  }
  return [...groups]
    .map(([pipeline, members]) => ({ pipeline, files: members }))
    .sort((one, other) => Number(!one.pipeline) - Number(!other.pipeline) || (one.pipeline < other.pipeline ? -1 : 1));
}

export interface Line {
  readonly kind: "same" | "added" | "removed" | "note";
  readonly text: string;
  readonly old: number | undefined;
  readonly new: number | undefined;
}

/** The lines of a hunk with their numbers on both sides. */
export function numbered(hunk: { readonly old: number; readonly new: number; readonly lines: readonly string[] }) {
  let before = hunk.old;
  let after = hunk.new;
  return hunk.lines.map((line): Line => {
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", text, old: undefined, new: after++ };
    if (line.startsWith("-")) return { kind: "removed", text, old: before++, new: undefined };
    if (line.startsWith("\\")) return { kind: "note", text: text.trim(), old: undefined, new: undefined };
    return { kind: "same", text, old: before++, new: after++ };
  });
}

/** What the chip in the top bar says. */
export function brief(state: {
  readonly branch: string | null;
  readonly commit: string | null;
  readonly doing: string;
  readonly files: readonly unknown[];
}): string {
  const where = state.branch ?? state.commit?.slice(0, 8) ?? "no branch";
  if (state.doing) return `${where} · ${state.doing}`;
  return state.files.length ? `${where} · ${state.files.length} changed` : where;
}
