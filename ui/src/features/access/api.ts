import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, type components, taken } from "@/api/client";

export type Me = components["schemas"]["Me"];

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => taken(api.GET("/api/v1/me")),
  staleTime: 60_000,
});

/** By which ways people sign in here; asked before anybody is known. */
export const signInWays = queryOptions({
  queryKey: ["sign-in ways"],
  queryFn: () => taken(api.GET("/api/v1/sign-in")),
  staleTime: 60_000,
});

/** Who looks. Known before any screen is shown. */
export function useMe(): Me {
  return useSuspenseQuery(me).data;
}

export const signIn = (email: string, password: string) =>
  taken(api.POST("/api/v1/session", { body: { email, password } }));
export const signOut = () => taken(api.DELETE("/api/v1/session"));
