/** In the top bar: the branch, and how much has changed. */
import { useQuery } from "@tanstack/react-query";
import { GitBranch } from "lucide-react";
import { useMay, useProject } from "@/features/projects";
import { git } from "./api";
import styles from "./chip.module.css";
import { brief } from "./model";

export function GitChip({ open, onOpen }: { readonly open: boolean; readonly onOpen: () => void }) {
  const project = useProject();
  const may = useMay("view");
  const { data } = useQuery({ ...git.state(project), enabled: may && project !== "", retry: false });
  if (!data?.repository) return null;
  const told = brief(data);
  return (
    <button type="button" className={styles.chip} aria-expanded={open} aria-label={`Git: ${told}`} onClick={onOpen}>
      <GitBranch size={14} strokeWidth={1.5} aria-hidden />
      <span className="ellipsis">{told}</span>
    </button>
  );
}
