import { queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";

export type PipelineSummary = components["schemas"]["PipelineSummary"];

/** All pages: pipelines are files of a project, hundreds at most. */
async function everyPipeline(project: string): Promise<readonly PipelineSummary[]> {
  const found: PipelineSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly PipelineSummary[]; readonly next?: string | null } = await taken(
      api.GET("/api/v1/projects/{project}/pipelines", {
        params: { path: { project }, query: { limit: 500, ...(cursor ? { cursor } : {}) } },
      }),
    );
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor);
  return found;
}

export const pipelines = {
  list: (project: string) =>
    queryOptions({
      queryKey: ["pipelines", project],
      queryFn: () => everyPipeline(project),
      enabled: project !== "",
    }),
};

export const createPipeline = (project: string, name: string, type: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/pipelines", {
      params: { path: { project }, header: creationKey() },
      body: { name, type },
    }),
  );

touches(({ topic }) => (topic === "files" || topic === "run" ? [["pipelines"]] : []));
