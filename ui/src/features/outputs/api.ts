import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";
import type { Wish } from "./model/chart";

export type OutputDocument = components["schemas"]["OutputDocument"];
export type TablePage = components["schemas"]["TablePage"];
export type ColumnStatistics = components["schemas"]["ColumnStatistics"];
export type BlockRunDetail = components["schemas"]["BlockRunDetail"];
export type Frame = components["schemas"]["Frame"];

/** One output of one block run: what it holds never changes, a retry's ``version`` apart. */
export interface OutputPlace {
  readonly project: string;
  readonly run: number;
  readonly block: string;
  readonly name?: string | undefined;
  readonly version: string;
}

export interface Question {
  /** A column; `-` in front: descending. */
  readonly sort: string;
  /** A condition in SQL. */
  readonly where: string;
}

export const PAGE = 100;
const FOREVER = { staleTime: Number.POSITIVE_INFINITY } as const;

const keyOf = ({ project, run, block, name, version }: OutputPlace) => [project, run, block, name ?? "", version];
const pathOf = ({ project, run, block }: OutputPlace) => ({ project, run, block });

export const outputs = {
  one: (place: OutputPlace) =>
    queryOptions({
      ...FOREVER,
      queryKey: ["output", ...keyOf(place)],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/outputs/{block}", {
            params: { path: pathOf(place), query: place.name ? { name: place.name } : {} },
          }),
        ),
      placeholderData: keepPreviousData,
    }),
  page: (place: OutputPlace, { sort, where }: Question, number: number) =>
    queryOptions({
      ...FOREVER,
      gcTime: 60_000,
      queryKey: ["page", ...keyOf(place), sort, where, number],
      queryFn: ({ signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/pages/{block}", {
            params: {
              path: pathOf(place),
              query: {
                offset: number * PAGE,
                limit: PAGE,
                ...(place.name ? { name: place.name } : {}),
                ...(sort ? { sort: [sort] } : {}),
                ...(where ? { where } : {}),
              },
            },
            signal,
          }),
        ),
    }),
  profile: (place: OutputPlace) =>
    queryOptions({
      ...FOREVER,
      queryKey: ["profile", ...keyOf(place)],
      queryFn: ({ signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/profiles/{block}", {
            params: { path: pathOf(place), query: place.name ? { name: place.name } : {} },
            signal,
          }),
        ),
    }),
  chart: (place: OutputPlace, wish: Wish) =>
    queryOptions({
      ...FOREVER,
      gcTime: 60_000,
      queryKey: ["chart", ...keyOf(place), wish],
      queryFn: ({ signal }) =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/charts/{block}", {
            params: {
              path: pathOf(place),
              query: {
                kind: wish.kind,
                x: wish.x,
                aggregate: wish.aggregate,
                ...(wish.y ? { y: wish.y } : {}),
                ...(wish.colour ? { colour: wish.colour } : {}),
                ...(place.name ? { name: place.name } : {}),
              },
            },
            signal,
          }),
        ),
      placeholderData: keepPreviousData,
    }),
  blockRun: ({ project, run, block, version }: OutputPlace) =>
    queryOptions({
      ...FOREVER,
      queryKey: ["block-run", project, run, block, version],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/block-runs/{name}", {
            params: { path: { project, run, name: block } },
          }),
        ),
    }),
  frames: ({ project, run, block, version }: OutputPlace) =>
    queryOptions({
      ...FOREVER,
      queryKey: ["frames", project, run, block, version],
      queryFn: () =>
        taken(
          api.GET("/api/v1/projects/{project}/runs/{run}/frames/{name}", {
            params: { path: { project, run, name: block } },
          }),
        ),
    }),
};

/** Where an output can be had as a file. */
export function downloadOf(place: OutputPlace, format: string): string {
  return below(place, "downloads", { format });
}

/** Where HTML or a plotly figure is a page of its own, for a frame; `frame`: of what was shown, not given. */
export function madeOf(place: OutputPlace, frame?: number): string {
  return below(place, "shown", frame === undefined ? {} : { frame: String(frame) });
}

function below({ project, run, block, name }: OutputPlace, what: string, asked: Record<string, string>): string {
  const where = [project, "runs", String(run), what].map(encodeURIComponent).join("/");
  const which = block.split("/").map(encodeURIComponent).join("/");
  return `/api/v1/projects/${where}/${which}?${new URLSearchParams({ ...asked, ...(name ? { name } : {}) })}`;
}
