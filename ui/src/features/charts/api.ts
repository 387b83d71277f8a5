import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { newsOf } from "@/features/runs";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type ChartEntry = Schemas["ChartEntry"];
export type Drawing = Schemas["DrawingDocument"];
export type ChartMarks = Schemas["ChartDocument"];
export type Configuration = Readonly<Record<string, unknown>>;

const PIPELINE = "/api/v1/projects/{project}/pipelines/{pipeline}";

export const charts = {
  list: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["charts", project, pipeline, "list"],
      queryFn: () => taken(api.GET(`${PIPELINE}/charts`, { params: { path: { project, pipeline } } })),
    }),
  one: (project: string, pipeline: string, chart: string) =>
    queryOptions({
      queryKey: ["charts", project, pipeline, "one", chart],
      queryFn: ({ signal }) =>
        taken(api.GET(`${PIPELINE}/charts/{chart}`, { params: { path: { project, pipeline, chart } }, signal })),
      placeholderData: keepPreviousData,
    }),
  preview: (project: string, pipeline: string, block: string, configuration: Configuration) =>
    queryOptions({
      queryKey: ["charts", project, pipeline, "preview", block, configuration],
      queryFn: ({ signal }) =>
        taken(
          api.POST(`${PIPELINE}/chart-previews`, {
            params: { path: { project, pipeline } },
            body: { block, configuration: { ...configuration } },
            signal,
          }),
        ),
      placeholderData: keepPreviousData,
      gcTime: 60_000,
      retry: false,
    }),
  /** The pipeline's blocks with what they gave last: the same data as the workspace has. */
  blocks: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["workspace", project, pipeline],
      queryFn: ({ signal }) =>
        taken(api.GET(`${PIPELINE}/workspace`, { params: { path: { project, pipeline } }, signal })),
    }),
};

/** What blocks gave, or what is in the files, may have changed: another chart. */
touches((event) => {
  if (event.topic === "files") return [["charts"]];
  const news = newsOf(event);
  const gave = news?.blocks.some(({ state }) => state === "completed" || state === "failed");
  return news?.state || gave ? [["charts"]] : [];
});

export const createChart = (
  project: string,
  pipeline: string,
  wanted: { readonly name: string; readonly upstream: readonly string[]; readonly configuration: Configuration },
) =>
  taken(
    api.POST(`${PIPELINE}/charts`, {
      params: { path: { project, pipeline } },
      body: { name: wanted.name, upstream: [...wanted.upstream], configuration: { ...wanted.configuration } },
    }),
  );

export const changeChart = (
  project: string,
  pipeline: string,
  chart: string,
  wanted: { readonly name: string; readonly upstream: readonly string[]; readonly configuration: Configuration },
) =>
  taken(
    api.PUT(`${PIPELINE}/charts/{chart}`, {
      params: { path: { project, pipeline, chart } },
      body: { name: wanted.name, upstream: [...wanted.upstream], configuration: { ...wanted.configuration } },
    }),
  );

export const removeChart = (project: string, pipeline: string, chart: string) =>
  taken(api.DELETE(`${PIPELINE}/charts/{chart}`, { params: { path: { project, pipeline, chart } } }));

export const drawChart = (project: string, pipeline: string, chart: string, anew = false) =>
  taken(
    api.POST(`${PIPELINE}/chart-drawings/{chart}`, {
      params: { path: { project, pipeline, chart }, query: anew ? { anew } : {} },
    }),
  );

export const undoChange = (project: string, change: number) =>
  taken(api.POST("/api/v1/projects/{project}/changes/{change}/undo", { params: { path: { project, change } } }));
