/** What a file held before, save by save; any of it can be had back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { languageOf, StaticCode } from "@/features/editor";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { restoreVersion, workspaces } from "../api";
import { type Files, useFile } from "../files";
import styles from "../workspace.module.css";

interface HistorySheetProps {
  readonly project: string;
  readonly path: string;
  readonly files: Files;
  readonly refusal: string | undefined;
  readonly onClose: () => void;
}

export function HistorySheet({ project, path, files, refusal, onClose }: HistorySheetProps) {
  const { data, error, refetch } = useQuery(workspaces.history(project, path));
  const file = useFile(files, path);
  const [shown, setShown] = useState<string>();
  const [wrong, setWrong] = useState<unknown>();
  const text = useQuery({
    queryKey: ["version", project, path, shown],
    queryFn: () =>
      taken<unknown>(
        api.GET("/api/v1/projects/{project}/versions/{path}", {
          params: { path: { project, path }, query: { version: shown ?? "" } },
          parseAs: "text",
        }),
      ),
    enabled: shown !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const restore = async () => {
    if (!shown) return;
    setWrong(undefined);
    try {
      await files.flush();
      await restoreVersion(project, path, shown, files.get(path).base?.etag ?? "");
      await files.look(path);
      tell(`${path} is as it was`);
      onClose();
    } catch (problem) {
      setWrong(problem);
    }
  };
  // What the file held before the first change that is known is a version, too.
  const oldest = data?.next ? undefined : data?.items.at(-1);
  return (
    <Sheet
      title={`History of ${path}`}
      onClose={onClose}
      foot={
        <Button
          look="primary"
          blocked={
            refusal ??
            (shown ? (shown === file.base?.etag ? "It is what the file holds now." : undefined) : "Choose a version.")
          }
          onClick={() => void restore()}
        >
          Restore this version
        </Button>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data ? null : <Bones rows={6} />}
      {data?.items.length === 0 ? <Empty>The file has not been changed here yet.</Empty> : null}
      <ol className={styles.versions}>
        {data?.items.map((version) => {
          const digest = version.version ?? version.before;
          return (
            <li key={version.change}>
              <button
                type="button"
                className={styles.version}
                aria-pressed={digest !== null && digest === shown}
                disabled={!version.kept || digest === null}
                onClick={() => setShown(digest ?? undefined)}
              >
                <Ago at={version.time} /> <span className="quiet">{version.by}</span>
                <span className="hint ellipsis">{version.what}</span>
              </button>
            </li>
          );
        })}
        {oldest?.kept && oldest.version && oldest.before ? (
          <li>
            <button
              type="button"
              className={styles.version}
              aria-pressed={oldest.before === shown}
              onClick={() => setShown(oldest.before ?? undefined)}
            >
              before all of these
            </button>
          </li>
        ) : null}
      </ol>
      {shown && typeof text.data === "string" ? <StaticCode text={text.data} language={languageOf(path)} /> : null}
      {text.error ? <Problem error={text.error} /> : null}
    </Sheet>
  );
}
