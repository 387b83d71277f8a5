/** Triggers, backfills, logs. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, oneOf, optional, text } from "./search";

const VIEWS = ["list", "calendar"] as const;
const SPANS = ["month", "week"] as const;
const KINDS = ["time", "api", "event", "product"] as const;

const triggers = createRoute({
  getParentRoute: () => inside,
  path: "/triggers",
  validateSearch: (search) =>
    optional({
      view: oneOf(search.view, VIEWS),
      q: text(search.q),
      new: oneOf(search.new, KINDS),
      pipeline: text(search.pipeline),
      span: oneOf(search.span, SPANS),
      day: text(search.day),
    }),
  component: lazyRouteComponent(() => import("@/features/triggers/TriggersScreen"), "TriggersScreen"),
});

const trigger = createRoute({
  getParentRoute: () => inside,
  path: "/triggers/$trigger",
  validateSearch: (search) => optional({ edit: search.edit === true ? true : undefined }),
  component: lazyRouteComponent(() => import("@/features/triggers/TriggerScreen"), "TriggerScreen"),
});

const backfills = createRoute({
  getParentRoute: () => inside,
  path: "/backfills",
  validateSearch: (search) =>
    optional({ new: search.new === true ? true : undefined, pipeline: text(search.pipeline) }),
  component: lazyRouteComponent(() => import("@/features/backfills/BackfillsScreen"), "BackfillsScreen"),
});

const backfill = createRoute({
  getParentRoute: () => inside,
  path: "/backfills/$backfill",
  validateSearch: (search) => optional({ state: text(search.state) }),
  component: lazyRouteComponent(() => import("@/features/backfills/BackfillScreen"), "BackfillScreen"),
});

const logs = createRoute({
  getParentRoute: () => inside,
  path: "/logs",
  validateSearch: (search) => optional({ q: text(search.q), line: text(search.line) }),
  component: lazyRouteComponent(() => import("@/features/log_search/LogsScreen"), "LogsScreen"),
});

const pipelineTriggers = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines/$pipeline/triggers",
  validateSearch: (search) => optional({ new: oneOf(search.new, KINDS) }),
  component: lazyRouteComponent(() => import("@/features/triggers/PipelineTriggersScreen"), "PipelineTriggersScreen"),
});

const pipelineBackfills = createRoute({
  getParentRoute: () => inside,
  path: "/pipelines/$pipeline/backfills",
  validateSearch: (search) => optional({ new: search.new === true ? true : undefined }),
  component: lazyRouteComponent(
    () => import("@/features/backfills/PipelineBackfillsScreen"),
    "PipelineBackfillsScreen",
  ),
});

const forms = createRoute({
  getParentRoute: () => inside,
  path: "/forms",
  validateSearch: (search) =>
    optional({ new: search.new === true ? true : undefined, pipeline: text(search.pipeline) }),
  component: lazyRouteComponent(() => import("@/features/interactions/FormsScreen"), "FormsScreen"),
});

const form = createRoute({
  getParentRoute: () => inside,
  path: "/forms/$form",
  validateSearch: (search) =>
    optional({
      run: number(search.run),
      edit: search.edit === true ? true : undefined,
      share: search.share === true ? true : undefined,
    }),
  component: lazyRouteComponent(() => import("@/features/interactions/FormScreen"), "FormScreen"),
});

export const operateRoutes = [
  forms,
  form,
  triggers,
  trigger,
  backfills,
  backfill,
  logs,
  pipelineTriggers,
  pipelineBackfills,
] as const;
