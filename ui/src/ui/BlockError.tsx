/** An error opens at the user's own line: what it says, where, the code as it ran; the rest of the traceback folded. */
import { Fragment, type ReactNode } from "react";
import type { components } from "@/api/client";
import styles from "./block_error.module.css";
import { counted } from "./format";

type Failure = NonNullable<components["schemas"]["BlockRunDetail"]["error"]>;
type Frame = NonNullable<Failure["traceback"]>[number];
type TestFailure = NonNullable<NonNullable<Failure["tests"]>["failures"]>[number];

interface BlockErrorProps {
  readonly error: Failure;
  /** The way to a line of the project. */
  readonly wayTo: (file: string, line: number) => ReactNode;
  /** What else is known of that moment, above the rest of the traceback. */
  readonly children?: ReactNode;
}

export function BlockError({ error, wayTo, children }: BlockErrorProps) {
  const frames = error.traceback ?? [];
  const own = frames.findLast((frame) => frame.own);
  const others = frames.filter((frame) => frame !== own);
  return (
    <div className={styles.error}>
      <h3>{error.type}</h3>
      {error.message ? <p className={styles.message}>{error.message}</p> : null}
      {error.hint ? <p className="quiet">{error.hint}</p> : null}
      {own ? (
        <figure className={styles.frame}>
          <figcaption>
            {wayTo(own.file, own.line)} <span className="hint">in {own.function}</span>
          </figcaption>
          <FrameCode frame={own} />
        </figure>
      ) : error.file && error.line ? (
        <p>{wayTo(error.file, error.line)}</p>
      ) : null}
      <TestFailures failures={error.tests?.failures ?? []} />
      {children}
      {others.length ? (
        <details className={styles.rest}>
          <summary>{counted(others.length, "more frame")} of the traceback</summary>
          <ol>
            {frames.map((frame) => (
              <li key={`${frame.file} ${frame.line} ${frame.function}`} className={frame.own ? "" : "quiet"}>
                {frame.own ? (
                  wayTo(frame.file, frame.line)
                ) : (
                  <code>
                    {frame.file}:{frame.line}
                  </code>
                )}{" "}
                in {frame.function}
                {frame.text ? <pre>{frame.text}</pre> : null}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  );
}

/** The lines around the one that raised, as they were when it ran. */
function FrameCode({ frame }: { readonly frame: Frame }) {
  const lines = frame.code?.length ? frame.code : [frame.text ?? ""];
  const first = frame.code?.length ? (frame.code_from ?? frame.line) : frame.line;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <pre className={styles.code} tabIndex={0}>
      {lines.map((text, index) => {
        const number = first + index;
        const here = number === frame.line;
        return (
          <Fragment key={number}>
            <span className={here ? styles.here : styles.line}>
              <span className={styles.number}>{number}</span>
              {text || " "}
              {here ? <span className="unseen"> (the line that raised)</span> : null}
            </span>
            {"\n"}
          </Fragment>
        );
      })}
    </pre>
  );
}

export function TestFailures({ failures }: { readonly failures: readonly TestFailure[] }) {
  if (failures.length === 0) return null;
  return (
    <ul className={styles.failures}>
      {failures.map((test) => (
        <li key={`${test.name} ${test.line}`}>
          <strong>{test.name}</strong>{" "}
          {test.file ? (
            <code>
              {test.file}:{test.line}
            </code>
          ) : null}
          <pre>{test.message}</pre>
        </li>
      ))}
    </ul>
  );
}
