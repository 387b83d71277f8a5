/** The project's files: opened folder by folder, made, renamed and deleted in their place. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, Ellipsis, FilePlus, FolderPlus, Upload } from "lucide-react";
import { createContext, type DragEvent, useContext, useMemo, useRef, useState } from "react";
import { api, taken } from "@/api/client";
import { git } from "@/features/git";
import { IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { copyText } from "@/ui/clipboard";
import { Menu } from "@/ui/Menu";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { type FileEntry, undoChange, workspaces } from "../api";
import { type GitMark, marksOf } from "../model/marks";
import styles from "../workspace.module.css";
import { NameField } from "./NameField";

interface Tree {
  readonly project: string;
  readonly refusal: string | undefined;
  readonly current: string | undefined;
  readonly renaming: string;
  readonly setRenaming: (path: string) => void;
  readonly change: (act: () => Promise<unknown>, what?: string, touched?: string) => Promise<void>;
  readonly upload: (list: FileList | null, folder: string) => void;
  readonly make: (kind: "file" | "folder", folder: string) => void;
  readonly marks: ReadonlyMap<string, GitMark>;
}

const TreeContext = createContext<Tree | undefined>(undefined);

interface FileTreeProps {
  readonly project: string;
  readonly refusal: string | undefined;
  readonly current?: string | undefined;
}

export function FileTree({ project, refusal, current }: FileTreeProps) {
  const known = useQueryClient();
  const [wrong, setWrong] = useState<unknown>();
  const [renaming, setRenaming] = useState("");
  const [making, setMaking] = useState<{ readonly kind: "file" | "folder"; readonly folder: string }>();
  const [over, setOver] = useState(false);
  const picked = useRef<HTMLInputElement>(null);
  const into = useRef(UPLOADS);
  const { data: state } = useQuery(git.state(project));
  const marks = useMemo(() => marksOf(state?.files ?? []), [state]);
  const again = () => known.invalidateQueries({ queryKey: ["folder", project] });
  const change = async (act: () => Promise<unknown>, what?: string, touched?: string) => {
    setWrong(undefined);
    try {
      await act();
      if (what) {
        const number = touched === undefined ? undefined : await lastChange(project, touched);
        const undo = () => void undoChange(project, number ?? 0).then(again, setWrong);
        tell(what, number === undefined ? undefined : undo);
      }
    } catch (error) {
      setWrong(error);
    }
    await again();
  };
  const put = (path: string, body: Blob | string) =>
    taken(
      api.PUT("/api/v1/projects/{project}/files/{path}", {
        params: { path: { project, path } },
        headers: { "Content-Type": "application/octet-stream", "If-None-Match": "*" },
        body: body as string,
        bodySerializer: (given: string) => given,
      }),
    );
  const make = (path: string) => {
    const kind = making?.kind;
    setMaking(undefined);
    if (!path || path === making?.folder || path === `${making?.folder}${NEW}`) return;
    void change(() =>
      kind === "folder"
        ? taken(api.POST("/api/v1/projects/{project}/folders", { params: { path: { project } }, body: { path } }))
        : put(path, ""),
    );
  };
  const upload = (list: FileList | null, folder: string) => {
    for (const file of list ?? []) {
      const path = `${folder}${file.name}`;
      void change(() => put(path, file), `${path} was uploaded`, path);
    }
  };
  const drop = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(event.type === "dragover");
    const folder = (event.target as HTMLElement).closest<HTMLElement>("[data-folder]")?.dataset.folder ?? UPLOADS;
    if (event.type === "drop" && !refusal) upload(event.dataTransfer.files, folder);
  };
  const start = (kind: "file" | "folder", folder: string) => setMaking({ kind, folder });
  const choose = (folder: string) => {
    into.current = folder;
    picked.current?.click();
  };
  return (
    <TreeContext.Provider
      value={{
        project,
        refusal,
        current,
        renaming,
        setRenaming,
        change,
        marks,
        upload: (list, folder) => (list ? upload(list, folder) : choose(folder)),
        make: start,
      }}
    >
      <div className={styles.sideTools}>
        <IconButton label="New file" blocked={refusal} onClick={() => start("file", "")}>
          <FilePlus size={15} aria-hidden />
        </IconButton>
        <IconButton label="New folder" blocked={refusal} onClick={() => start("folder", "")}>
          <FolderPlus size={15} aria-hidden />
        </IconButton>
        <IconButton label="Upload to data/" blocked={refusal} onClick={() => choose(UPLOADS)}>
          <Upload size={15} aria-hidden />
        </IconButton>
        <input
          ref={picked}
          type="file"
          hidden
          multiple
          aria-label="Files to upload"
          onChange={(event) => {
            upload(event.target.files, into.current);
            event.target.value = "";
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way to what the menus do */}
      <div
        className={`${styles.tree} ${over ? styles.dropping : ""}`}
        onDragOver={drop}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {wrong ? <Problem error={wrong} /> : null}
        {making ? (
          <NameField name={`${making.folder}${making.kind === "folder" ? "folder" : NEW}`} onDone={make} />
        ) : null}
        <Folder path="" />
      </div>
    </TreeContext.Provider>
  );
}

const NEW = "name.py";
const UPLOADS = "data/";

/** What undoes the last change of a file or folder; undefined where it was not kept. */
async function lastChange(project: string, path: string): Promise<number | undefined> {
  const { items } = await taken(
    api.GET("/api/v1/projects/{project}/changes", { params: { path: { project }, query: { limit: 1 } } }),
  );
  const [change] = items;
  const own = change?.files.every((file) => file.path === path || file.path.startsWith(`${path}/`));
  return change?.undoable && own ? change.id : undefined;
}
const HIDDEN = /(^|\/)(__pycache__|\.blockwright|\.git|__init__\.py)$/;

function Folder({ path }: { readonly path: string }) {
  const tree = useContext(TreeContext);
  const { data, error, refetch } = useQuery(workspaces.folder(tree?.project ?? "", path));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={path ? 1 : 8} />;
  const entries = data.items
    .filter((entry) => !HIDDEN.test(entry.path))
    .sort(
      (one, other) =>
        Number(other.kind === "folder") - Number(one.kind === "folder") || one.path.localeCompare(other.path),
    );
  return (
    <ul className={styles.entries}>
      {entries.map((entry) => (
        <Entry key={entry.path} entry={entry} />
      ))}
      {entries.length === 0 ? <li className="hint">empty</li> : null}
    </ul>
  );
}

function Entry({ entry }: { readonly entry: FileEntry }) {
  const tree = useContext(TreeContext);
  const [open, setOpen] = useState(false);
  if (!tree) return null;
  const { path, kind } = entry;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const { project, refusal, renaming, setRenaming, change } = tree;
  const mark = tree.marks.get(path);
  const move = (next: string) => {
    setRenaming("");
    if (next === path) return;
    const body = { source: path, target: next };
    const back = { source: next, target: path };
    const send = (moved: typeof body) =>
      taken(api.POST("/api/v1/projects/{project}/moves", { params: { path: { project } }, body: moved }));
    void change(async () => {
      await send(body);
      tell(`${path} is now ${next}`, () => void change(() => send(back)));
    });
  };
  const remove = () =>
    change(
      () =>
        taken(
          api.DELETE("/api/v1/projects/{project}/files/{path}", {
            params: { path: { project, path }, query: { recursive: kind === "folder" } },
          }),
        ),
      `${path} was deleted`,
      path,
    );
  return (
    <li data-folder={kind === "folder" ? `${path}/` : undefined}>
      <div className={styles.entry}>
        {renaming === path ? (
          <NameField name={path} onDone={move} />
        ) : kind === "folder" ? (
          <button type="button" className={styles.entryName} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? <ChevronDown size={13} aria-hidden /> : <ChevronRight size={13} aria-hidden />}
            {name}
          </button>
        ) : (
          <Link
            to="/files/$"
            params={{ _splat: path }}
            className={styles.entryName}
            aria-current={tree.current === path ? "page" : undefined}
          >
            {name}
          </Link>
        )}
        {mark ? (
          <span className={`${styles.gitMark} ${mark.conflict ? styles.gitConflict : ""}`} title={mark.words}>
            <span aria-hidden>{mark.letter}</span>
            <span className="unseen">{mark.words}</span>
          </span>
        ) : null}
        <Menu
          placement="bottom-end"
          button={
            <button type="button" className={styles.entryMore} aria-label={`More for ${path}`}>
              <Ellipsis size={14} aria-hidden />
            </button>
          }
          entries={[
            ...(kind === "folder"
              ? [
                  { label: "New file here", act: () => tree.make("file", `${path}/`), blocked: refusal },
                  { label: "New folder here", act: () => tree.make("folder", `${path}/`), blocked: refusal },
                  { label: "Upload here", act: () => tree.upload(null, `${path}/`), blocked: refusal },
                ]
              : [
                  {
                    label: "Download",
                    act: () => download(project, path),
                    blocked: entry.readable ? undefined : "It may hold passwords.",
                  },
                ]),
            { label: "Rename or move", act: () => setRenaming(path), blocked: refusal },
            { label: "Delete", act: () => void remove(), blocked: refusal },
            { label: "Copy path", act: () => void copyText(path, "Copied") },
          ]}
        />
      </div>
      {open ? <Folder path={path} /> : null}
    </li>
  );
}

function download(project: string, path: string): void {
  const link = document.createElement("a");
  link.href = `/api/v1/projects/${encodeURIComponent(project)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
  link.download = path.slice(path.lastIndexOf("/") + 1);
  link.click();
}
