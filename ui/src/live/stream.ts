/** This tab's end of the event stream: the state of the connection, and who wants to hear what. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { Keeper } from "./keeper";
import type { LiveEvent, LiveState, ToKeeper, ToTab } from "./messages";

type Listener = (events: readonly LiveEvent[]) => void;

let state: LiveState = { kind: "connecting" };
let project = "";
let port: MessagePort | undefined;
let keeper: Keeper | undefined;
const watchers = new Set<() => void>();
const listeners = new Set<Listener>();
const resyncs = new Set<() => void>();

/** Follow a project from now on, and no other. `place` is where the events stood before the page asked for anything, so
 * that nothing is missed between its questions and the beginning of the stream; it counts for the first project. */
export function followProject(name: string, place: string): void {
  if (name === project) return;
  const after = project ? "" : place;
  project = name;
  change({ kind: "connecting" });
  if (typeof SharedWorker === "undefined") {
    keeper?.close();
    keeper = new Keeper(name, hear, after);
    return;
  }
  port ??= connected();
  port.postMessage({ say: "follow", project: name, place: after } satisfies ToKeeper);
}

/** Stop following, as when somebody signs out. */
export function stopFollowing(): void {
  project = "";
  keeper?.close();
  keeper = undefined;
  port?.postMessage({ say: "leave" } satisfies ToKeeper);
}

function connected(): MessagePort {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "blockwright-live",
  });
  worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => hear(data);
  worker.port.start();
  window.addEventListener("pagehide", () => worker.port.postMessage({ say: "leave" } satisfies ToKeeper));
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted || !project) return;
    worker.port.postMessage({ say: "follow", project, place: "" } satisfies ToKeeper);
    for (const act of resyncs) act();
  });
  return worker.port;
}

function hear(message: ToTab): void {
  switch (message.say) {
    case "state": {
      change(message.state);
      return;
    }
    case "events":
      for (const listener of listeners) listener(message.events);
      return;
    case "resync":
      for (const act of resyncs) act();
  }
}

function change(next: LiveState): void {
  state = next;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(watch, () => state);
}

/** Whether the server can be reached; buttons that need it say so when not. */
export function useOnline(): boolean {
  return useLiveState().kind !== "lost";
}

/** Hears every batch of events while the component is shown. */
export function useLiveEvents(act: Listener): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => onLiveEvents((events) => latest.current(events)), []);
}

export function onLiveEvents(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Called when something was missed: load everything anew. */
export function onResync(act: () => void): () => void {
  resyncs.add(act);
  return () => resyncs.delete(act);
}
