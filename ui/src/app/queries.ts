import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "@/api/problems";

/** What is known of the server. Events make it stale, not time. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => !(error instanceof ApiProblem) && failures < 2,
    },
  },
});
