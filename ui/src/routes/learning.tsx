/** Experiments, models, and what is served of them. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, oneOf, optional, text } from "./search";

const PANELS = ["promote", "back", "traffic"] as const;
const PICTURES = ["parallel", "scatter", "none"] as const;
const MOST_NAMES = 100;

const yes = (value: unknown) => (value === true ? true : undefined);

function names(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((each) => typeof each === "string").slice(0, MOST_NAMES);
}

const ofExperiment = (search: Record<string, unknown>) =>
  optional({
    where: text(search.where),
    sort: text(search.sort),
    down: yes(search.down),
    cols: names(search.cols),
    chart: oneOf(search.chart, PICTURES),
    x: text(search.x),
    y: text(search.y),
    panel: oneOf(search.panel, ["columns"] as const),
  });

const ofCurves = (search: Record<string, unknown>) => ({
  metric: text(search.metric),
  by: oneOf(search.by, ["time"] as const),
  log: yes(search.log),
  smooth: number(search.smooth),
});

const latest = createRoute({
  getParentRoute: () => inside,
  path: "/experiments",
  validateSearch: ofExperiment,
  component: lazyRouteComponent(() => import("@/features/experiments/ExperimentScreen"), "ExperimentScreen"),
});

/** Its name is usually that of a project and of a pipeline, with a slash that is written `%2F`. */
const experiment = createRoute({
  getParentRoute: () => inside,
  path: "/experiments/$experiment",
  validateSearch: ofExperiment,
  component: lazyRouteComponent(() => import("@/features/experiments/ExperimentScreen"), "ExperimentScreen"),
});

const compareRuns = createRoute({
  getParentRoute: () => inside,
  path: "/experiments/$experiment/compare",
  validateSearch: (search) => optional({ runs: names(search.runs), all: yes(search.all), ...ofCurves(search) }),
  component: lazyRouteComponent(() => import("@/features/experiments/CompareScreen"), "CompareScreen"),
});

const tracked = createRoute({
  getParentRoute: () => inside,
  path: "/experiments/runs/$tracked",
  validateSearch: (search) => optional(ofCurves(search)),
  component: lazyRouteComponent(() => import("@/features/experiments/TrackedScreen"), "TrackedScreen"),
});

const models = createRoute({
  getParentRoute: () => inside,
  path: "/models",
  validateSearch: (search) => optional({ q: text(search.q), back: text(search.back) }),
  component: lazyRouteComponent(() => import("@/features/models/ModelsScreen"), "ModelsScreen"),
});

const model = createRoute({
  getParentRoute: () => inside,
  path: "/models/$model",
  validateSearch: (search) =>
    optional({
      panel: oneOf(search.panel, PANELS),
      version: number(search.version),
      metric: text(search.metric),
    }),
  component: lazyRouteComponent(() => import("@/features/models/ModelScreen"), "ModelScreen"),
});

const compareVersions = createRoute({
  getParentRoute: () => inside,
  path: "/models/$model/compare",
  validateSearch: (search) => optional({ first: number(search.first), second: number(search.second) }),
  component: lazyRouteComponent(() => import("@/features/models/CompareScreen"), "CompareScreen"),
});

const version = createRoute({
  getParentRoute: () => inside,
  path: "/models/$model/$version",
  validateSearch: (search) => optional({ panel: oneOf(search.panel, ["promote"] as const) }),
  component: lazyRouteComponent(() => import("@/features/models/VersionScreen"), "VersionScreen"),
});

const monitoring = createRoute({
  getParentRoute: () => inside,
  path: "/monitoring",
  validateSearch: (search) =>
    optional({ panel: oneOf(search.panel, ["traffic", "back", "try"] as const), model: text(search.model) }),
  component: lazyRouteComponent(() => import("@/features/models/MonitoringScreen"), "MonitoringScreen"),
});

export const learningRoutes = [
  latest,
  experiment,
  compareRuns,
  tracked,
  models,
  model,
  compareVersions,
  version,
  monitoring,
] as const;
