/** Moments and durations that keep themselves true: one clock for the whole page, stopped while nobody looks. */
import { useSyncExternalStore } from "react";
import { absolute, clock, relative } from "./format";
import { Tip } from "./Tip";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1_000);
    document.addEventListener("visibilitychange", tick);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
      document.removeEventListener("visibilitychange", tick);
    }
  };
}

/** The time, to the second. */
export function useNow(): Date {
  return new Date(useSyncExternalStore(watch, () => now));
}

/** What is read of the time, so that a component is drawn again only when that has changed. */
export function useOfNow<T extends string | number>(read: (now: Date) => T): T {
  return useSyncExternalStore(watch, () => read(new Date(now)));
}

/** `14 min ago`, with the whole truth behind it. */
export function Ago({ at }: { readonly at: string | Date | null | undefined }) {
  const when = at ? new Date(at) : undefined;
  const text = useOfNow((present) => (when ? relative(when, present) : ""));
  if (!when) return null;
  return (
    <Tip text={absolute(when)}>
      <time dateTime={when.toISOString()}>{text}</time>
    </Tip>
  );
}

/** How long something has been going on, counting. */
export function Elapsed({ since }: { readonly since: string | Date }) {
  const start = new Date(since).getTime();
  return <>{useOfNow((present) => clock((present.getTime() - start) / 1000))}</>;
}
