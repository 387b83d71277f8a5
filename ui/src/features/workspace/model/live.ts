/** What events say of the pipeline that is shown, put into it at once; the whole is asked for anew behind them. */
import type { LiveEvent } from "@/live/messages";
import type { BlockNow, WorkspaceBlock, WorkspaceDocument } from "../api";

interface RunEvent {
  readonly kind: string;
  readonly block_run: string | null;
  readonly data: Record<string, unknown>;
}

export interface Heard {
  readonly document: WorkspaceDocument;
  /** Blocks that ended, with how. */
  readonly ended: readonly { readonly block: string; readonly state: string; readonly run: number }[];
  /** Whether there is more to know than the events say. */
  readonly stale: boolean;
}

const GOING = new Set(["queued", "running", "retry_wait", "cancelling", "waiting"]);
const ENDED = new Set(["completed", "failed", "cancelled", "skipped", "upstream_failed"]);

export function heard(document: WorkspaceDocument, events: readonly LiveEvent[]): Heard {
  const blocks = new Map(document.blocks.map((block) => [block.uuid, block]));
  const ended: Heard["ended"][number][] = [];
  let stale = false;
  let runs = document.unfinished_runs;
  for (const event of events) {
    const { run, time } = event.data;
    const data = record(event.data.data);
    if (event.topic !== "run" || data.pipeline !== document.uuid || typeof run !== "number") continue;
    for (const each of list(data.events)) {
      const [what, state = ""] = each.kind.split(".");
      if (what === "run") {
        stale ||= ENDED.has(state);
        runs = ENDED.has(state) ? runs.filter(({ id }) => id !== run) : runs;
        continue;
      }
      const block = each.block_run === null ? undefined : blocks.get(each.block_run);
      if (!block) continue;
      const when = String(time);
      if (GOING.has(state)) blocks.set(block.uuid, { ...block, now: nowOf(block, run, state, when, each.data) });
      else if (ENDED.has(state)) {
        blocks.set(block.uuid, over(block, run, state, when, each.data));
        ended.push({ block: block.uuid, state, run });
        stale = true;
      }
    }
  }
  const changed =
    document.blocks.some((block) => blocks.get(block.uuid) !== block) || runs !== document.unfinished_runs;
  return {
    document: changed
      ? { ...document, blocks: document.blocks.map((block) => blocks.get(block.uuid) ?? block), unfinished_runs: runs }
      : document,
    ended,
    stale,
  };
}

function nowOf(
  block: WorkspaceBlock,
  run: number,
  state: string,
  time: string,
  data: Record<string, unknown>,
): BlockNow {
  const before = block.now?.run === run ? block.now : undefined;
  return {
    run,
    block_run: block.uuid,
    state,
    reason: text(data.reason),
    attempt: typeof data.attempt === "number" ? data.attempt : (before?.attempt ?? 0),
    started: state === "running" ? time : (before?.started ?? null),
    due: null,
  };
}

/** How it ended is known at once; rows and times come with the whole. */
function over(
  block: WorkspaceBlock,
  run: number,
  state: string,
  time: string,
  data: Record<string, unknown>,
): WorkspaceBlock {
  const started = block.now?.run === run ? block.now.started : null;
  const seconds = started ? Math.max(0, (Date.parse(time) - Date.parse(started)) / 1000) : null;
  const reason = text(data.reason);
  const latest: NonNullable<WorkspaceBlock["latest"]> = {
    run,
    block_run: block.uuid,
    state,
    reason,
    finished: time,
    seconds,
    rows: null,
    columns: null,
    outputs: [],
    tests: { passed: 0, failed: 0 },
    error: null,
    reused: false,
    source_run: null,
    children: null,
  };
  return state === "completed"
    ? { ...block, now: null, latest, result: latest, freshness: { state: "fresh", reasons: [] } }
    : { ...block, now: null, latest };
}

function list(value: unknown): readonly RunEvent[] {
  if (!Array.isArray(value)) return [];
  return value.map(record).map((each) => ({
    kind: text(each.kind),
    block_run: typeof each.block_run === "string" ? each.block_run : null,
    data: record(each.data),
  }));
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");
