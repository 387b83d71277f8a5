/** Events make stale what they speak of. The first few are seen at once; when more come, each kind of data is asked for
 * anew once a second, so that a busy project does not make a storm of requests. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { type Bucket, bucket } from "./bucket";
import type { LiveEvent } from "./messages";
import { onLiveEvents, onResync } from "./stream";

const APART_MS = 1_000;
/** A run that is asked for, starts and ends. */
const AT_ONCE = 3;

/** Which data an event speaks of; each feature adds its own. */
type Touched = (event: LiveEvent) => readonly QueryKey[];
const rules: Touched[] = [];

export function touches(rule: Touched): void {
  rules.push(rule);
}

/** Whether something of it is being asked for the first time. Making that stale now would do nothing: the answer on its
 * way, which may be of before the event, would count as fresh. So the event waits for it. */
export function firstAsked(queries: QueryClient, key: QueryKey): boolean {
  return queries.isFetching({ queryKey: key, predicate: ({ state }) => state.data === undefined }) > 0;
}

export function refreshOnEvents(queries: QueryClient): () => void {
  const due = new Map<string, QueryKey>();
  const buckets = new Map<string, Bucket>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const act = () => {
    timer = undefined;
    const now = performance.now();
    for (const [name, key] of due) {
      const may = buckets.get(name) ?? bucket(AT_ONCE, APART_MS);
      buckets.set(name, may);
      if (firstAsked(queries, key) || !may(now)) continue;
      due.delete(name);
      void queries.invalidateQueries({ queryKey: key });
    }
    if (due.size) timer = setTimeout(act, APART_MS / 4);
    if (buckets.size > 500) buckets.clear();
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
