/** Every address of the app. Screens are loaded when first gone to. */
import { createRouter } from "@tanstack/react-router";
import { queries } from "@/app/queries";
import { buildRoutes } from "./build";
import { dashboardRoutes } from "./dashboards";
import { dataRoutes } from "./data";
import { Broken, Missing } from "./failures";
import { inside, login, nowhere, root } from "./frame";
import { learningRoutes } from "./learning";
import { operateRoutes } from "./operate";
import { runRoutes } from "./runs";
import { settingsRoutes } from "./settings";

const tree = root.addChildren([
  login,
  inside.addChildren([
    ...runRoutes,
    ...buildRoutes,
    ...operateRoutes,
    ...dataRoutes,
    ...dashboardRoutes,
    ...learningRoutes,
    ...settingsRoutes,
    nowhere,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  context: { queries },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: Missing,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
