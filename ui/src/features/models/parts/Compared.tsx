/** Figures of two versions side by side, and what the checks of a promotion say. */
import { Check, OctagonX } from "lucide-react";
import type { ReactNode } from "react";
import ui from "@/ui/parts.module.css";
import type { Comparison, Finding } from "../api";
import { change, figure, plain } from "../model/words";
import styles from "../models.module.css";

interface MetricsProps {
  readonly comparison: Comparison;
  readonly first: ReactNode;
  readonly second: ReactNode;
}

export function MetricTable({ comparison, first, second }: MetricsProps) {
  const { metrics, rules, same_data: same } = comparison;
  if (metrics.length === 0) return <p className="quiet">Neither version was registered with metrics.</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label="Metrics side by side">
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                {first}
              </th>
              <th scope="col" className="number">
                {second}
              </th>
              <th scope="col" className="number">
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ name, first: before, second: after }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  {name === rules.metric ? <span className="hint"> decides: {rules.better} is better</span> : null}
                </th>
                <td className="number">{figure(numberOf(before)) || <span className="hint">none</span>}</td>
                <td className="number">{figure(numberOf(after)) || <span className="hint">none</span>}</td>
                <td className="number">{change(numberOf(before), numberOf(after))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {comparison.first.version === comparison.second.version ? null : (
        <p className="hint">
          {same
            ? "Both were measured on the same held-out data."
            : "They were not measured on the same held-out data: the figures can mislead."}
        </p>
      )}
    </>
  );
}

export const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const CHECKS: Record<string, string> = {
  file: "File",
  libraries: "Libraries",
  tests: "Tests",
  signature: "Signature",
  metric: "Metric",
};

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul className={styles.findings} aria-label="Checks">
      {findings.map(({ check, holds, message, firm }) => (
        <li key={check}>
          <span className={holds ? ui.ok : ui.fail}>
            {holds ? (
              <Check size={15} strokeWidth={1.6} aria-hidden />
            ) : (
              <OctagonX size={15} strokeWidth={1.6} aria-hidden />
            )}
            <span className="unseen">{holds ? "Holds:" : "Does not hold:"}</span>
          </span>
          <strong>{CHECKS[check] ?? check}</strong>
          <span className={holds ? "quiet" : undefined}>
            {plain(message)}
            {!holds && firm ? " It could not be served." : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Why requests that the first takes could fail with the second. */
export function Breaks({ comparison: { breaks, first } }: { readonly comparison: Comparison }) {
  if (breaks.length === 0) return null;
  return (
    <p>
      Requests for version {first.version} could fail: {breaks.map(plain).join("; ")}.
    </p>
  );
}
