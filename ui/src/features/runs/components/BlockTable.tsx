/** The block runs as figures. */
import { count, duration } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import type { BlockRun } from "../model/rows";

const COLUMNS: readonly Column<BlockRun>[] = [
  {
    id: "block",
    title: "Block",
    width: "2fr",
    cell: ({ id, role }) => (
      <span className="ellipsis" style={{ paddingLeft: role === "child" || role === "callback" ? 16 : 0 }}>
        {id}
      </span>
    ),
  },
  {
    id: "state",
    title: "State",
    width: "2fr",
    cell: ({ state, reused, reason, source_run, error }) => (
      <StateChip
        state={state}
        detail={reused ? `reused from run ${source_run}` : (error?.type ?? undefined)}
        why={reason || undefined}
      />
    ),
  },
  { id: "started", title: "Started", width: "1fr", wide: true, cell: ({ started }) => <Ago at={started} /> },
  { id: "time", title: "Time", width: 84, align: "end", cell: ({ seconds }) => duration(seconds) },
  {
    id: "cpu",
    title: "Processor",
    width: 84,
    align: "end",
    wide: true,
    cell: ({ cpu_seconds }) => duration(cpu_seconds),
  },
  {
    id: "memory",
    title: "Memory",
    width: 84,
    align: "end",
    wide: true,
    cell: ({ rss_peak_mb }) => (rss_peak_mb === null ? "" : `${Math.round(rss_peak_mb)} MB`),
  },
  {
    id: "rows",
    title: "Rows",
    width: 96,
    align: "end",
    wide: true,
    cell: ({ outputs }) => {
      const rows = outputs.find((output) => output.rows !== null)?.rows;
      return rows == null ? "" : count(rows);
    },
  },
  {
    id: "tests",
    title: "Tests",
    width: 60,
    align: "end",
    wide: true,
    cell: ({ tests }) => (tests.passed + tests.failed ? `${tests.passed}/${tests.passed + tests.failed}` : ""),
  },
  { id: "attempts", title: "Attempts", width: 72, align: "end", wide: true, cell: ({ attempts }) => attempts || "" },
];

interface BlockTableProps {
  readonly rows: readonly BlockRun[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

export function BlockTable({ rows, chosen, onChoose }: BlockTableProps) {
  return (
    <Table
      label="Block runs"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ id }) => id}
      onOpen={({ id }) => onChoose(id)}
      selected={new Set(chosen ? [chosen] : [])}
      onSelect={(names) => {
        const name = [...names].find((each) => each !== chosen);
        if (name) onChoose(name);
      }}
      empty={null}
    />
  );
}
