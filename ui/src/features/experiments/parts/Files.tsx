/** What a tracked run kept: folders are opened in place, files are downloaded. */
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useProject } from "@/features/projects";
import { Bones } from "@/ui/blocks";
import { bytes } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { type Artifact, experiments, fileLink, type Tracked } from "../api";
import styles from "../experiments.module.css";

export function Files({ run }: { readonly run: Tracked }) {
  return (
    <section aria-labelledby="files" className={styles.section}>
      <h2 id="files">Files</h2>
      <Folder tracked={run.id} path="" />
    </section>
  );
}

function Folder({ tracked, path }: { readonly tracked: string; readonly path: string }) {
  const project = useProject();
  const { data, error, refetch } = useQuery(experiments.files(project, tracked, path));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={2} />;
  if (data.length === 0) return <p className="quiet">{path ? "The folder is empty." : "No files were kept."}</p>;
  return (
    <ul className={styles.files}>
      {data.map((one) => (
        <li key={one.path}>
          {one.folder ? (
            <Unfolded tracked={tracked} folder={one} />
          ) : (
            <a href={fileLink(project, tracked, one.path)} download className={styles.file}>
              <Download size={14} aria-hidden />
              <span>{lastOf(one.path)}</span>
              <span className="hint">{one.bytes === null ? "" : bytes(one.bytes)}</span>
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Asked for when it is opened. */
function Unfolded({ tracked, folder }: { readonly tracked: string; readonly folder: Artifact }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{lastOf(folder.path)}</summary>
      {open ? <Folder tracked={tracked} path={folder.path} /> : null}
    </details>
  );
}

const lastOf = (path: string): string => path.split("/").at(-1) ?? path;
