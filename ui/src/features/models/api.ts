import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { newsOf } from "@/features/runs";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type Model = Schemas["ModelDocument"];
export type Endpoint = Schemas["EndpointDocument"];
export type Traffic = Schemas["TrafficDocument"];
export type TrafficWish = Schemas["TrafficWish"];
export type VersionBrief = Schemas["ModelVersionBrief"];
export type Version = Schemas["ModelVersionDocument"];
export type Comparison = Schemas["ModelComparison"];
export type Finding = Comparison["findings"][number];
export type Promotion = Schemas["PromotionDocument"];
export type Served = Schemas["ServedEndpoint"];
export type Service = Schemas["ServiceDocument"];
export type Answer = Schemas["PredictionAnswer"];
export type Monitor = Schemas["MonitorDocument"];
export type MonitorResult = Schemas["MonitorResult"];
export type FeatureResult = Schemas["FeatureResult"];
export type Outcome = Schemas["PromotionOutcome"];

const PAGE = 100;
const FIGURES_MS = 5_000;

export const models = {
  list: (project: string) =>
    infiniteQueryOptions({
      queryKey: ["models", project, "list"],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/models", {
            params: { path: { project }, query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
    }),
  one: (project: string, model: string) =>
    queryOptions({
      queryKey: ["models", project, "one", model],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/models/{model}", { params: { path: { project, model } } })),
      enabled: project !== "",
    }),
  versions: (project: string, model: string) =>
    infiniteQueryOptions({
      queryKey: ["models", project, "versions", model],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/models/{model}/versions", {
            params: { path: { project, model }, query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
    }),
  version: (project: string, model: string, which: string) =>
    queryOptions({
      queryKey: ["models", project, "version", model, which],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/models/{model}/versions/{which}", {
            params: { path: { project, model, which } },
          }),
        ),
      enabled: project !== "",
    }),
  /** Two versions side by side, and what a promotion of the second would say now. */
  comparison: (project: string, model: string, first: number | string, second: number | string) =>
    queryOptions({
      queryKey: ["models", project, "comparison", model, String(first), String(second)],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/models/{model}/comparison", {
            params: { path: { project, model }, query: { first: String(first), second: String(second) } },
          }),
        ),
      enabled: project !== "",
      placeholderData: keepPreviousData,
    }),
  /** The log, of one model or of all. */
  promotions: (project: string, model = "") =>
    infiniteQueryOptions({
      queryKey: ["models", project, "promotions", model],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/promotions", {
            params: { path: { project }, query: { model, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
    }),
  /** What is served, and how the service does: its figures are told by no event. */
  endpoints: (project: string) =>
    queryOptions({
      queryKey: ["models", project, "endpoints"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/endpoints", { params: { path: { project } } })),
      enabled: project !== "",
      refetchInterval: FIGURES_MS,
    }),
  /** Promotions that wait for a person's word. */
  waiting: (project: string, model = "") =>
    queryOptions({
      queryKey: ["models", project, "waiting", model],
      queryFn: async () =>
        (
          await taken(
            api.GET("/api/v1/projects/{project}/promotions", {
              params: { path: { project }, query: { model, state: "waiting", limit: PAGE } },
            }),
          )
        ).items,
      enabled: project !== "",
    }),
};

export const monitors = {
  list: (project: string) =>
    queryOptions({
      queryKey: ["monitors", project, "list"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/monitors", { params: { path: { project } } })),
      enabled: project !== "",
    }),
  /** Never changes once it is there. */
  result: (project: string, monitor: string, result: number) =>
    queryOptions({
      queryKey: ["monitor-results", project, monitor, result],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/monitors/{monitor}/results/{result}", {
            params: { path: { project, monitor, result } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
      enabled: project !== "",
    }),
};

export const evaluate = (project: string, monitor: string) =>
  taken(api.POST("/api/v1/projects/{project}/monitors/{monitor}/run", { params: { path: { project, monitor } } }));

interface Wish {
  readonly version: string;
  readonly force?: boolean;
  readonly reason?: string;
}

export const promote = (project: string, model: string, { version, force = false, reason = "" }: Wish) =>
  taken(
    api.POST("/api/v1/projects/{project}/models/{model}/promote", {
      params: { path: { project, model } },
      body: { version, force, reason },
    }),
  );

export const rollBack = (project: string, model: string, reason = "") =>
  taken(
    api.POST("/api/v1/projects/{project}/models/{model}/rollback", {
      params: { path: { project, model } },
      body: { reason },
    }),
  );

export const setTraffic = (project: string, model: string, wish: TrafficWish) =>
  taken(
    api.PUT("/api/v1/projects/{project}/models/{model}/traffic", {
      params: { path: { project, model } },
      body: wish,
    }),
  );

export const approve = (project: string, promotion: number, reason: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/promotions/{promotion}/approve", {
      params: { path: { project, promotion } },
      body: { reason },
    }),
  );

export const reject = (project: string, promotion: number, reason: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/promotions/{promotion}/reject", {
      params: { path: { project, promotion } },
      body: { reason },
    }),
  );

export const predict = (project: string, model: string, row: Readonly<Record<string, unknown>>) =>
  taken(
    api.POST("/api/v1/projects/{project}/models/{model}/predict", {
      params: { path: { project, model } },
      body: { instances: [row], key: "" },
    }),
  );

export const describe = (project: string, model: string, version: number, card: string) =>
  taken(
    api.PATCH("/api/v1/projects/{project}/models/{model}/versions/{which}", {
      params: { path: { project, model, which: String(version) } },
      body: { card },
    }),
  );

touches((event) => {
  if (event.topic === "models") return [["models"], ["overview"]];
  if (event.topic === "triggers") return [["monitors"]]; // what a monitor found may start something
  // A block that ended may have registered a version, or promoted one.
  return newsOf(event)?.blocks.some(({ state }) => state === "completed") ? [["models"]] : [];
});
