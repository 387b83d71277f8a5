import { queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

export type PresenceDocument = components["schemas"]["PresenceDocument"];

/** This tab, as the others know it. */
export const CLIENT = crypto.randomUUID();

export interface Said {
  readonly block: string | null;
  readonly editing: boolean;
  readonly take_over?: boolean;
}

export const presence = {
  of: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["presence", project, pipeline],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/presence", {
            params: { path: { project, pipeline } },
          }),
        ),
    }),
};

export const come = (project: string, pipeline: string, { block, editing, take_over = false }: Said) =>
  taken(
    api.PUT("/api/v1/projects/{project}/pipelines/{pipeline}/presence", {
      params: { path: { project, pipeline } },
      body: { client: CLIENT, block, editing, take_over },
    }),
  );

export const leave = (project: string, pipeline: string) =>
  taken(
    api.DELETE("/api/v1/projects/{project}/pipelines/{pipeline}/presence", {
      params: { path: { project, pipeline }, query: { client: CLIENT } },
      keepalive: true,
    }),
  );

touches(({ topic, data }) =>
  // What this tab said itself it knows already.
  topic === "presence" && data.client !== CLIENT && typeof data.pipeline === "string"
    ? [["presence", String(data.project), data.pipeline]]
    : [],
);
