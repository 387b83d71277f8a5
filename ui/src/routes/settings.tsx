/** Settings, one address for each topic; the drawers as pages. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { inside } from "./frame";
import { number, optional, text } from "./search";

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/frame"), "SettingsFrame"),
});

const first = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/project", replace: true });
  },
});

const yes = (value: unknown) => (value === true ? true : undefined);

const pages = [
  createRoute({
    getParentRoute: () => settings,
    path: "/project",
    validateSearch: (search) => optional({ as: search.as === "yaml" ? ("yaml" as const) : undefined }),
    component: lazyRouteComponent(() => import("@/features/settings/ProjectPage"), "ProjectPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/variables",
    validateSearch: (search) => optional({ pipeline: text(search.pipeline) }),
    component: lazyRouteComponent(() => import("@/features/settings/VariablesPage"), "VariablesPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/secrets",
    validateSearch: (search) => optional({ secret: text(search.secret) }),
    component: lazyRouteComponent(() => import("@/features/settings/SecretsPage"), "SecretsPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/notifications",
    component: lazyRouteComponent(() => import("@/features/settings/NotificationsPage"), "NotificationsPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/retention",
    component: lazyRouteComponent(() => import("@/features/settings/RetentionPage"), "RetentionPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/people",
    validateSearch: (search) => optional({ person: number(search.person), new: yes(search.new) }),
    component: lazyRouteComponent(() => import("@/features/settings/PeoplePage"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/tokens",
    validateSearch: (search) => optional({ new: yes(search.new) }),
    component: lazyRouteComponent(() => import("@/features/settings/TokensPage"), "TokensPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/audit",
    validateSearch: (search) => optional({ everywhere: yes(search.everywhere), actor: text(search.actor) }),
    component: lazyRouteComponent(() => import("@/features/settings/AuditPage"), "AuditPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/account",
    component: lazyRouteComponent(() => import("@/features/settings/AccountPage"), "AccountPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "/appearance",
    component: lazyRouteComponent(() => import("@/features/settings/AppearancePage"), "AppearancePage"),
  }),
] as const;

const terminal = createRoute({
  getParentRoute: () => inside,
  path: "/terminal",
  component: lazyRouteComponent(() => import("@/features/terminal/TerminalScreen"), "TerminalScreen"),
});

const git = createRoute({
  getParentRoute: () => inside,
  path: "/git",
  component: lazyRouteComponent(() => import("@/features/git/GitScreen"), "GitScreen"),
});

export const settingsRoutes = [terminal, settings.addChildren([first, ...pages]), git] as const;
