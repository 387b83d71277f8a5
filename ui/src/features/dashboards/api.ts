import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { newsOf } from "@/features/runs";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type DashboardSummary = Schemas["DashboardSummary"];
export type DashboardDocument = Schemas["DashboardDocument"];
export type Tile = Schemas["TileDocument"];
export type PageVariable = Schemas["VariableDocument"];

const DASHBOARDS = "/api/v1/projects/{project}/dashboards";

export const dashboards = {
  list: (project: string) =>
    queryOptions({
      queryKey: ["dashboards", project, "list"],
      queryFn: () => taken(api.GET(DASHBOARDS, { params: { path: { project }, query: { limit: 500 } } })),
      select: ({ items }) => items,
    }),
  one: (project: string, dashboard: string) =>
    queryOptions({
      queryKey: ["dashboards", project, "one", dashboard],
      queryFn: () => taken(api.GET(`${DASHBOARDS}/{dashboard}`, { params: { path: { project, dashboard } } })),
    }),
  /** ``etag``: another version of the dashboard is another chart. */
  chart: (project: string, dashboard: string, etag: string, chart: string, variable: readonly string[]) =>
    queryOptions({
      queryKey: ["dashboard-charts", project, dashboard, chart, variable, etag],
      queryFn: ({ signal }) =>
        taken(
          api.GET(`${DASHBOARDS}/{dashboard}/charts/{chart}`, {
            params: { path: { project, dashboard, chart }, query: variable.length ? { variable: [...variable] } : {} },
            signal,
          }),
        ),
      placeholderData: keepPreviousData,
    }),
};

touches((event) => {
  if (event.topic === "files") return [["dashboards"], ["dashboard-charts"]];
  const news = newsOf(event);
  const gave = news?.blocks.some(({ state }) => state === "completed" || state === "failed");
  return news?.state || gave ? [["dashboard-charts"]] : [];
});

export const createDashboard = (project: string, wanted: { readonly name: string; readonly pipeline: string }) =>
  taken(
    api.POST(DASHBOARDS, {
      params: { path: { project } },
      body: { name: wanted.name, pipeline: wanted.pipeline, description: "" },
    }),
  );

export const saveDashboard = (project: string, changed: DashboardDocument) =>
  taken(
    api.PUT(`${DASHBOARDS}/{dashboard}`, {
      params: { path: { project, dashboard: changed.id } },
      body: {
        etag: changed.etag,
        name: changed.name,
        description: changed.description,
        pipeline: changed.pipeline,
        variables: [...changed.variables],
        tiles: [...changed.tiles],
        layout: [...changed.layout],
      },
    }),
  );

export const deleteDashboard = (project: string, dashboard: string) =>
  taken(api.DELETE(`${DASHBOARDS}/{dashboard}`, { params: { path: { project, dashboard } } }));

export const undoChange = (project: string, change: number) =>
  taken(api.POST("/api/v1/projects/{project}/changes/{change}/undo", { params: { path: { project, change } } }));
