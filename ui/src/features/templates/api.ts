import { queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type BlockTemplate = Schemas["TemplateDocument"];
export type PipelineTemplate = Schemas["PipelineTemplateDocument"];

export const templates = {
  /** Shared with the list of what a new block can be. */
  blocks: (project: string) =>
    queryOptions({
      queryKey: ["templates", project],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/templates", { params: { path: { project } } })),
      staleTime: 300_000,
    }),
  pipelines: (project: string) =>
    queryOptions({
      queryKey: ["pipeline-templates", project],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/pipeline-templates", { params: { path: { project } } })),
      staleTime: 300_000,
    }),
  blockText: (project: string, name: string, type: string, language: string) =>
    queryOptions({
      queryKey: ["templates", project, "text", name, type, language],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/block-template-text", {
            params: { path: { project }, query: { name, type: type || "custom", language } },
          }),
        ),
    }),
  pipelineText: (project: string, template: string) =>
    queryOptions({
      queryKey: ["pipeline-templates", project, template],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/pipeline-templates/{template}", {
            params: { path: { project, template } },
          }),
        ),
    }),
};

export const newBlockTemplate = (project: string, body: Schemas["NewBlockTemplate"]) =>
  taken(api.POST("/api/v1/projects/{project}/templates", { params: { path: { project } }, body }));

export const newPipelineTemplate = (project: string, body: Schemas["NewPipelineTemplate"]) =>
  taken(api.POST("/api/v1/projects/{project}/pipeline-templates", { params: { path: { project } }, body }));

export const pipelineFromTemplate = (project: string, template: string, name: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/pipeline-templates/{template}/pipelines", {
      params: { path: { project, template } },
      body: { name },
    }),
  );

export const removeBlockTemplate = (project: string, template: string) =>
  taken(api.DELETE("/api/v1/projects/{project}/templates/{template}", { params: { path: { project, template } } }));

export const removePipelineTemplate = (project: string, template: string) =>
  taken(
    api.DELETE("/api/v1/projects/{project}/pipeline-templates/{template}", {
      params: { path: { project, template } },
    }),
  );

touches(({ topic }) => (topic === "files" ? [["templates"], ["pipeline-templates"]] : []));

export const blockNames = (project: string, pipeline: string) =>
  queryOptions({
    queryKey: ["form-blocks", project, pipeline],
    queryFn: () =>
      taken(
        api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/blocks", {
          params: { path: { project, pipeline }, query: { limit: 500 } },
        }),
      ),
  });
