/** What the one who looks may do here, and the words for what may not be done. The server judges; this spares a refusal. */
import { type Me, useMe } from "@/features/access";
import { useOnline } from "@/live/stream";
import { useProject } from "./project";

export type Permission = Me["permissions"][number];
export type Role = Me["grants"][number]["role"];

/** Each role has what those before it have. */
export const GIVES: Record<Role, readonly Permission[]> = {
  viewer: ["view"],
  editor: ["view", "run", "edit", "secrets"],
  admin: ["view", "run", "edit", "secrets", "admin"],
  owner: ["view", "run", "edit", "secrets", "admin", "own"],
};

const TAKES: Record<Permission, string> = {
  view: "look at it",
  run: "run something",
  edit: "change something",
  secrets: "set secrets",
  admin: "administer it",
  own: "do what owners do",
};

export function mayHere(me: Me, permission: Permission, project: string, pipeline = ""): boolean {
  if (me.within[project]?.includes(permission)) return true;
  const own = me.grants.filter((grant) => pipeline && grant.project === project && grant.pipeline === pipeline);
  return own.some((grant) => GIVES[grant.role].includes(permission));
}

/** Why it cannot be done now: the right to it is missing, or the server is away. Undefined: it can. */
export function useRefusal(permission: Permission, pipeline = ""): string | undefined {
  const me = useMe();
  const project = useProject();
  const online = useOnline();
  if (!mayHere(me, permission, project, pipeline)) return refusal(permission, project);
  return online ? undefined : "There is no connection to the server.";
}

export function useMay(permission: Permission, pipeline = ""): boolean {
  return mayHere(useMe(), permission, useProject(), pipeline);
}

function refusal(permission: Permission, project: string): string {
  const role = (Object.keys(GIVES) as Role[]).find((each) => GIVES[each].includes(permission));
  return `Your role in ${project} does not let you ${TAKES[permission]}: it takes an ${role}. Ask an admin of the project.`;
}
