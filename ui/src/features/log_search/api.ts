import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { timeOf } from "@/ui/filter/grammar";
import type { Asked } from "./parse";

export type FoundLine = components["schemas"]["FoundLine"];
export type LogLine = components["schemas"]["LogLine"];

const PAGE = 200;

export const logSearch = (project: string, asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["log search", project, asked],
    queryFn: ({ pageParam, signal }) =>
      taken(
        api.GET("/api/v1/projects/{project}/logs", {
          signal,
          params: {
            path: { project },
            query: { limit: PAGE, ...queryOf(asked), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    gcTime: 60_000,
    staleTime: 0,
  });

/** How the lines that are asked for are spread over time. */
export const logHistogram = (project: string, asked: Asked) =>
  queryOptions({
    queryKey: ["log histogram", project, asked],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/projects/{project}/logs/histogram", {
          signal,
          params: { path: { project }, query: queryOf(asked) },
        }),
      ),
    gcTime: 60_000,
    staleTime: 0,
    placeholderData: (before) => before,
  });

/** More new lines than these are counted as so many and more. */
export const MOST_NEW = 500;

/** How many lines were written since the newest of those that are shown, up to `MOST_NEW`. */
export async function countNewer(project: string, asked: Asked, shown: readonly FoundLine[]): Promise<number> {
  const newest = shown.reduce((latest, { time }) => (time > latest && Date.parse(time) ? time : latest), "");
  const known = new Set(shown.filter(({ time }) => time >= newest).map(ownName));
  const page = await taken(
    api.GET("/api/v1/projects/{project}/logs", {
      params: {
        path: { project },
        query: { ...queryOf(asked), limit: MOST_NEW, ...(newest ? { since: new Date(newest).toISOString() } : {}) },
      },
    }),
  );
  return page.items.filter((line) => line.time >= newest && !known.has(ownName(line))).length;
}

/** Tells a line from others that say the same at the same moment elsewhere. */
export const ownName = (line: FoundLine): string =>
  `${line.run} ${line.block_run} ${line.attempt} ${line.time} ${line.message}`;

function queryOf(asked: Asked) {
  return {
    text: asked.text,
    ...(asked.pattern ? { pattern: asked.pattern } : {}),
    ...(asked.pipelines.length ? { pipeline: [...asked.pipelines] } : {}),
    ...(asked.block ? { block: asked.block } : {}),
    ...(asked.run ? { run: asked.run } : {}),
    ...(asked.level ? { level: asked.level } : {}),
    ...time("since", asked.since),
    ...time("until", asked.until),
  };
}

function time(key: "since" | "until", typed: string): Record<string, string> {
  const found = typed ? timeOf(typed, new Date()) : undefined;
  return found ? { [key]: found.toISOString() } : {};
}

const AROUND = 20;
const MOST_PAGES = 20;

/** The lines of the same block around one, looked for from the beginning of its log. */
export const around = (project: string, line: FoundLine) =>
  queryOptions({
    queryKey: ["log around", project, line.run, line.block_run, line.attempt, line.time, line.message],
    queryFn: () => linesAround(project, line),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

async function linesAround(project: string, wanted: FoundLine): Promise<readonly LogLine[]> {
  let kept: LogLine[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found: { readonly items: readonly LogLine[]; readonly next?: string | null } = await taken(
      api.GET("/api/v1/projects/{project}/runs/{run}/logs", {
        params: {
          path: { project, run: wanted.run },
          query: { block: wanted.block_run, limit: 500, ...(cursor ? { cursor } : {}) },
        },
      }),
    );
    kept.push(...found.items);
    cursor = found.next ?? null;
    const at = kept.findIndex((line) => same(line, wanted));
    if (at >= 0 && (kept.length > at + AROUND || !cursor)) return kept.slice(Math.max(0, at - AROUND), at + AROUND + 1);
    if (at < 0) kept = kept.slice(-AROUND);
    if (!cursor) break;
  }
  return [];
}

export const same = (one: LogLine, other: LogLine): boolean =>
  one.time === other.time && one.message === other.message && one.attempt === other.attempt;
