/** What the stream's keeper and the tabs tell each other. */

/** One event of a project's stream; `data` is judged by whoever uses it. */
export interface LiveEvent {
  readonly topic: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly since: number };

export type ToTab =
  | { readonly say: "state"; readonly state: LiveState }
  | { readonly say: "events"; readonly events: readonly LiveEvent[] }
  | { readonly say: "resync" };

export type ToKeeper =
  | { readonly say: "follow"; readonly project: string; readonly place: string }
  | { readonly say: "leave" };
