/** What every address stands in: the root, the sign-in page, and the shell for people who are known. */

import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { ApiProblem } from "@/api/problems";
import { Shell } from "@/app/Shell";
import { me } from "@/features/access";
import { Broken, Missing } from "./failures";
import { optional, text } from "./search";

interface Context {
  readonly queries: QueryClient;
}

export const root = createRootRouteWithContext<Context>()({
  validateSearch: (search) => optional({ project: text(search.project) }),
  notFoundComponent: Missing,
});

export const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search) => optional({ back: text(search.back), sign_in_error: text(search.sign_in_error) }),
  component: lazyRouteComponent(() => import("@/app/Login"), "Login"),
});

export const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(me);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 401)) throw error;
      throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { back: location.href } });
    }
  },
  component: Shell,
  errorComponent: Broken,
});

/** An address that nothing has. It stands in the shell, so that the way on is there. */
export const nowhere = createRoute({ getParentRoute: () => inside, path: "$", component: Missing });
