/** The runs that are asked for, page by page, kept true by the stream; new ones wait until they are wanted. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLiveEvents } from "@/live/stream";
import { newsOf, type RunNews, type RunSummary, runPage, runs } from "./api";
import type { RunsAsked } from "./model/asked";
import { isFinal } from "./model/rows";

const BRING_MS = 1_000;

export function useRuns(project: string, asked: RunsAsked, top: boolean) {
  const queries = useQueryClient();
  const options = runs.list(project, asked);
  const list = useInfiniteQuery(options);
  const [fresh, setFresh] = useState(0);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const known = useRef(new Set<number>());
  useEffect(() => {
    known.current = new Set(rows?.map((run) => run.id));
  }, [rows]);

  const bring = async () => {
    setFresh(0);
    const page = await runPage(project, asked, undefined);
    queries.setQueryData(options.queryKey, (before) => {
      const first = before?.pages[0];
      if (!before || !first) return before;
      const had = new Set(first.items.map((run) => run.id));
      const more = page.items.filter((run) => !had.has(run.id));
      if (more.length === page.items.length) return { pages: [page], pageParams: [undefined] };
      const newer = new Map(page.items.map((run) => [run.id, run]));
      const items = [...more, ...first.items.map((run) => newer.get(run.id) ?? run)];
      return { ...before, pages: [{ ...first, items }, ...before.pages.slice(1)] };
    });
  };

  // However many runs begin and end, the first page is asked for at once and then at most once a second.
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const brought = useRef(0);
  const bringSoon = () => {
    due.current ??= setTimeout(
      () => {
        due.current = undefined;
        brought.current = Date.now();
        void bring();
      },
      Math.max(0, brought.current + BRING_MS - Date.now()),
    );
  };
  useEffect(() => () => clearTimeout(due.current), []);
  useLiveEvents((events) => {
    const news = events.flatMap((event) => (event.data.project === project ? (newsOf(event) ?? []) : []));
    const changes = new Map(news.filter((each) => each.state).map((each) => [each.run, each]));
    if (changes.size === 0) return;
    queries.setQueryData(
      options.queryKey,
      (before) =>
        before && {
          ...before,
          pages: before.pages.map((page) =>
            page.items.some((run) => changes.has(run.id))
              ? { ...page, items: page.items.map((run) => after(run, changes.get(run.id))) }
              : page,
          ),
        },
    );
    const others = [...changes.values()].filter((each) => !known.current.has(each.run) && fits(each, asked)).length;
    // What ended has counts that no event tells.
    if (top && (others || [...changes.values()].some((each) => isFinal(each.state ?? "")))) bringSoon();
    else if (others) setFresh((number) => number + others);
  });
  return { ...list, rows, fresh, bring };
}

function after(run: RunSummary, news: RunNews | undefined): RunSummary {
  if (!news?.state) return run;
  const started = run.started ?? (news.state === "running" ? news.time : null);
  const finished = isFinal(news.state) ? news.time : null;
  const seconds = started && finished ? (Date.parse(finished) - Date.parse(started)) / 1000 : null;
  return { ...run, state: news.state, reason: news.reason, started, finished, seconds };
}

/** Whether a run of which this was told can be among those asked for; the server decides. */
function fits(news: RunNews, asked: RunsAsked): boolean {
  if (asked.pipeline && asked.pipeline !== news.pipeline) return false;
  return !asked.state || asked.state.some((state) => state === news.state);
}
