import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type Backfill = Schemas["BackfillDocument"];
export type Slice = Schemas["SliceDocument"];
export type Plan = Schemas["BackfillPlan"];
export type NewBackfill = Schemas["NewBackfill"];

/** Of more slices than this the counts are shown, and not each one. */
export const MOST_CELLS = 4_000;
const PAGE = 500;

async function everySlice(project: string, backfill: number): Promise<readonly Slice[]> {
  const found: Slice[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly Slice[]; readonly next?: string | null } = await taken(
      api.GET("/api/v1/projects/{project}/backfills/{backfill}/slices", {
        params: { path: { project, backfill }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
      }),
    );
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor && found.length < MOST_CELLS);
  return found;
}

export const backfills = {
  list: (project: string, pipeline = "") =>
    infiniteQueryOptions({
      queryKey: ["backfills", project, "list", pipeline],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/backfills", {
            params: {
              path: { project },
              query: {
                limit: 100,
                ...(pipeline ? { pipeline } : {}),
                ...(pageParam ? { cursor: pageParam } : {}),
              },
            },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
    }),
  one: (project: string, backfill: number) =>
    queryOptions({
      queryKey: ["backfills", project, "one", backfill],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/backfills/{backfill}", { params: { path: { project, backfill } } })),
    }),
  slices: (project: string, backfill: number) =>
    queryOptions({
      queryKey: ["backfills", project, "slices", backfill],
      queryFn: () => everySlice(project, backfill),
    }),
  plan: (project: string, pipeline: string, wanted: NewBackfill) =>
    queryOptions({
      queryKey: ["backfill plan", project, pipeline, wanted],
      queryFn: () =>
        taken(
          api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/backfills/plan", {
            params: { path: { project, pipeline } },
            body: wanted,
          }),
        ),
      gcTime: 60_000,
      staleTime: 0,
    }),
};

export const startBackfill = (project: string, pipeline: string, wanted: NewBackfill) =>
  taken(
    api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/backfills", {
      params: { path: { project, pipeline }, header: creationKey() },
      body: wanted,
    }),
  );

export const WISHES = ["pause", "resume", "cancel", "retry"] as const;
export type Wish = (typeof WISHES)[number];

export const limitBackfill = (project: string, backfill: number, parallel: number) =>
  taken(
    api.PATCH("/api/v1/projects/{project}/backfills/{backfill}", {
      params: { path: { project, backfill } },
      body: { parallel },
    }),
  );

export function wish(project: string, backfill: number, wished: Wish): Promise<Backfill> {
  const at = { params: { path: { project, backfill } } };
  switch (wished) {
    case "pause":
      return taken(api.POST("/api/v1/projects/{project}/backfills/{backfill}/pause", at));
    case "resume":
      return taken(api.POST("/api/v1/projects/{project}/backfills/{backfill}/resume", at));
    case "cancel":
      return taken(api.POST("/api/v1/projects/{project}/backfills/{backfill}/cancel", at));
    case "retry":
      return taken(api.POST("/api/v1/projects/{project}/backfills/{backfill}/retry", at));
  }
}

touches(({ topic }) => (topic === "backfill" ? [["backfills"]] : []));
