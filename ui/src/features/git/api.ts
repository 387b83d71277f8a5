import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import { touches } from "@/live/refresh";

type Schemas = components["schemas"];
export type GitState = Schemas["GitDocument"];
export type GitFile = Schemas["GitFile"];
export type GitDifference = Schemas["GitDifference"];
export type GitHunk = Schemas["GitHunk"];
export type GitStash = Schemas["GitStash"];
export type GitBranch = Schemas["GitBranch"];
export type Incoming = Schemas["GitIncoming"];

const at = (project: string) => ({ params: { path: { project } } });

export const git = {
  state: (project: string) =>
    queryOptions({
      queryKey: ["git", project, "state"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/git", at(project))),
    }),
  difference: (project: string, path: string, staged: boolean) =>
    queryOptions({
      queryKey: ["git", project, "difference", path, staged],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/git/difference", {
            params: { path: { project }, query: { path, staged } },
          }),
        ),
    }),
  conflict: (project: string, path: string) =>
    queryOptions({
      queryKey: ["git", project, "conflict", path],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/git/conflict", { params: { path: { project }, query: { path } } })),
    }),
  branches: (project: string) =>
    queryOptions({
      queryKey: ["git", project, "branches"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/git/branches", at(project))),
    }),
  stashes: (project: string) =>
    queryOptions({
      queryKey: ["git", project, "stashes"],
      queryFn: () => taken(api.GET("/api/v1/projects/{project}/git/stashes", at(project))),
    }),
  commits: (project: string) =>
    infiniteQueryOptions({
      queryKey: ["git", project, "commits"],
      queryFn: ({ pageParam }) =>
        taken(
          api.GET("/api/v1/projects/{project}/git/commits", {
            params: { path: { project }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
    }),
};

export interface Chosen {
  readonly paths: readonly string[];
  readonly hunks?: readonly string[];
}

const staging = ({ paths, hunks = [] }: Chosen) => ({ paths: [...paths], hunks: [...hunks] });

/** What is done to the work tree of a project. */
export const doing = (project: string) => ({
  create: () => taken(api.POST("/api/v1/projects/{project}/git", at(project))),
  stage: (chosen: Chosen) =>
    taken(api.POST("/api/v1/projects/{project}/git/stage", { ...at(project), body: staging(chosen) })),
  unstage: (chosen: Chosen) =>
    taken(api.POST("/api/v1/projects/{project}/git/unstage", { ...at(project), body: staging(chosen) })),
  commit: (message: string) =>
    taken(api.POST("/api/v1/projects/{project}/git/commits", { ...at(project), body: { message } })),
  newBranch: (name: string) =>
    taken(api.POST("/api/v1/projects/{project}/git/branches", { ...at(project), body: { name, switch: true } })),
  switchTo: (branch: string) =>
    taken(api.POST("/api/v1/projects/{project}/git/switch", { ...at(project), body: { branch } })),
  stash: (message: string) =>
    taken(api.POST("/api/v1/projects/{project}/git/stashes", { ...at(project), body: { message } })),
  pop: ({ number, commit }: GitStash) =>
    taken(api.POST("/api/v1/projects/{project}/git/stashes/pop", { ...at(project), body: { number, commit } })),
  drop: ({ number, commit }: GitStash) =>
    taken(api.POST("/api/v1/projects/{project}/git/stashes/drop", { ...at(project), body: { number, commit } })),
  fetch: () => taken(api.POST("/api/v1/projects/{project}/git/fetch", at(project))),
  pull: (anyway: boolean) =>
    taken(api.POST("/api/v1/projects/{project}/git/pull", { ...at(project), body: { anyway } })),
  push: () => taken(api.POST("/api/v1/projects/{project}/git/push", at(project))),
  solve: (solution: Schemas["Solution"]) =>
    taken(api.POST("/api/v1/projects/{project}/git/solve", { ...at(project), body: solution })),
  abort: () => taken(api.POST("/api/v1/projects/{project}/git/abort", at(project))),
});

touches(({ topic }) => (topic === "files" ? [["git"]] : []));
