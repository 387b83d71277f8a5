/** Which drawer is open below the screens: it stays while one goes from screen to screen, and over a reload. */
import { useSyncExternalStore } from "react";

export type DrawerName = "" | "git" | "terminal";

const KEPT = "blockwright.drawer";
const NAMES: readonly DrawerName[] = ["git", "terminal"];
const watchers = new Set<() => void>();

function read(): DrawerName {
  const kept = sessionStorage.getItem(KEPT);
  return NAMES.find((name) => name === kept) ?? "";
}

const LAST = "blockwright.drawer.last";

/** The one that was open before. */
export function lastDrawer(): DrawerName {
  return sessionStorage.getItem(LAST) === "terminal" ? "terminal" : "git";
}

export function openDrawer(name: DrawerName): void {
  if (name) sessionStorage.setItem(LAST, name);
  sessionStorage.setItem(KEPT, name);
  for (const watcher of watchers) watcher();
}

export function useDrawer(): DrawerName {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, read);
}
