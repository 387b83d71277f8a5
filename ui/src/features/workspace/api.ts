import { queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";
import type { Values } from "@/ui/values";

type Schemas = components["schemas"];
export type WorkspaceDocument = Schemas["WorkspaceDocument"];
export type WorkspaceBlock = Schemas["WorkspaceBlock"];
export type BlockNow = Schemas["BlockNow"];
export type Template = Schemas["TemplateDocument"];
export type Setting = Schemas["SettingDocument"];
export type Edited = Schemas["Edited"];
export type Scope = NonNullable<Schemas["NewRun"]["scope"]>;
export type FileEntry = Schemas["FileEntry"];
export type FileVersion = Schemas["FileVersion"];

export const workspaces = {
  one: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["workspace", project, pipeline],
      queryFn: ({ signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/workspace", {
            params: { path: { project, pipeline } },
            signal,
          }),
        ),
    }),
  templates: (project: string) =>
    queryOptions({
      queryKey: ["templates", project],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/templates", { params: { path: { project } } })),
      staleTime: 300_000,
    }),
  settings: (project: string, pipeline: string, block: string) =>
    queryOptions({
      queryKey: ["block-settings", project, pipeline, block],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/block-settings/{block}", {
            params: { path: { project, pipeline, block } },
          }),
        ),
    }),
  yaml: (project: string, pipeline: string, block: string) =>
    queryOptions({
      queryKey: ["block-settings", project, pipeline, block, "yaml"],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/block-yaml/{block}", {
            params: { path: { project, pipeline, block } },
          }),
        ),
    }),
  plan: (project: string, pipeline: string, blocks: readonly string[]) =>
    queryOptions({
      queryKey: ["plan", project, pipeline, ...blocks],
      queryFn: () =>
        taken(
          api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/plan", {
            params: { path: { project, pipeline } },
            body: { blocks: [...blocks], variables: {}, upstream: false, scope: "only", reuse: true },
          }),
        ),
      staleTime: 5_000,
    }),
  folder: (project: string, path: string) =>
    queryOptions({
      queryKey: ["folder", project, path],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/files", { params: { path: { project }, query: { path, limit: 500 } } }),
        ),
    }),
  history: (project: string, path: string) =>
    queryOptions({
      queryKey: ["history", project, path],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/history/{path}", {
            params: { path: { project, path }, query: { limit: 100 } },
          }),
        ),
    }),
};

touches(({ topic }) =>
  topic === "files" ? [["workspace"], ["folder"], ["history"], ["block-settings"], ["plan"]] : [],
);

interface Wanted {
  readonly blocks: readonly string[];
  readonly scope: Scope;
  readonly reuse?: boolean | undefined;
  readonly variables?: Values | undefined;
}

/** ▶: somebody looks, so it goes before all that waits. */
export const startRun = (project: string, pipeline: string, { blocks, scope, reuse, variables = {} }: Wanted) =>
  taken(
    api.POST("/api/v1/projects/{project}/runs", {
      params: { path: { project }, header: creationKey() },
      body: {
        pipeline,
        blocks: [...blocks],
        scope,
        variables,
        upstream: false,
        skip_sensors: false,
        priority: 0,
        interactive: true,
        ...(reuse === undefined ? {} : { reuse }),
      },
    }),
  );

export const cancelRun = (project: string, run: number) =>
  taken(api.POST("/api/v1/projects/{project}/runs/{run}/cancel", { params: { path: { project, run } } }));

interface NewBlock {
  readonly name: string;
  readonly type: string;
  readonly language: string;
  readonly template?: string | undefined;
  readonly upstream: readonly string[];
  readonly after?: string | undefined;
}

/** Changes to the pipeline's file: each can be taken back by the number that it answers with. */
export const edit = (project: string, pipeline: string) => {
  const path = { project, pipeline };
  return {
    add: ({ name, type, language, template, upstream, after }: NewBlock) =>
      taken(
        api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/blocks", {
          params: { path, header: creationKey() },
          body: {
            name,
            type,
            language,
            upstream: [...upstream],
            ...(template ? { template } : {}),
            ...(after ? { after } : {}),
          },
        }),
      ),
    share: (file: string, upstream: readonly string[]) =>
      taken(
        api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/shared-blocks", {
          params: { path },
          body: { path: file, name: "", upstream: [...upstream] },
        }),
      ),
    copy: (block: string, name: string) =>
      taken(
        api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/copies", { params: { path }, body: { block, name } }),
      ),
    connect: (source: string, target: string) =>
      taken(
        api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/connections", {
          params: { path },
          body: { source, target },
        }),
      ),
    disconnect: (source: string, target: string) =>
      taken(
        api.DELETE("/api/v1/projects/{project}/pipelines/{pipeline}/connections", {
          params: { path, query: { source, target } },
        }),
      ),
    order: (blocks: readonly string[]) =>
      taken(
        api.PUT("/api/v1/projects/{project}/pipelines/{pipeline}/order", {
          params: { path },
          body: { blocks: [...blocks] },
        }),
      ),
    rename: (block: string, name: string, preview = false) =>
      taken(
        api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/renames", {
          params: { path, query: { preview } },
          body: { block, name },
        }),
      ),
    remove: (block: string) =>
      taken(
        api.DELETE("/api/v1/projects/{project}/pipelines/{pipeline}/blocks/{block}", {
          params: { path: { ...path, block }, query: { delete_file: true } },
        }),
      ),
    set: (block: string, settings: Record<string, unknown>) =>
      taken(
        api.PATCH("/api/v1/projects/{project}/pipelines/{pipeline}/block-settings/{block}", {
          params: { path: { ...path, block } },
          body: { settings },
        }),
      ),
  };
};

export const setBlockYaml = (project: string, pipeline: string, block: string, text: string, digest: string) =>
  taken(
    api.PUT("/api/v1/projects/{project}/pipelines/{pipeline}/block-yaml/{block}", {
      params: { path: { project, pipeline, block } },
      body: { text },
      headers: { "If-Match": `"${digest}"` },
    }),
  );

export const undoChange = (project: string, change: number) =>
  taken(api.POST("/api/v1/projects/{project}/changes/{change}/undo", { params: { path: { project, change } } }));

export const restoreVersion = (project: string, path: string, version: string, etag: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/restores", {
      params: { path: { project } },
      body: { path, version },
      headers: etag ? { "If-Match": `"${etag}"` } : { "If-None-Match": "*" },
    }),
  );
