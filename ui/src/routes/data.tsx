/** The catalogue: outputs, data products, where they come from and go to. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, oneOf, optional, text } from "./search";

const TABS = ["preview", "chart", "schema", "profile", "versions", "lineage", "use"] as const;

const data = createRoute({
  getParentRoute: () => inside,
  path: "/data",
  validateSearch: (search) => optional({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("@/features/catalog/CatalogScreen"), "CatalogScreen"),
});

const lineage = createRoute({
  getParentRoute: () => inside,
  path: "/data/lineage",
  validateSearch: (search) => optional({ pipeline: text(search.pipeline), node: text(search.node) }),
  component: lazyRouteComponent(() => import("@/features/catalog/LineageScreen"), "LineageScreen"),
});

/** A data product has one name; an output that of its pipeline and of its block, whose slashes are written `%2F`. */
const product = createRoute({
  getParentRoute: () => inside,
  path: "/data/$product",
  validateSearch: (search) =>
    optional({ refresh: search.refresh === true ? true : undefined, node: text(search.node) }),
  component: lazyRouteComponent(() => import("@/features/catalog/ProductScreen"), "ProductScreen"),
});

const output = createRoute({
  getParentRoute: () => inside,
  path: "/data/$pipeline/$block",
  validateSearch: (search) =>
    optional({
      output: text(search.output),
      tab: oneOf(search.tab, TABS),
      v: number(search.v),
      compare: text(search.compare),
      column: text(search.column),
      node: text(search.node),
      up: number(search.up),
      down: number(search.down),
    }),
  component: lazyRouteComponent(() => import("@/features/catalog/AssetScreen"), "AssetScreen"),
});

export const dataRoutes = [data, lineage, product, output] as const;
