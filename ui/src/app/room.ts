/** A screen may ask for room: then the places fold, unless somebody wanted them open. */
import { useEffect, useSyncExternalStore } from "react";

let asking = 0;
const watchers = new Set<() => void>();

function change(by: number): void {
  asking += by;
  for (const watcher of watchers) watcher();
}

/** While the component is shown. */
export function useRoom(): void {
  useEffect(() => {
    change(1);
    return () => change(-1);
  }, []);
}

export function useRoomAsked(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => asking > 0,
  );
}
