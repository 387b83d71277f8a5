import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type Trigger = Schemas["TriggerDocument"];
export type Pause = Schemas["PauseDocument"];
export type Fire = Schemas["FireDocument"];
export type Judged = Schemas["DraftCheck"];
export type Definition = Readonly<Record<string, unknown>>;

const PAGE = 500;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | null;
}

/** All pages: triggers are entries of files, hundreds at most. */
async function everyTrigger(project: string, pipeline: string): Promise<readonly Trigger[]> {
  const found: Trigger[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Trigger> = await taken(
      api.GET("/api/v1/projects/{project}/triggers", {
        params: {
          path: { project },
          query: { limit: PAGE, ...(pipeline ? { pipeline } : {}), ...(cursor ? { cursor } : {}) },
        },
      }),
    );
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor);
  return found;
}

export const triggers = {
  list: (project: string, pipeline = "") =>
    queryOptions({
      queryKey: ["triggers", project, "list", pipeline],
      queryFn: () => everyTrigger(project, pipeline),
      enabled: project !== "",
    }),
  one: (project: string, trigger: number) =>
    queryOptions({
      queryKey: ["triggers", project, "one", trigger],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/triggers/{trigger}", { params: { path: { project, trigger } } })),
    }),
  pause: (project: string) =>
    queryOptions({
      queryKey: ["triggers", project, "pause"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/trigger-pause", { params: { path: { project } } })),
      enabled: project !== "",
    }),
  next: (project: string, trigger: number, limit: number) =>
    queryOptions({
      queryKey: ["triggers", project, "next", trigger, limit],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/triggers/{trigger}/preview", {
            params: { path: { project, trigger }, query: { limit } },
          }),
        ),
    }),
  fires: (project: string, trigger: number) =>
    infiniteQueryOptions({
      queryKey: ["trigger history", project, "of", trigger],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/triggers/{trigger}/fires", {
            params: { path: { project, trigger }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
    }),
  coming: (project: string, start: string, until: string) =>
    queryOptions({
      queryKey: ["triggers", project, "coming", start, until],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/triggers/calendar", {
            params: { path: { project }, query: { start, until, limit: 5_000, paused: true, each: MOST_OF_EACH } },
          }),
        ),
      placeholderData: keepPreviousData,
    }),
  past: (project: string, start: string, until: string) =>
    queryOptions({
      queryKey: ["trigger history", project, "between", start, until],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/triggers/history", {
            params: { path: { project }, query: { start, until, limit: PAGE } },
          }),
        ),
      placeholderData: keepPreviousData,
    }),
  /** What a trigger that is being written would do. Nothing is stored. */
  judged: (
    project: string,
    pipeline: string,
    definition: Definition,
    trigger: number | null,
    event: Definition | null,
  ) =>
    queryOptions({
      queryKey: ["trigger draft", project, pipeline, trigger, definition, event],
      queryFn: () =>
        taken(
          api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/triggers/check", {
            params: { path: { project, pipeline } },
            body: { definition, trigger, event, count: 5 },
          }),
        ),
      enabled: pipeline !== "",
      placeholderData: keepPreviousData,
      gcTime: 60_000,
    }),
};

/** A trigger that fires more often than this in the time shown is told in words instead of drawn. */
export const MOST_OF_EACH = 750;

const place = (project: string, trigger: number) => ({ params: { path: { project, trigger } } });

export const createTrigger = (project: string, pipeline: string, definition: Definition, inFile: boolean) =>
  taken(
    api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/triggers", {
      params: { path: { project, pipeline }, header: creationKey() },
      body: { definition, in_file: inFile },
    }),
  );

export const changeTrigger = (project: string, trigger: number, definition: Definition) =>
  taken(
    api.PATCH("/api/v1/projects/{project}/triggers/{trigger}", {
      ...place(project, trigger),
      body: { definition, expected: "" },
    }),
  );

export const switchTrigger = (project: string, trigger: number, active: boolean) =>
  taken(
    active
      ? api.POST("/api/v1/projects/{project}/triggers/{trigger}/enable", place(project, trigger))
      : api.POST("/api/v1/projects/{project}/triggers/{trigger}/disable", place(project, trigger)),
  );

export const pauseAll = (project: string, reason: string) =>
  taken(api.PUT("/api/v1/projects/{project}/trigger-pause", { params: { path: { project } }, body: { reason } }));

export const resumeAll = (project: string) =>
  taken(api.DELETE("/api/v1/projects/{project}/trigger-pause", { params: { path: { project } } }));

export const deleteTrigger = (project: string, trigger: number) =>
  taken(api.DELETE("/api/v1/projects/{project}/triggers/{trigger}", place(project, trigger)));

export const runTrigger = (project: string, trigger: number) =>
  taken(
    api.POST("/api/v1/projects/{project}/triggers/{trigger}/run", {
      params: { path: { project, trigger }, header: creationKey() },
      body: {},
    }),
  );

export const writeToFile = (project: string, trigger: number) =>
  taken(api.POST("/api/v1/projects/{project}/triggers/{trigger}/save-to-file", place(project, trigger)));

export const tokenOf = (project: string, trigger: number) =>
  taken(api.GET("/api/v1/projects/{project}/triggers/{trigger}/token", place(project, trigger)));

export const newToken = (project: string, trigger: number) =>
  taken(api.POST("/api/v1/projects/{project}/triggers/{trigger}/rotate-token", place(project, trigger)));

// What became of a due time is the state of its run, and what comes next is another time then.
touches(({ topic }) => (topic === "trigger" || topic === "run" ? [["triggers"], ["trigger history"]] : []));
