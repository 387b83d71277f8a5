/** The file is another on the server than the one that is changed here: whose stays? */
import { TriangleAlert } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/ui/Button";
import { Problem } from "@/ui/Problem";
import type { Files } from "../files";
import type { FileState } from "../model/file";
import styles from "../workspace.module.css";

const MergeDialog = lazy(() => import("./MergeDialog").then((module) => ({ default: module.MergeDialog })));

export function FileBars({
  files,
  path,
  file,
}: {
  readonly files: Files;
  readonly path: string;
  readonly file: FileState;
}) {
  const [merging, setMerging] = useState(false);
  if (file.phase === "failed")
    return <Problem what="It is not saved." error={file.error} onRetry={() => void files.save(path)} />;
  if (file.phase !== "conflict") return null;
  const gone = !file.theirs;
  return (
    <div className={styles.bar} role="alert">
      <TriangleAlert size={15} aria-hidden />
      <span>{gone ? "The file was deleted elsewhere." : "The file was changed elsewhere."}</span>
      <span className={styles.grow} />
      {gone ? null : (
        <Button look="bare" onClick={() => files.settle(path, { kind: "take theirs" })}>
          Use theirs
        </Button>
      )}
      <Button look="bare" onClick={() => files.settle(path, { kind: "keep mine" })}>
        Keep mine
      </Button>
      {gone ? null : (
        <Button look="bare" onClick={() => setMerging(true)}>
          Merge
        </Button>
      )}
      {merging && file.theirs ? (
        <Suspense>
          <MergeDialog
            path={path}
            base={file.base?.text ?? ""}
            mine={file.text}
            theirs={file.theirs.text}
            onClose={() => setMerging(false)}
            onMerged={(text) => {
              setMerging(false);
              files.settle(path, { kind: "merged", text });
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
