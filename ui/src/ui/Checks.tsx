/** What the checks that a block's entry declares found, those that do not hold first. */
import type { components } from "@/api/client";
import { StateChip } from "./StateChip";
import { type Column, Table } from "./Table";

export type CheckResult = components["schemas"]["CheckDocument"];

const COLUMNS: readonly Column<CheckResult>[] = [
  { id: "state", title: "Result", width: 110, cell: (check) => <StateChip state={stateOf(check)} /> },
  { id: "name", title: "Check", width: "1fr", cell: ({ name }) => <span className="ellipsis">{name}</span> },
  {
    id: "found",
    title: "Found",
    width: "1fr",
    cell: ({ message }) => (
      <span className="quiet ellipsis" title={message}>
        {message}
      </span>
    ),
  },
];

export function Checks({ checks }: { readonly checks: readonly CheckResult[] }) {
  if (checks.length === 0) return null;
  const broken = checks.filter(({ passed }) => !passed);
  const rows = [...broken, ...checks.filter(({ passed }) => passed)];
  return (
    <Table label="Declared checks" inline columns={COLUMNS} rows={rows} rowKey={({ name }) => name} empty={null} />
  );
}

/** Of tests and checks, which are counted together, the tests alone. */
export function testsAlone(
  { passed, failed }: { readonly passed: number; readonly failed: number },
  checks: readonly CheckResult[],
) {
  const held = checks.filter((check) => check.passed).length;
  const broken = checks.filter((check) => !check.passed && check.severity === "fail").length;
  return { passed: Math.max(0, passed - held), failed: Math.max(0, failed - broken) };
}

function stateOf({ passed, severity }: CheckResult): string {
  if (passed) return "passed";
  return severity === "fail" ? "failed" : "warned";
}
