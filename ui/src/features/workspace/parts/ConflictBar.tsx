/** The file is another on the server than the one that is changed here: whose stays? */
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { MergeDialog } from "@/features/editor";
import { Button } from "@/ui/Button";
import { Problem } from "@/ui/Problem";
import type { Files } from "../files";
import type { FileState } from "../model/file";
import styles from "../workspace.module.css";

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
    return file.base ? (
      <Problem what="It is not saved." error={file.error} onRetry={() => void files.save(path)} />
    ) : (
      <Problem what="It cannot be read." error={file.error} onRetry={() => files.again(path)} />
    );
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
      ) : null}
    </div>
  );
}
