/** Dashboards: the list, and one of them with what is chosen of its variables. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { inside } from "./frame";
import { optional } from "./search";

const MOST_CHOSEN = 100;

const list = createRoute({
  getParentRoute: () => inside,
  path: "/dashboards",
  component: lazyRouteComponent(() => import("@/features/dashboards/DashboardsScreen"), "DashboardsScreen"),
});

const one = createRoute({
  getParentRoute: () => inside,
  path: "/dashboards/$dashboard",
  validateSearch: (search) => optional({ v: chosen(search.v) }),
  component: lazyRouteComponent(() => import("@/features/dashboards/DashboardScreen"), "DashboardScreen"),
});

/** `name=value`, each of them. */
function chosen(value: unknown): string[] | undefined {
  const found = (Array.isArray(value) ? value : [value]).filter(
    (each): each is string => typeof each === "string" && each.includes("="),
  );
  return found.length ? found.slice(0, MOST_CHOSEN) : undefined;
}

export const dashboardRoutes = [list, one] as const;
