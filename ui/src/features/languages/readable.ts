/** What a block may read: the frames before it and tables, with their columns. */
import { queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

export type Readable = components["schemas"]["ReadableDocument"];

export const readables = (project: string, pipeline: string, block: string) =>
  queryOptions({
    queryKey: ["readable", project, pipeline, block],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/frames/{block}", {
          params: { path: { project, pipeline, block } },
          signal,
        }),
      ),
  });

touches(({ topic }) => (topic === "run" || topic === "files" ? [["readable"]] : []));
