import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { newsOf } from "@/features/runs";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type Experiment = Schemas["ExperimentDocument"];
export type Tracked = Schemas["TrackedRunDocument"];
export type Compared = Schemas["ComparedRuns"];
export type ComparedRow = Schemas["ComparedRow"];
export type MetricPoint = Schemas["MetricPoint"];
export type Artifact = Schemas["ArtifactDocument"];
export type RunTag = Schemas["RunTag"];
export type RunNote = Schemas["RunNote"];

/** What is asked of the runs of an experiment. */
export interface Asked {
  readonly experiment: string;
  readonly where: string;
  /** `metrics.NAME` or `params.NAME`; empty: newest first. */
  readonly order: string;
  readonly descending: boolean;
}

const PAGE = 100;
/** With an order there is one page: the first of them all. */
const ORDERED = 500;
/** What is recorded while a block trains is told by no event. */
const RUNNING_MS = 5_000;

export const experiments = {
  list: (project: string) =>
    queryOptions({
      queryKey: ["experiments", project, "list"],
      queryFn: async () =>
        (
          await taken(
            api.GET("/api/v1/projects/{project}/experiments", { params: { path: { project }, query: { limit: 500 } } }),
          )
        ).items,
      enabled: project !== "",
    }),
  runs: (project: string, { experiment, where, order, descending }: Asked) =>
    infiniteQueryOptions({
      queryKey: ["experiments", project, "runs", experiment, where, order, descending],
      queryFn: ({ pageParam, signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/tracked-runs", {
            params: {
              path: { project },
              query: {
                experiment,
                limit: order ? ORDERED : PAGE,
                ...(where ? { where } : {}),
                ...(order ? { order, descending } : {}),
                ...(pageParam ? { cursor: pageParam } : {}),
              },
            },
            signal,
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "" && experiment !== "",
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((run) => run.state === "running")) ? RUNNING_MS : false,
    }),
  compared: (project: string, runs: readonly string[]) =>
    queryOptions({
      queryKey: ["experiments", project, "compared", ...runs],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/tracked-runs/compare", {
            params: { path: { project }, query: { tracked: [...runs] } },
          }),
        ),
      enabled: project !== "",
      placeholderData: keepPreviousData,
    }),
  one: (project: string, tracked: string) =>
    queryOptions({
      queryKey: ["experiments", project, "one", tracked],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/tracked-runs/{tracked}", { params: { path: { project, tracked } } })),
      enabled: project !== "",
      refetchInterval: ({ state }) => (state.data?.state === "running" ? RUNNING_MS : false),
    }),
  curve: (project: string, tracked: string, metric: string, running = false) =>
    queryOptions({
      queryKey: ["experiments", project, "curve", tracked, metric],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/tracked-runs/{tracked}/metric", {
            params: { path: { project, tracked }, query: { metric } },
          }),
        ),
      enabled: project !== "" && metric !== "",
      refetchInterval: running ? RUNNING_MS : false,
    }),
  files: (project: string, tracked: string, path: string) =>
    queryOptions({
      queryKey: ["experiments", project, "files", tracked, path],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/tracked-runs/{tracked}/files", {
            params: { path: { project, tracked }, query: path ? { path } : {} },
          }),
        ),
      enabled: project !== "",
    }),
  /** What a run of ours recorded. */
  ofRun: (project: string, run: number) =>
    queryOptions({
      queryKey: ["experiments", project, "of-run", run],
      queryFn: async () =>
        (
          await taken(
            api.GET("/api/v1/projects/{project}/tracked-runs", {
              params: { path: { project }, query: { run, limit: PAGE } },
            }),
          )
        ).items,
      enabled: project !== "",
    }),
  tags: (project: string, run: number) =>
    queryOptions({
      queryKey: ["remarks", project, run, "tags"],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/runs/{run}/tags", { params: { path: { project, run } } })),
      enabled: project !== "",
    }),
  notes: (project: string, run: number) =>
    queryOptions({
      queryKey: ["remarks", project, run, "notes"],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/runs/{run}/notes", { params: { path: { project, run } } })),
      enabled: project !== "",
    }),
};

/** Where a file of a tracked run is downloaded. */
export const fileLink = (project: string, tracked: string, path: string): string =>
  `/api/v1/projects/${encodeURIComponent(project)}/tracked-runs/${encodeURIComponent(tracked)}/file?path=${encodeURIComponent(path)}`;

export const tagRun = (project: string, run: number, name: string, value: string) =>
  taken(
    api.PUT("/api/v1/projects/{project}/runs/{run}/tags/{name}", {
      params: { path: { project, run, name } },
      body: { value },
    }),
  );

export const untagRun = (project: string, run: number, name: string) =>
  taken(api.DELETE("/api/v1/projects/{project}/runs/{run}/tags/{name}", { params: { path: { project, run, name } } }));

export const writeNote = (project: string, run: number, text: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/runs/{run}/notes", { params: { path: { project, run } }, body: { text } }),
  );

export const changeNote = (project: string, run: number, note: number, text: string) =>
  taken(
    api.PUT("/api/v1/projects/{project}/runs/{run}/notes/{note}", {
      params: { path: { project, run, note } },
      body: { text },
    }),
  );

export const deleteNote = (project: string, run: number, note: number) =>
  taken(api.DELETE("/api/v1/projects/{project}/runs/{run}/notes/{note}", { params: { path: { project, run, note } } }));

touches((event) => {
  const news = newsOf(event);
  // A tracked run begins and ends with its block.
  return news && (news.state || news.blocks.length) ? [["experiments"]] : [];
});
