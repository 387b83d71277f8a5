/** The pipeline that is shown, kept true by events: states at once, sizes and freshness right behind them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLiveEvents } from "@/live/stream";
import { duration } from "@/ui/format";
import { announce } from "@/ui/toasts";
import { type WorkspaceDocument, workspaces } from "./api";
import type { Files } from "./files";
import { heard } from "./model/live";

export function useWorkspace(project: string, pipeline: string, files: Files) {
  const known = useQueryClient();
  const wanted = workspaces.one(project, pipeline);
  const asked = useQuery(wanted);
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);

  useLiveEvents((events) => {
    const before = known.getQueryData<WorkspaceDocument>(wanted.queryKey);
    if (!before) return;
    const { document, ended, stale } = heard(before, events);
    if (document !== before) {
      // An answer that is on its way is older than this.
      void known.cancelQueries({ queryKey: wanted.queryKey });
      known.setQueryData(wanted.queryKey, document);
    }
    for (const { block, state } of ended) say(document, block, state);
    if (!stale) return;
    clearTimeout(again.current);
    again.current = setTimeout(() => void known.invalidateQueries({ queryKey: wanted.queryKey }), 30);
  });
  useEffect(() => () => clearTimeout(again.current), []);

  const document = asked.data;
  useEffect(() => {
    for (const { path, etag } of document?.blocks ?? []) if (path && etag) files.compare(path, etag);
  }, [document, files]);
  return asked;
}

function say(document: WorkspaceDocument, name: string, state: string): void {
  const block = document.blocks.find(({ uuid }) => uuid === name);
  const took = duration(block?.latest?.seconds);
  const word = state === "upstream_failed" ? "was not started" : state;
  announce([`${name} ${word}`, took].filter(Boolean).join(", "), { urgent: state === "failed" });
}
