import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";
import type { RunsAsked } from "./model/asked";
import type { BlockEvent, BlockRun } from "./model/rows";

export type RunSummary = components["schemas"]["RunSummary"];
export type RunDetail = components["schemas"]["RunDetail"];
export type BlockRunDetail = components["schemas"]["BlockRunDetail"];
export type Comparison = components["schemas"]["Comparison"];
export type DataComparison = components["schemas"]["DataComparison"];
export type Reason = components["schemas"]["ReasonDocument"];

/** Of a run with more block runs than this, the first so many are shown. */
export const MOST_ROWS = 10_000;
const PAGE = 500;

/** All block runs of a run that has more than fit its own document. */
async function everyBlockRun(project: string, run: number): Promise<readonly BlockRun[]> {
  const found: BlockRun[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly BlockRun[]; readonly next?: string | null } = await taken(
      api.GET("/api/v1/projects/{project}/runs/{run}/block-runs", {
        params: { path: { project, run }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
      }),
    );
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor && found.length < MOST_ROWS);
  return found;
}

/** One page of the runs that are asked for, newest first. */
export const runPage = (project: string, asked: RunsAsked, cursor: string | undefined) =>
  taken(
    api.GET("/api/v1/projects/{project}/runs", {
      params: { path: { project }, query: { ...asked, counts: true, limit: LISTED, ...(cursor ? { cursor } : {}) } },
    }),
  );

const LISTED = 60;
const LAST_LINES = 10;

export const runs = {
  list: (project: string, asked: RunsAsked) =>
    infiniteQueryOptions({
      queryKey: ["runs", project, asked],
      queryFn: ({ pageParam }) => runPage(project, asked, pageParam),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
    }),
  /** How long the runs of each pipeline usually take. */
  usual: (project: string) =>
    queryOptions({
      queryKey: ["usual", project],
      queryFn: async () => {
        const page = await taken(
          api.GET("/api/v1/projects/{project}/overview/pipelines", {
            params: { path: { project }, query: { limit: 500 } },
          }),
        );
        return new Map(page.items.map((pipeline) => [pipeline.uuid, pipeline.usual_seconds]));
      },
      staleTime: 300_000,
      enabled: project !== "",
    }),
  detail: (project: string, run: number) =>
    queryOptions({
      queryKey: ["run", project, run, "detail"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/runs/{run}", { params: { path: { project, run } } })),
    }),
  blocks: (project: string, run: number, enabled: boolean) =>
    queryOptions({ queryKey: ["run", project, run, "all"], queryFn: () => everyBlockRun(project, run), enabled }),
  block: (project: string, run: number, name: string) =>
    queryOptions({
      queryKey: ["run", project, run, "block", name],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/block-runs/{name}", {
            params: { path: { project, run, name } },
          }),
        ),
    }),
  why: (project: string, run: number) =>
    queryOptions({
      queryKey: ["run", project, run, "why"],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/runs/{run}/why", { params: { path: { project, run } } })),
    }),
  /** The last lines of a block's log, the newest first. */
  lastLines: (project: string, run: number, block: string, round: number) =>
    queryOptions({
      queryKey: ["run", project, run, "last-lines", block, round],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/logs", {
            params: { path: { project }, query: { run, block, limit: LAST_LINES } },
          }),
        ),
      retry: false,
    }),
  dataDiff: (project: string, run: number, other: number, block: string, key: readonly string[]) =>
    queryOptions({
      queryKey: ["run-diff", project, run, other, "data", block, key],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/diff/{other}/data/{block}", {
            params: { path: { project, run, other, block }, query: key.length ? { key: [...key] } : {} },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  diff: (project: string, run: number, other: number) =>
    queryOptions({
      queryKey: ["run-diff", project, run, other],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/diff/{other}", { params: { path: { project, run, other } } }),
        ),
    }),
};

const here = (project: string, run: number) => ({ params: { path: { project, run } } });

export const cancelRun = (project: string, run: number) =>
  taken(api.POST("/api/v1/projects/{project}/runs/{run}/cancel", { ...here(project, run), body: { reason: "" } }));

export const retryRun = (project: string, run: number, start: string[], sameCode: boolean) =>
  taken(
    api.POST("/api/v1/projects/{project}/runs/{run}/retry", {
      ...here(project, run),
      body: { start, same_code: sameCode },
    }),
  );

export const deleteRun = (project: string, run: number) =>
  taken(api.DELETE("/api/v1/projects/{project}/runs/{run}", here(project, run)));

/** A new run with the code and the inputs that the run had. */
export const replayRun = (project: string, run: number, variables: Record<string, unknown>) =>
  taken(
    api.POST("/api/v1/projects/{project}/runs/{run}/replay", {
      ...here(project, run),
      headers: creationKey(),
      body: { blocks: [], variables },
    }),
  );

interface Wanted {
  readonly pipeline: string;
  readonly variables?: Record<string, unknown>;
  readonly blocks?: string[];
}

export const startRun = (project: string, { pipeline, variables = {}, blocks = [] }: Wanted) =>
  taken(
    api.POST("/api/v1/projects/{project}/runs", {
      params: { path: { project }, header: creationKey() },
      body: {
        pipeline,
        variables,
        blocks,
        scope: "only",
        upstream: false,
        skip_sensors: false,
        priority: 0,
        interactive: false,
      },
    }),
  );

/** What one entry of the stream says about a run. */
export interface RunNews {
  readonly run: number;
  readonly pipeline: string;
  /** The run's own newest state, when it changed. */
  readonly state: string | undefined;
  readonly reason: string;
  readonly time: string;
  readonly blocks: readonly BlockEvent[];
}

/** Reads an event of the topic `run`; undefined for anything else. */
export function newsOf(event: { readonly topic: string; readonly data: Record<string, unknown> }): RunNews | undefined {
  const { run, time, data } = event.data;
  if (event.topic !== "run" || typeof run !== "number" || typeof data !== "object" || data === null) return undefined;
  const { events, pipeline } = data as { readonly events?: unknown; readonly pipeline?: unknown };
  const when = typeof time === "string" ? time : "";
  const blocks: BlockEvent[] = [];
  let state: string | undefined;
  let reason = "";
  for (const each of Array.isArray(events) ? (events as readonly Record<string, unknown>[]) : []) {
    const [kind, word] = String(each.kind ?? "").split(".");
    const about = (typeof each.data === "object" && each.data !== null ? each.data : {}) as Record<string, unknown>;
    const said = typeof about.reason === "string" ? about.reason : "";
    if (kind === "run" && word && RUN_STATES.has(word)) {
      state = word;
      reason = said;
    } else if (kind === "block" && word && BLOCK_STATES.has(word) && typeof each.block_run === "string") {
      const attempt = typeof about.attempt === "number" ? about.attempt : undefined;
      blocks.push({ name: each.block_run, state: word, time: when, attempt, reason: said });
    }
  }
  return { run, pipeline: typeof pipeline === "string" ? pipeline : "", state, reason, time: when, blocks };
}

const RUN_STATES = new Set(["queued", "running", "cancelling", "completed", "failed", "cancelled"]);
const BLOCK_STATES = new Set([...RUN_STATES, "waiting", "retry_wait", "skipped", "upstream_failed"]);

touches((event) => {
  const news = newsOf(event);
  if (!news) return [];
  const project = typeof event.data.project === "string" ? event.data.project : "";
  const mine = ["run", project, news.run];
  return [
    [...mine, "detail"],
    [...mine, "why"],
    ...(news.state ? [[...mine, "all"]] : []),
    ...news.blocks.map(({ name }) => [...mine, "block", name]),
  ];
});
