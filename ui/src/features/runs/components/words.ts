/** Who or what started a run. */
export const KINDS: Record<string, string> = {
  manual: "command line",
  interactive: "editor",
  trigger: "trigger",
  api: "API",
  backfill: "backfill",
  pipeline: "another pipeline",
  replay: "replay",
};
