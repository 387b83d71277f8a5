/** Events make stale what they speak of. Each kind of data is asked for anew at most once a second, however many events
 * come, so that a busy project does not make a storm of requests. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { LiveEvent } from "./messages";
import { onLiveEvents, onResync } from "./stream";

const APART_MS = 1_000;

/** Which data an event speaks of; each feature adds its own. */
type Touched = (event: LiveEvent) => readonly QueryKey[];
const rules: Touched[] = [];

export function touches(rule: Touched): void {
  rules.push(rule);
}

export function refreshOnEvents(queries: QueryClient): () => void {
  const due = new Map<string, QueryKey>();
  const last = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const act = () => {
    timer = undefined;
    const now = performance.now();
    for (const [name, key] of due) {
      if (now - (last.get(name) ?? -APART_MS) < APART_MS) continue;
      due.delete(name);
      last.set(name, now);
      void queries.invalidateQueries({ queryKey: key });
    }
    if (due.size) timer = setTimeout(act, APART_MS / 4);
    if (last.size > 500) last.clear();
  };

  const stopHearing = onLiveEvents((events) => {
    for (const event of events)
      for (const rule of rules) for (const key of rule(event)) due.set(JSON.stringify(key), key);
    if (due.size) timer ??= setTimeout(act, 0);
  });
  const stopResync = onResync(() => {
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
  });
  return () => {
    clearTimeout(timer);
    stopHearing();
    stopResync();
  };
}
