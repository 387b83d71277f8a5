/** Backfills, newest first: of the project, or of one pipeline. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type Backfill, backfills } from "./api";
import { Progress } from "./Progress";

interface BackfillsOfProps {
  readonly pipeline?: string;
  readonly onNew: () => void;
}

const COLUMNS: readonly Column<Backfill>[] = [
  {
    id: "name",
    title: "Backfill",
    width: "2fr",
    cell: ({ id, name }) => (
      <Link to="/backfills/$backfill" params={{ backfill: String(id) }} className="plain-link ellipsis">
        <b>{name || `Backfill ${id}`}</b> {name ? <span className="hint">{id}</span> : null}
      </Link>
    ),
  },
  { id: "state", title: "State", width: 130, cell: ({ state, reason }) => <StateChip state={state} why={reason} /> },
  {
    id: "pipeline",
    title: "Pipeline",
    width: "1fr",
    wide: true,
    cell: ({ pipeline }) => <span className="ellipsis">{pipeline}</span>,
  },
  {
    id: "progress",
    title: "Slices",
    width: "2fr",
    cell: (backfill) => (
      <>
        <Progress backfill={backfill} small />
        <span className="quiet ellipsis">{backfill.in_words}</span>
      </>
    ),
  },
  {
    id: "by",
    title: "Asked by",
    width: "1fr",
    wide: true,
    cell: ({ requested_by }) => <span className="quiet ellipsis">{requested_by}</span>,
  },
  { id: "created", title: "When", width: 130, wide: true, cell: ({ created }) => <Ago at={created} /> },
];

export function BackfillsOf({ pipeline = "", onNew }: BackfillsOfProps) {
  const project = useProject();
  const navigate = useNavigate();
  const refusal = useRefusal("run", pipeline);
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    backfills.list(project, pipeline),
  );
  return (
    <Table
      label="Backfills"
      columns={pipeline ? COLUMNS.filter((column) => column.id !== "pipeline") : COLUMNS}
      rows={data?.pages.flatMap((page) => page.items)}
      rowKey={({ id }) => String(id)}
      rowHeight={34}
      onOpen={({ id }) => void navigate({ to: "/backfills/$backfill", params: { backfill: String(id) } })}
      error={error}
      onRetry={() => void refetch()}
      more={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
      empty={
        <Empty
          action={
            <Button look="primary" blocked={refusal} onClick={onNew}>
              New backfill
            </Button>
          }
        >
          A backfill runs a pipeline for dates that are past, or for each of a list of values. There is none yet.
        </Empty>
      }
    />
  );
}
