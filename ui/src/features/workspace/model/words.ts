/** Blocks in words: kinds, how they stand, what they gave. */
import { count, duration } from "@/ui/format";
import { lookOf, type Tone } from "@/ui/states";
import type { WorkspaceBlock } from "../api";

const KINDS: Record<string, string> = {
  data_loader: "data loader",
  data_exporter: "data exporter",
  dbt: "dbt",
};
const LANGUAGES: Record<string, string> = {
  python: "Python",
  sql: "SQL",
  r: "R",
  yaml: "YAML",
  markdown: "Markdown",
};

export const kindOf = (type: string): string => KINDS[type] ?? type.replaceAll("_", " ");
export const languageName = (language: string): string => LANGUAGES[language] ?? language;

export interface Standing {
  /** Of a run (`running`, `failed`, …) or of the result (`fresh`, `stale`, …). */
  readonly axis: "run" | "freshness";
  readonly name: string;
  readonly tone: Tone;
  readonly word: string;
  readonly reason: string;
}

const FRESHNESS: Record<string, { word: string; tone: Tone; name: string }> = {
  fresh: { word: "Fresh", tone: "ok", name: "fresh" },
  stale: { word: "Stale", tone: "warn", name: "stale" },
  never_run: { word: "Never run", tone: "idle", name: "never" },
  reused: { word: "Reused", tone: "ok", name: "reused" },
  pinned: { word: "Pinned", tone: "idle", name: "pinned" },
};

/** The one thing to know of a block: what it does now, else how it failed, else how its result stands. */
export function standingOf(block: WorkspaceBlock): Standing {
  const { now, latest } = block;
  if (now) {
    const look = lookOf(now.state);
    return { axis: "run", name: now.state, tone: look.tone, word: look.word, reason: now.reason };
  }
  if (latest && latest.state === "failed") {
    return { axis: "run", name: "failed", tone: "fail", word: "Failed", reason: shortError(block) };
  }
  if (latest && latest.state === "cancelled" && latest.run > (block.result?.run ?? 0)) {
    return { axis: "run", name: "cancelled", tone: "idle", word: "Cancelled", reason: latest.reason };
  }
  return freshnessOf(block);
}

export function freshnessOf({ freshness, result }: WorkspaceBlock): Standing {
  const look = FRESHNESS[freshness.state] ?? { word: "", tone: "idle" as const, name: "none" };
  const reason =
    freshness.state === "never_run"
      ? ""
      : freshness.state === "reused" && result?.source_run
        ? `from run ${result.source_run}`
        : sentence(freshness.reasons ?? []);
  return { axis: "freshness", name: look.name, tone: look.tone, word: look.word, reason };
}

function sentence(reasons: readonly string[]): string {
  return reasons.map((reason) => reason.replace(/^its /, "").replaceAll("`", "")).join("; ");
}

/** `KeyError 'surviveds' at line 6`. */
export function shortError({ latest }: WorkspaceBlock): string {
  const error = latest?.error;
  if (!error) return (latest?.reason ?? "").split("\n")[0] ?? "";
  const message = error.message.split("\n")[0] ?? "";
  return `${[error.type, message].filter(Boolean).join(" ")}${error.line ? ` at line ${error.line}` : ""}`;
}

/** `10,000 × 10 · 38 ms · tests 1/1`. */
export function outcomeOf({ result, latest }: WorkspaceBlock): string {
  const shown = latest?.state === "failed" ? latest : result;
  if (!shown) return "";
  const size = shown.rows !== null && shown.columns !== null ? `${count(shown.rows)} × ${count(shown.columns)}` : "";
  const { passed, failed } = shown.tests;
  const tests = passed + failed ? `tests ${passed}/${passed + failed}` : "";
  const children = shown.children ? `${count(shown.children)} items` : "";
  return [size, children, duration(shown.seconds), tests].filter(Boolean).join(" · ");
}

/** Under the name in the graph. */
export function detailOf(block: WorkspaceBlock): string {
  const standing = standingOf(block);
  if (standing.axis === "run") {
    if (standing.name === "failed") return block.latest?.error?.type ?? "failed";
    return standing.reason || standing.word.toLowerCase();
  }
  const { result } = block;
  if (!result) return standing.name === "none" ? kindOf(block.type) : "never run";
  return [result.rows === null ? "" : count(result.rows), duration(result.seconds)].filter(Boolean).join(" · ");
}

/** `clean: Stale · code changed`. */
export function whyOf(block: WorkspaceBlock): string {
  const { word, reason } = standingOf(block);
  if (!word) return `${block.uuid}: blocks of this kind give no result.`;
  return [`${block.uuid}: ${word}`, reason].filter(Boolean).join(" · ");
}

/** `clean, transformer, stale`: what a reader hears of the block. */
export function spokenOf(block: WorkspaceBlock): string {
  return `${block.uuid}, ${kindOf(block.type)}, ${standingOf(block).word.toLowerCase()}`;
}
