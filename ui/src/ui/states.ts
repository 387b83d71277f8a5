/** One vocabulary of states for graph, list, timeline, catalogue and alert. */
import {
  Ban,
  Check,
  ChevronsRight,
  CircleDashed,
  CirclePause,
  Clock,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  RotateCw,
  TriangleAlert,
} from "lucide-react";

export type Tone = "ok" | "run" | "fail" | "warn" | "idle";

export interface StateLook {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  readonly word: string;
  readonly turning?: boolean;
  /** Nothing follows any more. */
  readonly final: boolean;
}

const LOOKS = {
  queued: { tone: "idle", icon: Clock, word: "Queued", final: false },
  waiting: { tone: "idle", icon: Clock, word: "Waiting", final: false },
  running: { tone: "run", icon: LoaderCircle, word: "Running", turning: true, final: false },
  retry_wait: { tone: "warn", icon: RotateCw, word: "Retrying", final: false },
  cancelling: { tone: "warn", icon: Ban, word: "Cancelling", final: false },
  completed: { tone: "ok", icon: Check, word: "Completed", final: true },
  failed: { tone: "fail", icon: OctagonX, word: "Failed", final: true },
  cancelled: { tone: "idle", icon: Ban, word: "Cancelled", final: true },
  skipped: { tone: "idle", icon: ChevronsRight, word: "Skipped", final: true },
  upstream_failed: { tone: "idle", icon: OctagonX, word: "Not started", final: true },
} as const satisfies Record<string, StateLook>;

/** Of triggers, backfills and checks, beside those of runs. */
const MORE: Record<string, StateLook> = {
  passed: { tone: "ok", icon: Check, word: "Passed", final: true },
  warned: { tone: "warn", icon: TriangleAlert, word: "Warning", final: true },
  paused: { tone: "idle", icon: CirclePause, word: "Paused", final: false },
  missed: { tone: "warn", icon: CircleDashed, word: "Missed", final: true },
};

export type StateName = keyof typeof LOOKS;
export const STATES = Object.keys(LOOKS) as readonly StateName[];

/** A state that this page does not know yet is shown by its name. */
export function lookOf(state: string): StateLook {
  return (
    (LOOKS as Record<string, StateLook>)[state] ??
    MORE[state] ?? { tone: "idle", icon: CircleDashed, word: state, final: false }
  );
}
