/** A run with its block runs, kept true by the stream. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLiveEvents } from "@/live/stream";
import { newsOf, type RunDetail, runs } from "./api";
import { type BlockRun, changed, ordered } from "./model/rows";

export interface WholeRun {
  readonly run: RunDetail | undefined;
  readonly rows: readonly BlockRun[];
  /** The blocks that each block takes from. */
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useRun(project: string, id: number): WholeRun {
  const queries = useQueryClient();
  const detail = useQuery(runs.detail(project, id));
  const run = detail.data;
  const all = useQuery(runs.blocks(project, id, run?.more_blocks ?? false));
  const rows = all.data ?? run?.blocks;

  useLiveEvents((events) => {
    for (const event of events) {
      const news = newsOf(event);
      if (news?.run !== id || event.data.project !== project) continue;
      queries.setQueryData(runs.detail(project, id).queryKey, (known) => {
        if (!known) return known;
        const blocks = [...changed(known.blocks, news.blocks).rows];
        return { ...known, blocks, ...(news.state && { state: news.state, reason: news.reason }) };
      });
      queries.setQueryData(runs.blocks(project, id, true).queryKey, (known) => {
        if (!known) return known;
        const next = changed(known, news.blocks);
        if (next.unknown) void queries.invalidateQueries({ queryKey: runs.blocks(project, id, true).queryKey });
        return next.rows;
      });
    }
  });

  const inOrder = useMemo(() => ordered(rows ?? []), [rows]);
  const shape = run?.shape;
  const upstream = useMemo(() => new Map((shape ?? []).map((block) => [block.uuid, block.upstream])), [shape]);
  return {
    run,
    rows: inOrder,
    upstream,
    error: detail.error ?? all.error,
    retry: () => {
      void detail.refetch();
      if (all.isError) void all.refetch();
    },
  };
}
