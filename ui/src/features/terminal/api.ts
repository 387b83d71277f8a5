import { queryOptions } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";

export type TerminalEntry = components["schemas"]["TerminalEntry"];

export const terminals = queryOptions({
  queryKey: ["terminals"],
  queryFn: () => taken(api.GET("/api/v1/terminals")),
});

export const openTerminal = (project: string) =>
  taken(api.POST("/api/v1/terminals", { body: { project, columns: 80, rows: 24 } }));

export const closeTerminal = (terminal: string) =>
  taken(api.DELETE("/api/v1/terminals/{terminal}", { params: { path: { terminal } } }));
