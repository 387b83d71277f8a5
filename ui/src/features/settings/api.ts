import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type Person = Schemas["Person"];
export type Grant = Schemas["Grant"];
export type Role = Schemas["Role"];
export type Token = Schemas["Token"];
export type AuditEntry = Schemas["AuditEntry"];
export type Channel = Schemas["ChannelDocument"];
export type Session = Schemas["Session"];
export type Retention = Schemas["RetentionDocument"];
export type Collection = Schemas["CollectionDocument"];

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | null;
}

/** All pages of a list of which there are hundreds at most. */
async function every<Item>(ask: (cursor: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return found;
}

const paged = (cursor: string | undefined) => ({ limit: 500, ...(cursor ? { cursor } : {}) });

export const settings = {
  project: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "project"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}", { params: { path: { project } } })),
    }),
  check: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "check"],
      queryFn: () => taken(api.POST("/api/v1/projects/{project}/check", { params: { path: { project } } })),
    }),
  ofProject: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "own"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/settings", { params: { path: { project } } })),
    }),
  yaml: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "yaml"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/settings-yaml", { params: { path: { project } } })),
    }),
  about: () => queryOptions({ queryKey: ["about"], queryFn: () => taken(api.GET("/api/v1/about")) }),
  secrets: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "secrets"],
      queryFn: () =>
        every((cursor) =>
          taken(api.GET("/api/v1/projects/{project}/secrets", { params: { path: { project }, query: paged(cursor) } })),
        ),
    }),
  /** Where a name stands in quotes in the project's files. */
  uses: (project: string, name: string) =>
    queryOptions({
      queryKey: ["settings", project, "uses", name],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/search", {
            params: { path: { project }, query: { q: name, word: true, case: true, limit: 50 } },
          }),
        ),
    }),
  variables: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["settings", project, "variables", pipeline],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/pipelines/{pipeline}/variables", {
            params: { path: { project, pipeline } },
          }),
        ),
      enabled: pipeline !== "",
    }),
  /** Everybody, for who administers the installation. */
  people: () =>
    queryOptions({
      queryKey: ["people"],
      queryFn: () => every((cursor) => taken(api.GET("/api/v1/people", { params: { query: paged(cursor) } }))),
    }),
  /** Who has a role in the project, for who administers that alone. */
  members: (project: string) =>
    queryOptions({
      queryKey: ["people", project],
      queryFn: () =>
        every((cursor) =>
          taken(api.GET("/api/v1/projects/{project}/grants", { params: { path: { project }, query: paged(cursor) } })),
        ),
    }),
  tokens: (whose: "mine" | "all") =>
    queryOptions({
      queryKey: ["tokens", whose],
      queryFn: () =>
        every((cursor) =>
          whose === "mine"
            ? taken(api.GET("/api/v1/me/tokens", { params: { query: paged(cursor) } }))
            : taken(api.GET("/api/v1/tokens", { params: { query: paged(cursor) } })),
        ),
    }),
  sessions: () => queryOptions({ queryKey: ["sessions"], queryFn: () => taken(api.GET("/api/v1/me/sessions")) }),
  channels: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "channels"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/channels", { params: { path: { project } } })),
    }),
  alerts: (project: string) =>
    infiniteQueryOptions({
      queryKey: ["alerts", project],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/alerts", {
            params: { path: { project }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
    }),
  audit: (project: string, everywhere: boolean, actor: string) =>
    infiniteQueryOptions({
      queryKey: ["audit", everywhere ? "" : project, actor],
      queryFn: ({ pageParam }) => {
        const query = { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) };
        return everywhere
          ? taken(api.GET("/api/v1/audit", { params: { query: { ...query, ...(actor ? { actor } : {}) } } }))
          : taken(api.GET("/api/v1/projects/{project}/audit", { params: { path: { project }, query } }));
      },
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      staleTime: 0,
    }),
  retention: (project: string) =>
    queryOptions({
      queryKey: ["settings", project, "retention"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/retention", { params: { path: { project } } })),
    }),
};

// Secrets and variables -------------------------------------------------------------------------------------------------

export const setSecret = (project: string, name: string, value: string) =>
  taken(api.PUT("/api/v1/projects/{project}/secrets/{name}", { params: { path: { project, name } }, body: { value } }));

export const deleteSecret = (project: string, name: string) =>
  taken(api.DELETE("/api/v1/projects/{project}/secrets/{name}", { params: { path: { project, name } } }));

export const setVariable = (project: string, pipeline: string, name: string, value: unknown) =>
  taken(
    api.PUT("/api/v1/projects/{project}/pipelines/{pipeline}/variables/{name}", {
      params: { path: { project, pipeline, name } },
      body: { value },
    }),
  );

/** What is changed is the version that was read; without one the file is made. */
const over = (digest: string) => (digest ? { headers: { "If-Match": `"${digest}"` } } : {});

export const setSettings = (project: string, values: Readonly<Record<string, unknown>>, digest: string) =>
  taken(
    api.PATCH("/api/v1/projects/{project}/settings", {
      params: { path: { project } },
      body: { settings: { ...values } },
      ...over(digest),
    }),
  );

export const setYaml = (project: string, written: string, digest: string) =>
  taken(
    api.PUT("/api/v1/projects/{project}/settings-yaml", {
      params: { path: { project } },
      body: { text: written },
      ...over(digest),
    }),
  );

export const undoChange = (project: string, change: number) =>
  taken(api.POST("/api/v1/projects/{project}/changes/{change}/undo", { params: { path: { project, change } } }));

// People ----------------------------------------------------------------------------------------------------------------

export const invite = (email: string, name: string, grants: readonly Grant[]) =>
  taken(api.POST("/api/v1/people", { body: { email, name, grants: [...grants] } }));

export const linkFor = (person: number) =>
  taken(api.POST("/api/v1/people/{person}/link", { params: { path: { person } } }));

export const changePerson = (person: number, change: { readonly name?: string; readonly active?: boolean }) =>
  taken(api.PATCH("/api/v1/people/{person}", { params: { path: { person } }, body: change }));

export const deletePerson = (person: number) =>
  taken(api.DELETE("/api/v1/people/{person}", { params: { path: { person } } }));

export const grantRole = (person: number, grant: Grant) =>
  taken(api.PUT("/api/v1/people/{person}/grants", { params: { path: { person } }, body: grant }));

export const revokeRole = (person: number, { project = "", pipeline = "" }: Grant) =>
  taken(api.DELETE("/api/v1/people/{person}/grants", { params: { path: { person }, query: { project, pipeline } } }));

export const grantInProject = (project: string, email: string, role: Role, pipeline: string) =>
  taken(
    api.PUT("/api/v1/projects/{project}/grants", { params: { path: { project } }, body: { email, role, pipeline } }),
  );

export const revokeInProject = (project: string, person: number, pipeline: string) =>
  taken(
    api.DELETE("/api/v1/projects/{project}/grants/{person}", {
      params: { path: { project, person }, query: { pipeline } },
    }),
  );

// What is one's own -----------------------------------------------------------------------------------------------------

export const makeToken = (token: Schemas["NewToken"]) => taken(api.POST("/api/v1/me/tokens", { body: token }));

export const revokeToken = (token: number) =>
  taken(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token } } }));

export const renameMe = (name: string) => taken(api.PATCH("/api/v1/me", { body: { name } }));

export const changePassword = (old: string, fresh: string) =>
  taken(api.PUT("/api/v1/me/password", { body: { old, new: fresh } }));

export const endSession = (session: string) =>
  taken(api.DELETE("/api/v1/me/sessions/{session}", { params: { path: { session } } }));

// Alerts and retention --------------------------------------------------------------------------------------------------

export const testChannel = (project: string, channel: string) =>
  taken(api.POST("/api/v1/projects/{project}/channels/{channel}/test", { params: { path: { project, channel } } }));

export const previewRetention = (project: string) =>
  taken(api.GET("/api/v1/projects/{project}/retention/preview", { params: { path: { project } } }));

export const collectRetention = (project: string) =>
  taken(api.POST("/api/v1/projects/{project}/retention/collect", { params: { path: { project } } }));

touches(({ topic }) => {
  if (topic === "files") return [["settings"]];
  if (topic === "alert") return [["alerts"]];
  return topic === "access" ? [["people"], ["me"]] : [];
});
