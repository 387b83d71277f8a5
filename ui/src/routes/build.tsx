/** Pipelines: the list and the workspace; the project's files. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, oneOf, optional, text } from "./search";

const LAYOUTS = ["focus", "notebook", "graph"] as const;
const SIDES = ["graph", "files", "charts", "variables", "find"] as const;
const TABS = ["output", "profile", "chart", "figures", "text", "tests", "error"] as const;
const PANELS = ["settings", "history", "connect", "variables"] as const;

const pipelines = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines",
  validateSearch: (search) =>
    optional({ q: text(search.q), new: search.new === true ? true : undefined, template: text(search.template) }),
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinesScreen"), "PipelinesScreen"),
});

const pipeline = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines/$pipeline",
  validateSearch: (search) =>
    optional({
      block: text(search.block),
      layout: oneOf(search.layout, LAYOUTS),
      side: oneOf(search.side, SIDES),
      tab: oneOf(search.tab, TABS),
      panel: oneOf(search.panel, PANELS),
    }),
  component: lazyRouteComponent(() => import("@/features/workspace/WorkspaceScreen"), "WorkspaceScreen"),
});

const allFiles = createRoute({
  getParentRoute: () => inside,
  path: "/files",
  component: lazyRouteComponent(() => import("@/features/workspace/FilesScreen"), "FilesScreen"),
});

const files = createRoute({
  getParentRoute: () => inside,
  path: "/files/$",
  validateSearch: (search) => optional({ line: number(search.line) }),
  component: lazyRouteComponent(() => import("@/features/workspace/FilesScreen"), "FilesScreen"),
});

const templates = createRoute({
  getParentRoute: () => inside,
  path: "/templates",
  validateSearch: (search) => optional({ t: text(search.t) }),
  component: lazyRouteComponent(() => import("@/features/templates/TemplatesScreen"), "TemplatesScreen"),
});

export const buildRoutes = [templates, pipelines, pipeline, allFiles, files] as const;
