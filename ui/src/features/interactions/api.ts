import { queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type FormSummary = Schemas["FormSummary"];
export type FormDocument = Schemas["FormDocument"];
export type FormInput = Schemas["InputDocument"];
export type Role = Schemas["Role"];
export type Inputs = Readonly<Record<string, unknown>>;

/** All pages: forms are entries of files, dozens at most. */
async function everyForm(project: string): Promise<readonly FormSummary[]> {
  const found: FormSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly FormSummary[]; readonly next?: string | null } = await taken(
      api.GET("/api/v1/projects/{project}/forms", {
        params: { path: { project }, query: { limit: 500, ...(cursor ? { cursor } : {}) } },
      }),
    );
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor);
  return found;
}

export const forms = {
  list: (project: string) =>
    queryOptions({ queryKey: ["forms", project], queryFn: () => everyForm(project), enabled: project !== "" }),
  one: (project: string, form: string) =>
    queryOptions({
      queryKey: ["forms", project, form],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/forms/{form}", { params: { path: { project, form } } })),
    }),
  /** The form as it would be with another text. */
  draft: (project: string, form: string, text: string) =>
    queryOptions({
      queryKey: ["form-draft", project, form, text],
      queryFn: () =>
        taken(
          api.POST("/api/v1/projects/{project}/forms/{form}/preview", {
            params: { path: { project, form } },
            body: { text },
          }),
        ),
      staleTime: 30_000,
      gcTime: 60_000,
    }),
};

export const runForm = (project: string, form: string, inputs: Inputs) =>
  taken(
    api.POST("/api/v1/projects/{project}/forms/{form}/runs", {
      params: { path: { project, form }, header: creationKey() },
      body: { inputs: { ...inputs } },
    }),
  );

export const newForm = (project: string, body: Schemas["NewForm"]) =>
  taken(api.POST("/api/v1/projects/{project}/forms", { params: { path: { project } }, body }));

export const changeForm = (project: string, form: string, body: Schemas["FormChange"]) =>
  taken(api.PATCH("/api/v1/projects/{project}/forms/{form}", { params: { path: { project, form } }, body }));

export const removeForm = (project: string, form: string) =>
  taken(api.DELETE("/api/v1/projects/{project}/forms/{form}", { params: { path: { project, form } } }));

export const blockNames = (project: string, pipeline: string) =>
  queryOptions({
    queryKey: ["form-blocks", project, pipeline],
    queryFn: () =>
      taken(
        api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/blocks", {
          params: { path: { project, pipeline }, query: { limit: 500 } },
        }),
      ),
    enabled: pipeline !== "",
  });

touches(({ topic }) => (topic === "files" ? [["forms"]] : []));
