/** Which project is looked at: named in the address when there are several, so that a link says it. */
import { useSearch } from "@tanstack/react-router";
import { useMe } from "@/features/access";

const KEPT = "blockwright.project";

export function useProject(): string {
  const { project } = useSearch({ strict: false }) as { project?: string };
  const { projects } = useMe();
  if (project && projects.includes(project)) return project;
  const kept = localStorage.getItem(KEPT);
  return projects.find((name) => name === kept) ?? projects[0] ?? "";
}

export function rememberProject(name: string): void {
  localStorage.setItem(KEPT, name);
}
