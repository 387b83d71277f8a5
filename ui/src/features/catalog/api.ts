import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, creationKey, taken } from "@/api/client";
import { newsOf } from "@/features/runs";
import { touches } from "@/live/refresh";
import type { Asked } from "./model/asked";

type Schemas = components["schemas"];
export type Asset = Schemas["AssetDocument"];
export type AssetDetail = Schemas["AssetDetail"];
export type Version = Schemas["VersionDocument"];
export type DescribedVersion = Schemas["DescribedVersion"];
export type HistoryStep = Schemas["HistoryStep"];
export type SchemaChange = Schemas["SchemaChangeDocument"];
export type Lineage = Schemas["Lineage"];
export type LineageNode = Schemas["LineageNode"];
export type Product = Schemas["ProductDocument"];
export type Plan = Schemas["Plan"];

/** One output of a block; without a name the first. */
export interface AssetPlace {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly name?: string | undefined;
}

/** What a view of the lineage begins with; nothing: the whole project. */
export interface LineageStart {
  readonly pipeline?: string | undefined;
  readonly block?: string | undefined;
  readonly product?: string | undefined;
  readonly up?: number | undefined;
  readonly down?: number | undefined;
}

const PAGE = 100;
/** As many versions as a history can tell of. */
const MOST_STEPS = 100;

const keyOf = ({ project, pipeline, block, name }: AssetPlace) => [project, pipeline, block, name ?? ""] as const;
const parametersOf = ({ project, pipeline, block, name }: AssetPlace) => ({
  path: { project, pipeline, block },
  query: name ? { name } : {},
});

export const catalog = {
  list: (project: string, asked: Asked) =>
    infiniteQueryOptions({
      queryKey: ["catalog", project, "list", asked],
      queryFn: ({ pageParam, signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/catalog", {
            params: {
              path: { project },
              query: { ...asked, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
            },
            signal,
          }),
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      enabled: project !== "",
      placeholderData: keepPreviousData,
    }),
  asset: (place: AssetPlace) =>
    queryOptions({
      queryKey: ["catalog", ...keyOf(place), "asset"],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/catalog/outputs/{pipeline}/{block}", { params: parametersOf(place) }),
        ),
    }),
  version: (project: string, version: number) =>
    queryOptions({
      queryKey: ["catalog", project, "version", version],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/output-versions/{version}", { params: { path: { project, version } } }),
        ),
    }),
  versions: (place: AssetPlace) =>
    infiniteQueryOptions({
      queryKey: ["catalog", ...keyOf(place), "versions"],
      queryFn: ({ pageParam }) => {
        const { path, query } = parametersOf(place);
        return taken(
          api.GET("/api/v1/projects/{project}/catalog/versions/{pipeline}/{block}", {
            params: { path, query: { ...query, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          }),
        );
      },
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
    }),
  history: (place: AssetPlace) =>
    queryOptions({
      queryKey: ["catalog", ...keyOf(place), "history"],
      queryFn: () => {
        const { path, query } = parametersOf(place);
        return taken(
          api.GET("/api/v1/projects/{project}/catalog/history/{pipeline}/{block}", {
            params: { path, query: { ...query, limit: MOST_STEPS } },
          }),
        );
      },
    }),
  /** What two versions hold never changes. */
  diff: (project: string, before: number, after: number, key: readonly string[]) =>
    queryOptions({
      queryKey: ["version-diff", project, before, after, ...key],
      queryFn: ({ signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/output-versions/{version}/diff/{other}", {
            params: { path: { project, version: before, other: after }, query: key.length ? { key: [...key] } : {} },
            signal,
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  lineage: (project: string, start: LineageStart) =>
    queryOptions({
      queryKey: ["catalog", project, "lineage", start],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/catalog/lineage", { params: { path: { project }, query: asked(start) } }),
        ),
      placeholderData: keepPreviousData,
      enabled: project !== "",
    }),
  product: (project: string, product: string) =>
    queryOptions({
      queryKey: ["products", project, "one", product],
      queryFn: () =>
        taken(api.GET("/api/v1/projects/{project}/products/{product}", { params: { path: { project, product } } })),
    }),
  /** What computing a product's value would do: a whole run of its pipeline, as its blocks allow reuse. */
  plan: (project: string, pipeline: string) =>
    queryOptions({
      queryKey: ["catalog", project, "plan", pipeline],
      queryFn: () =>
        taken(
          api.POST("/api/v1/projects/{project}/pipelines/{pipeline}/plan", {
            params: { path: { project, pipeline } },
            body: { blocks: [], variables: {}, upstream: false, scope: "only", reuse: null },
          }),
        ),
      staleTime: 0,
      gcTime: 60_000,
    }),
};

function asked(start: LineageStart) {
  const { pipeline, block, product, up, down } = start;
  return {
    ...(pipeline ? { pipeline } : {}),
    ...(block ? { block } : {}),
    ...(product ? { product } : {}),
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
  };
}

const at = (project: string, version: number) => ({ params: { path: { project, version } } });
const PIN = "/api/v1/projects/{project}/output-versions/{version}/pin";
const RESTORE = "/api/v1/projects/{project}/output-versions/{version}/restore";
const ALIAS = "/api/v1/projects/{project}/output-versions/{version}/aliases/{alias}";

export const pin = (project: string, version: number) => taken(api.PUT(PIN, at(project, version)));
export const unpin = (project: string, version: number) => taken(api.DELETE(PIN, at(project, version)));
export const restore = (project: string, version: number) => taken(api.PUT(RESTORE, at(project, version)));
export const unrestore = (project: string, version: number) => taken(api.DELETE(RESTORE, at(project, version)));
export const setAlias = (project: string, version: number, alias: string) =>
  taken(api.PUT(ALIAS, { params: { path: { project, version, alias } } }));
export const removeAlias = (project: string, version: number, alias: string) =>
  taken(api.DELETE(ALIAS, { params: { path: { project, version, alias } } }));

export const refreshProduct = (project: string, product: string) =>
  taken(
    api.POST("/api/v1/projects/{project}/products/{product}/refresh", {
      params: { path: { project, product }, header: creationKey() },
    }),
  );

touches((event) => {
  if (event.topic === "catalog") return [["catalog"]];
  if (event.topic === "files") return [["catalog"], ["products"]];
  // Only what the whole run has become changes how a product stands.
  return newsOf(event)?.state ? [["products"]] : [];
});
