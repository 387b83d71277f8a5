/** Home and runs. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, oneOf, optional, text } from "./search";

const VIEWS = ["gantt", "graph", "table"] as const;
const TABS = ["error", "log", "inputs", "output", "resources", "tests", "spec", "compare"] as const;
const PANELS = ["again", "delete"] as const;

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/HomeScreen"), "HomeScreen"),
});

const runs = createRoute({
  getParentRoute: () => inside,
  path: "/runs",
  validateSearch: (search) => optional({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("@/features/runs/RunsScreen"), "RunsScreen"),
});

const runsOfPipeline = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines/$pipeline/runs",
  validateSearch: (search) => optional({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("@/features/runs/RunsScreen"), "PipelineRunsScreen"),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$run",
  validateSearch: (search) =>
    optional({
      block: text(search.block),
      tab: oneOf(search.tab, TABS),
      view: oneOf(search.view, VIEWS),
      attempt: number(search.attempt),
      output: text(search.output),
      other: number(search.other),
      panel: oneOf(search.panel, PANELS),
    }),
  component: lazyRouteComponent(() => import("@/features/runs/RunScreen"), "RunScreen"),
});

/** As Mage writes it, so that links in old messages lead somewhere. */
const runAsInMage = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines/$pipeline/runs/$run",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/$run", params: { run: params.run }, replace: true });
  },
});

const diff = createRoute({
  getParentRoute: () => inside,
  path: "/runs/$run/diff/$other",
  validateSearch: (search) => optional({ block: text(search.block) }),
  component: lazyRouteComponent(() => import("@/features/runs/DiffScreen"), "DiffScreen"),
});

export const runRoutes = [home, runs, runsOfPipeline, run, runAsInMage, diff] as const;
