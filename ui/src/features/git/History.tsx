import { useInfiniteQuery } from "@tanstack/react-query";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { git } from "./api";
import styles from "./git.module.css";

export function History() {
  const project = useProject();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    git.commits(project),
  );
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={6} />;
  const commits = data.pages.flatMap((page) => page.items);
  if (!commits.length) return <p className={styles.none}>There is no commit yet.</p>;
  return (
    <>
      <ol className={styles.commits} aria-label="Commits, newest first">
        {commits.map((commit) => (
          <li key={commit.id}>
            <span className={styles.subject} title={commit.subject}>
              {commit.subject || "no message"}
            </span>
            <span className="hint ellipsis">
              <code>{commit.id.slice(0, 8)}</code> · {commit.author} · <Ago at={commit.time} />
              {commit.names.length ? ` · ${commit.names.join(", ")}` : ""}
            </span>
          </li>
        ))}
      </ol>
      {hasNextPage ? (
        <div className={styles.more}>
          <Button blocked={isFetchingNextPage ? "Loading" : undefined} onClick={() => void fetchNextPage()}>
            Older commits
          </Button>
        </div>
      ) : null}
    </>
  );
}
