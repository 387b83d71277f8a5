/** What the palette can do beside going somewhere: each screen adds its own while it is shown. */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Command {
  readonly name: string;
  readonly act: () => void;
  readonly keys?: string;
}

let scopes: readonly (readonly Command[])[] = [];
const watchers = new Set<() => void>();

function set(next: readonly (readonly Command[])[]): void {
  scopes = next;
  for (const watcher of watchers) watcher();
}

export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  const names = commands.map((command) => command.name).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` stands for what `latest` holds
  useEffect(() => {
    const scope = latest.current.map((command, index) => ({ ...command, act: () => latest.current[index]?.act() }));
    set([...scopes, scope]);
    return () => set(scopes.filter((each) => each !== scope));
  }, [names]);
}

export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => scopes,
  ).flat();
}
