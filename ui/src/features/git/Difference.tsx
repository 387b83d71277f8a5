/** How a file differs, hunk by hunk; each can be staged by itself. */
import { useQuery } from "@tanstack/react-query";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { doing, type GitFile, type GitHunk, git } from "./api";
import styles from "./git.module.css";
import { numbered } from "./model";
import type { Doing } from "./useDoing";

const MOST_LINES = 3_000;
const SIGNS = { same: " ", added: "+", removed: "−", note: " " };

interface DifferenceProps {
  readonly file: GitFile;
  readonly staged: boolean;
  readonly work: Doing;
}

export function Difference({ file, staged, work }: DifferenceProps) {
  const project = useProject();
  const refusal = useRefusal("edit") ?? (work.busy ? "Something is being done." : undefined);
  const { data, error, refetch } = useQuery(git.difference(project, file.path, staged));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={6} />;
  const { stage, unstage } = doing(project);
  const whole = file.unstaged === "untracked";
  let room = MOST_LINES;
  const shown = data.hunks.filter((hunk) => {
    const fits = room > 0;
    room -= hunk.lines.length;
    return fits;
  });
  return (
    <>
      <div className={styles.contentHead}>
        <code className="ellipsis">{file.path}</code>
        <span className="hint">{staged ? "in the next commit" : whole ? "new" : "not staged"}</span>
      </div>
      {data.binary ? <p className={styles.pick}>It is no text: there are no lines to show.</p> : null}
      {!data.binary && !data.hunks.length ? <p className={styles.pick}>Its lines are the same.</p> : null}
      <div className={styles.hunks}>
        {shown.map((hunk) => (
          <Hunk
            key={hunk.id}
            hunk={hunk}
            action={
              whole || data.cut ? null : (
                <Button
                  look="bare"
                  blocked={refusal}
                  onClick={() =>
                    void work.act(() => (staged ? unstage : stage)({ paths: [file.path], hunks: [hunk.id] }))
                  }
                >
                  {staged ? "Unstage" : "Stage"} these lines
                </Button>
              )
            }
          />
        ))}
        {data.cut || room < 0 ? <p className={styles.pick}>It goes on; the rest is too long to be shown.</p> : null}
      </div>
    </>
  );
}

function Hunk({ hunk, action }: { readonly hunk: GitHunk; readonly action: React.ReactNode }) {
  const lines = numbered(hunk).slice(0, MOST_LINES);
  return (
    <section aria-label={`Lines from ${hunk.new}`}>
      <div className={styles.hunkHead}>
        <span className="ellipsis hint">
          Line {hunk.new} {hunk.section ? <code>{hunk.section}</code> : null}
        </span>
        {action}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div className={styles.lines} tabIndex={0} role="group" aria-label={`Difference from line ${hunk.new}`}>
        {lines.map((line) => (
          <div key={`${line.old ?? ""}:${line.new ?? ""}:${line.kind}`} className={styles.line} data-kind={line.kind}>
            <span className={styles.number}>{line.old}</span>
            <span className={styles.number}>{line.new}</span>
            <span className={styles.sign}>{SIGNS[line.kind]}</span>
            <code>{line.text.slice(0, 2_000)}</code>
          </div>
        ))}
      </div>
    </section>
  );
}
