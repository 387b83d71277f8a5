/** What the record of a block run says beside its values: why it failed, and its tests. */
import { useQuery } from "@tanstack/react-query";
import { BlockError, TestFailures } from "@/ui/BlockError";
import { Bones } from "@/ui/blocks";
import { Checks, testsAlone } from "@/ui/Checks";
import { Problem } from "@/ui/Problem";
import { type OutputPlace, outputs } from "./api";
import styles from "./outputs.module.css";

interface ErrorViewProps {
  readonly place: OutputPlace;
  /** Goes to a line of the project. */
  readonly onGo: (file: string, line: number) => void;
}

export function ErrorView({ place, onGo }: ErrorViewProps) {
  const { data, error, refetch } = useQuery(outputs.blockRun(place));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={4} />;
  if (!data.error) return <p className={styles.note}>{data.reason || "It did not fail."}</p>;
  return (
    <BlockError
      error={data.error}
      wayTo={(file, line) => (
        <button type="button" className={styles.link} onClick={() => onGo(file, line)}>
          {file}:{line}
        </button>
      )}
    />
  );
}

export function TestsView({ place }: { readonly place: OutputPlace }) {
  const { data, error, refetch } = useQuery(outputs.blockRun(place));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={3} />;
  const checks = data.checks ?? [];
  const declared = new Set(checks.map(({ name }) => name));
  const failures = (data.error?.tests?.failures ?? []).filter(({ name }) => !declared.has(name));
  const { passed, failed } = testsAlone(data.tests, checks);
  const none = "The block has no tests. A function under @test gets its result and may assert; checks need no code.";
  return (
    <div className={styles.tests}>
      {passed + failed ? <p>{`${passed} passed, ${failed} failed.`}</p> : checks.length ? null : <p>{none}</p>}
      <TestFailures failures={failures} />
      <Checks checks={checks} />
    </div>
  );
}
