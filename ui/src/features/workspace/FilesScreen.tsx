/** One file of the project on a page of its own. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { CodeEditor, languageOf, preloadEditor } from "@/features/editor";
import { LanguageState } from "@/features/languages";
import { useProject, useRefusal } from "@/features/projects";
import { useOnline } from "@/live/stream";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { workspaces } from "./api";
import { filesOf, useFile } from "./files";
import { FileBars } from "./parts/ConflictBar";
import { FileTree } from "./parts/FileTree";
import { HistorySheet } from "./parts/HistorySheet";
import styles from "./workspace.module.css";

export function FilesScreen() {
  const { _splat: path = "" } = useParams({ strict: false }) as { _splat?: string };
  const project = useProject();
  const refusal = useRefusal("edit");
  useEffect(preloadEditor, []);
  return (
    <div className={styles.workspace}>
      <PageHead title={path || "Files"} />
      <div className={styles.filesPage}>
        <section aria-label="Files" data-region className={styles.pane}>
          <FileTree project={project} refusal={refusal} current={path} />
        </section>
        <section aria-label="Content" data-region className={styles.pane}>
          {path ? <OneFile key={path} path={path} refusal={refusal} /> : <Empty>Choose a file.</Empty>}
        </section>
      </div>
    </div>
  );
}

/** What a text never holds, or what became of bytes that are none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const NO_TEXT = /[\u0000\uFFFD]/;

function OneFile({ path, refusal }: { readonly path: string; readonly refusal: string | undefined }) {
  const project = useProject();
  const { line } = useSearch({ strict: false }) as { line?: number };
  const files = filesOf(project);
  const file = useFile(files, path);
  const online = useOnline();
  const navigate = useNavigate();
  const [history, setHistory] = useState(false);
  // Which version lies there is heard with the folder, when files change.
  const listed = useQuery(workspaces.history(project, path));
  const newest = listed.data?.items[0]?.version;
  useEffect(() => {
    if (newest) files.compare(path, newest);
  }, [files, path, newest]);
  if (file.phase === "loading") return <Bones rows={14} />;
  return (
    <>
      <div className={styles.fileTools}>
        <span className="quiet" role="status">
          {file.phase === "clean"
            ? "Saved"
            : file.phase === "conflict"
              ? "Changed elsewhere"
              : online
                ? "Saving"
                : "Kept in this browser"}
        </span>
        {languageOf(path) === "python" ? <LanguageState project={project} /> : null}
        <span className={styles.grow} />
        <Button look="bare" onClick={() => setHistory(true)}>
          History
        </Button>
      </div>
      <FileBars files={files} path={path} file={file} />
      {file.base && NO_TEXT.test(file.base.text) ? (
        <Empty>This file is no text. Download it by its menu in the tree.</Empty>
      ) : file.base ? (
        <div className={styles.fileBody}>
          <CodeEditor
            name={`${project} ${path}`}
            language={languageOf(path)}
            text={file.text}
            label={path}
            readOnly={refusal !== undefined && online}
            file={{
              project,
              path,
              onGo: (other, at) => void navigate({ to: "/files/$", params: { _splat: other }, search: { line: at } }),
            }}
            keys={[{ key: "Mod-s", act: () => void files.save(path) }]}
            goTo={line === undefined ? undefined : { line, turn: line }}
            history={files.history(path)}
            onChange={(text) => files.type(path, text)}
            onHistory={(kept) => files.remember(path, kept)}
          />
        </div>
      ) : null}
      {history ? (
        <HistorySheet project={project} path={path} files={files} refusal={refusal} onClose={() => setHistory(false)} />
      ) : null}
    </>
  );
}
