/** What went wrong, in the place where it did: what, why, what to do, and the details to pass on. */

import { CircleAlert } from "lucide-react";
import { asProblem } from "@/api/problems";
import { Button } from "./Button";
import { copyText } from "./clipboard";
import styles from "./parts.module.css";

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  /** What could not be done, when the message alone does not say it. */
  readonly what?: string;
}

export function Problem({ error, onRetry, what }: ProblemProps) {
  const problem = asProblem(error);
  const details = JSON.stringify(
    {
      code: problem.code,
      status: problem.status,
      message: problem.message,
      request: problem.requestId,
      at: location.href,
    },
    null,
    1,
  );
  // One that the message says already is not said again.
  const findings = problem.findings.filter(({ message }) => !problem.message.includes(message));
  return (
    <div className={styles.notice} role="alert">
      <div className={styles.noticeText}>
        <CircleAlert size={16} aria-hidden />
        <div>
          {what ? <strong>{what} </strong> : null}
          {problem.message} <span className="quiet">{problem.hint}</span>
          {findings.length ? (
            <ul>
              {findings.map((finding) => (
                <li key={`${finding.place} ${finding.message}`}>
                  {finding.place ? <code>{finding.place}</code> : null} {finding.message}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      </div>
      <div className={styles.act}>
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        <Button look="bare" onClick={() => void copyText(details, "Copied")}>
          Copy details
        </Button>
      </div>
    </div>
  );
}
