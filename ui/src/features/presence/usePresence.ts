/** Says where this tab is, again every few seconds, and that it is gone when it goes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { come, leave, presence } from "./api";
import { holderOf, othersAt, WRITES_MS } from "./model";

const AGAIN_MS = 15_000;

/** When this tab last wrote in which block. */
const writing = { project: "", pipeline: "", block: "", at: Number.NEGATIVE_INFINITY };
const watchers = new Set<() => void>();

/** Called with every key in a block's code. */
export function wrote(project: string, pipeline: string, block: string): void {
  const same = writing.project === project && writing.pipeline === pipeline && writing.block === block;
  const fresh = same && performance.now() - writing.at < WRITES_MS;
  Object.assign(writing, { project, pipeline, block, at: performance.now() });
  if (!fresh) for (const watcher of watchers) watcher();
}

export function usePresence(project: string, pipeline: string, block: string | undefined): void {
  const known = useQueryClient();
  const at = useRef(block);
  const turn = useRef<() => void>(undefined);
  useEffect(() => {
    at.current = block;
    turn.current?.();
  }, [block]);
  useEffect(() => {
    const { queryKey } = presence.of(project, pipeline);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let here = true;
    const say = () => {
      clearTimeout(timer);
      const own = at.current ?? null;
      const editing =
        writing.block === own &&
        writing.pipeline === pipeline &&
        writing.project === project &&
        performance.now() - writing.at < WRITES_MS;
      // Nobody is kept from anything by this: what goes wrong here is tried again and not told.
      come(project, pipeline, { block: own, editing })
        .then((told) => here && known.setQueryData(queryKey, told))
        .catch(() => undefined);
      timer = setTimeout(say, AGAIN_MS);
    };
    // The first word waits for the screen, and moves from block to block are told at rest.
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(say, 400);
    };
    const go = () => {
      leave(project, pipeline).catch(() => undefined);
    };
    turn.current = soon;
    watchers.add(say);
    soon();
    window.addEventListener("pagehide", go);
    return () => {
      here = false;
      clearTimeout(timer);
      watchers.delete(say);
      turn.current = undefined;
      window.removeEventListener("pagehide", go);
      go();
    };
  }, [project, pipeline, known]);
}

/** Who writes in the block, when it is another person; and a way to go on instead. */
export function useHolder(project: string, pipeline: string, block: string) {
  const known = useQueryClient();
  const asked = presence.of(project, pipeline);
  const { data: holder } = useQuery({ ...asked, enabled: false, select: (all) => holderOf(all, block) });
  const takeOver = () => {
    wrote(project, pipeline, block);
    come(project, pipeline, { block, editing: true, take_over: true })
      .then((told) => known.setQueryData(asked.queryKey, told))
      .catch(() => undefined);
  };
  return { holder, takeOver };
}

export function useOthersAt(project: string, pipeline: string, block: string): readonly string[] {
  const { data } = useQuery({
    ...presence.of(project, pipeline),
    enabled: false,
    select: (all) => othersAt(all, block).join("\n"),
  });
  return data ? data.split("\n") : NOBODY;
}

const NOBODY: readonly string[] = [];
