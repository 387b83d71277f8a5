import { type FormEvent, useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { counted } from "@/ui/format";
import ui from "@/ui/parts.module.css";
import { doing, type GitState } from "./api";
import styles from "./git.module.css";
import type { Doing } from "./useDoing";

export function CommitBox({ state, work }: { readonly state: GitState; readonly work: Doing }) {
  const project = useProject();
  const refusal = useRefusal("edit");
  const [message, setMessage] = useState("");
  const staged = state.files.filter((file) => file.staged !== "").length;
  const conflicts = state.files.some((file) => file.conflict);
  const merging = state.doing === "merge";
  const blocked =
    refusal ??
    (work.busy
      ? "Something is being done."
      : conflicts
        ? "Solve the conflicts first."
        : !staged && !merging
          ? "Stage what belongs into the commit."
          : message.trim()
            ? undefined
            : "Write what changed and why.");

  const commit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (blocked) return;
    if (await work.act(() => doing(project).commit(message), "Committed.")) setMessage("");
  };
  if (!state.files.length && !merging) return null;
  return (
    <form className={styles.commit} onSubmit={(event) => void commit(event)}>
      <textarea
        className={ui.input}
        rows={2}
        aria-label="Message of the commit"
        placeholder="What changed, and why"
        value={message}
        onChange={(event) => setMessage(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void commit();
        }}
      />
      <Button type="submit" look="primary" blocked={blocked} aria-keyshortcuts="Control+Enter">
        {merging ? "Commit the merge" : staged ? `Commit ${counted(staged, "file")}` : "Commit"}
      </Button>
    </form>
  );
}
