import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onSignedOut } from "./api/client";
import { screenComes, screenIsHere } from "./app/keys";
import { queries } from "./app/queries";
import { me } from "./features/access";
import { refreshOnEvents } from "./live/refresh";
import { router } from "./routes/tree";

screenComes();
router.subscribe("onBeforeNavigate", ({ pathChanged }) => {
  if (pathChanged) screenComes();
});
router.subscribe("onRendered", screenIsHere);
// The screen is on its way while it is asked who looks.
for (const { routeId } of router.matchRoutes(router.latestLocation)) {
  const screen: unknown = router.routesById[routeId as keyof typeof router.routesById].options.component;
  if (typeof screen === "function" && "preload" in screen && typeof screen.preload === "function")
    void screen.preload();
}
refreshOnEvents(queries);
onSignedOut(() => {
  if (queries.getQueryData(me.queryKey) === undefined) return; // nobody was signed in
  queries.clear();
  void router.invalidate();
});

const place = document.getElementById("root");
if (!place) throw new Error("The page has no place for the app.");
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
