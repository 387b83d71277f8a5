/** What is known of models, in words and in the order people look for it. Pure. */
import { counted } from "@/ui/format";
import type { Endpoint, Finding, Promotion, Traffic } from "../api";

/** `0.8712`, `14.2`, `1.2e+8`: enough digits to tell versions apart. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "";
  return String(Number(value.toPrecision(5)));
}

/** `+0.006`, `-1.2`, `0`: from the first to the second. */
export function change(first: number | null | undefined, second: number | null | undefined): string {
  if (first == null || second == null || !Number.isFinite(first) || !Number.isFinite(second)) return "";
  const by = second - first;
  return by > 0 ? `+${figure(by)}` : figure(by);
}

/** `10 %`, `0.5 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** The metrics of several versions: those that most have first, then by name. */
export function metricsOf(
  versions: readonly { readonly metrics: Readonly<Record<string, number>> }[],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of versions)
    for (const name of Object.keys(metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).map(([name]) => name);
}

/** How the requests are shared, in a sentence. */
export function trafficWords({ version, traffic }: Pick<Endpoint, "version" | "traffic">): string {
  const { mode, challenger, share } = traffic;
  if (mode === "single" || challenger == null) return `Version ${version} answers every request.`;
  if (mode === "shadow")
    return `Version ${version} answers; version ${challenger} sees ${percent(share)} of the requests, and its answers are only written down.`;
  const split = `Version ${challenger} answers ${percent(share)} of the requests, version ${version} the rest.`;
  return mode === "canary" ? `${split} ${canaryWords(traffic)}` : split;
}

/** When a canary goes by itself. */
export function canaryWords({ most_errors, most_milliseconds, fewest_requests }: Traffic): string {
  const slow = most_milliseconds ? `, or 95 of 100 take longer than ${figure(most_milliseconds)} ms` : "";
  return `It is taken out by itself when more than ${percent(most_errors)} of its answers are errors${slow}; that is judged from ${counted(fewest_requests, "answer")} on.`;
}

/** Who answers which share; a shadow answers none. */
export interface Part {
  readonly version: number;
  readonly role: "champion" | "challenger";
  readonly share: number;
}

export function partsOf({ version, traffic }: Pick<Endpoint, "version" | "traffic">): readonly Part[] {
  const { mode, challenger, share } = traffic;
  if (mode === "single" || challenger == null) return [{ version, role: "champion", share: 1 }];
  const taken = mode === "shadow" ? 0 : share;
  return [
    { version, role: "champion", share: 1 - taken },
    { version: challenger, role: "challenger", share: taken },
  ];
}

/** Why a version cannot be promoted; undefined: it can. What is forced passes over all but firm checks. */
export function refusedBy(findings: readonly Finding[], forced: boolean): string | undefined {
  const wrong = findings.filter(({ holds, firm }) => !holds && (firm || !forced));
  return wrong.length ? `${wrong.map(({ message }) => plain(message)).join("; ")}.` : undefined;
}

/** Whether forcing would help. */
export const canForce = (findings: readonly Finding[]): boolean =>
  findings.some(({ holds, firm }) => !holds && !firm) && findings.every(({ holds, firm }) => holds || !firm);

export const plain = (text: string): string => text.replaceAll("`", "");

const KINDS: Record<Promotion["kind"], string> = {
  promote: "Promotion",
  roll_back: "Roll back",
  traffic: "Traffic",
};
const STATES: Record<Promotion["state"], string> = { done: "done", refused: "refused", waiting: "waits" };

export function promotionWords({ kind, state }: Pick<Promotion, "kind" | "state">): string {
  return state === "done" ? KINDS[kind] : `${KINDS[kind]}, ${STATES[state]}`;
}

/** `v2 → v3`. */
export function fromTo({ kind, before, after }: Pick<Promotion, "kind" | "before" | "after">): string {
  if (kind === "traffic") return after === null ? "no challenger" : `challenger ${after}`;
  return `${before ?? "none"} → ${after ?? "none"}`;
}
