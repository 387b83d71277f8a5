/** The one way to the server. Types are made from its OpenAPI document (`npm run types`). */
import createClient from "openapi-fetch";
import { problemOf } from "./problems";
import type { paths } from "./schema";

export type { components, paths } from "./schema";

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });

/** Called when the server no longer knows who asks. */
let signedOut: () => void = () => {};

export function onSignedOut(act: () => void): void {
  signedOut = act;
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The answer's content. Raises ApiProblem, and TypeError when nobody answers. */
export async function taken<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  const problem = problemOf(response.status, error);
  if (problem.status === 401 && problem.code === "signed_out") signedOut();
  throw problem;
}

/** A key that makes a creation happen once, however often it is sent. */
export function creationKey(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": crypto.randomUUID() };
}
