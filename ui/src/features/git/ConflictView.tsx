/** A file that both sides changed: one of them, or both put together by hand. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { languageOf, MergeEditor } from "@/features/editor";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { doing, git } from "./api";
import styles from "./git.module.css";
import type { Doing } from "./useDoing";

export function ConflictView({ path, work }: { readonly path: string; readonly work: Doing }) {
  const project = useProject();
  const refusal = useRefusal("edit") ?? (work.busy ? "Something is being done." : undefined);
  const { data, error, refetch } = useQuery(git.conflict(project, path));
  const [typed, setTyped] = useState<string>();
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={6} />;
  const text = typed ?? data.now ?? "";
  const left = (text.match(/^<{7} /gm) ?? []).length;
  const { solve } = doing(project);
  const take = (side: "ours" | "theirs") =>
    void work.act(() => solve({ path, side, etag: data.etag }), "The conflict is solved.");
  return (
    <>
      <div className={styles.contentHead}>
        <code className="ellipsis">{path}</code>
        <span className={styles.grow} />
        <Button blocked={refusal} onClick={() => take("ours")}>
          {data.ours === null ? "Delete, as here" : "Keep ours"}
        </Button>
        <Button blocked={refusal} onClick={() => take("theirs")}>
          {data.theirs === null ? "Delete, as there" : "Take theirs"}
        </Button>
        {data.now === null ? null : (
          <Button
            look="primary"
            blocked={refusal ?? (left ? `${counted(left, "place")} must be decided.` : undefined)}
            onClick={() =>
              void work.act(() => solve({ path, content: text, etag: data.etag }), "The conflict is solved.")
            }
          >
            Save the merged file
          </Button>
        )}
      </div>
      {data.now === null ? (
        <p className={styles.pick}>It is no text, or not there any more: take one side.</p>
      ) : (
        <MergeEditor theirs={data.theirs ?? ""} text={data.now} language={languageOf(path)} onChange={setTyped} />
      )}
    </>
  );
}
