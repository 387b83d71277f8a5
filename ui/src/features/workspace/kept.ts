/** What was typed and perhaps not saved, kept in the browser: it outlives a reload, a crash and an absent server. */
import type { Version } from "./model/file";

export interface Kept {
  readonly text: string;
  readonly base: Version;
  /** The editor's undo, as it writes it down. */
  readonly history?: unknown;
  readonly at: number;
}

const DATABASE = "blockwright";
const STORE = "edits";
const OLDEST_MS = 14 * 86_400_000;

let opened: Promise<IDBDatabase | undefined> | undefined;

/** Undefined where a browser keeps nothing, such as in a private window. */
function database(): Promise<IDBDatabase | undefined> {
  opened ??= new Promise((give) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => {
      give(asked.result);
      forgetOld(asked.result);
    };
    asked.onerror = () => give(undefined);
  });
  return opened;
}

function asked<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((give) => {
    request.onsuccess = () => give(request.result);
    request.onerror = () => give(undefined);
  });
}

const keyOf = (project: string, path: string): string => `${project}\n${path}`;

export async function read(project: string, path: string): Promise<Kept | undefined> {
  const base = await database();
  return base && (await asked<Kept | undefined>(base.transaction(STORE).objectStore(STORE).get(keyOf(project, path))));
}

export async function write(project: string, path: string, kept: Kept): Promise<void> {
  const base = await database();
  base?.transaction(STORE, "readwrite").objectStore(STORE).put(kept, keyOf(project, path));
}

function forgetOld(base: IDBDatabase): void {
  const store = base.transaction(STORE, "readwrite").objectStore(STORE);
  const cursor = store.openCursor();
  cursor.onsuccess = () => {
    const entry = cursor.result;
    if (!entry) return;
    if ((entry.value as Kept).at < Date.now() - OLDEST_MS) entry.delete();
    entry.continue();
  };
}
