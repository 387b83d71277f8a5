import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

export type Overview = components["schemas"]["OverviewDocument"];
export type Muted = components["schemas"]["MutedNeed"];
export type Need = components["schemas"]["NeedDocument"];
export type PipelineOverview = components["schemas"]["PipelineOverview"];

const FIRST = 50;

export const home = {
  overview: (project: string) =>
    queryOptions({
      queryKey: ["overview", project],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/overview", { params: { path: { project }, query: { limit: FIRST } } }),
        ),
      enabled: project !== "",
      // What is late becomes so by time alone, which no event tells.
      refetchInterval: 60_000,
    }),
  /** The pipelines behind the first of them. */
  more: (project: string, cursor: string | null | undefined, wanted: boolean) =>
    infiniteQueryOptions({
      queryKey: ["overview-more", project, cursor],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/overview/pipelines", {
            params: { path: { project }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: cursor ?? null,
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: wanted && Boolean(cursor),
    }),
  /** How many blocks of each of the first pipelines are stale: dearer, so asked for behind the rest. */
  freshness: (project: string, wanted: boolean) =>
    queryOptions({
      queryKey: ["overview-freshness", project],
      queryFn: async () => {
        const page = await taken(
          api.GET("/api/v1/projects/{project}/overview/pipelines", {
            params: { path: { project }, query: { limit: FIRST, freshness: true } },
          }),
        );
        return new Map(page.items.map((pipeline) => [pipeline.uuid, pipeline.freshness]));
      },
      enabled: wanted,
    }),
};

export const mute = (project: string, wanted: components["schemas"]["NewMute"]) =>
  taken(api.POST("/api/v1/projects/{project}/overview/mutes", { params: { path: { project } }, body: wanted }));

export const unmute = (project: string, subject: string, for_all: boolean) =>
  taken(
    api.DELETE("/api/v1/projects/{project}/overview/mutes", {
      params: { path: { project }, query: { subject, for_all } },
    }),
  );

touches(({ topic, data }) => {
  const told = typeof data.data === "object" && data.data !== null ? (data.data as Record<string, unknown>) : {};
  const ofRuns = Array.isArray(told.events)
    ? told.events.some((event) => String((event as Record<string, unknown>).kind).startsWith("run."))
    : true;
  if (topic === "run") return ofRuns ? [["overview"], ["overview-more"], ["overview-freshness"]] : [];
  return topic === "files" || topic === "trigger" || topic === "alert" ? [["overview"], ["overview-freshness"]] : [];
});
