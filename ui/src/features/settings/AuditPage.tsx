/** Who did what to what. Nothing here can be changed. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "@/features/access";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Sheet } from "@/ui/Dialog";
import { CheckField, TextField } from "@/ui/Field";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type AuditEntry, settings } from "./api";
import { Facts, Needs, Section } from "./frame";
import styles from "./settings.module.css";

export function AuditPage() {
  return (
    <Needs permission="admin" what="Audit">
      <Audit />
    </Needs>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: "time", title: "When", width: 130, narrow: 88, cell: ({ time }) => <Ago at={time} /> },
  {
    id: "actor",
    title: "Who",
    width: "2fr",
    wide: true,
    cell: ({ actor }) => <span className="ellipsis">{actor || "nobody"}</span>,
  },
  { id: "action", title: "Did", width: "2fr", cell: ({ action }) => <code className="ellipsis">{action}</code> },
  { id: "object", title: "To", width: "2fr", cell: ({ object }) => <span className="ellipsis">{object}</span> },
  {
    id: "outcome",
    title: "Outcome",
    width: 130,
    narrow: 64,
    cell: ({ outcome }) =>
      outcome === "done" ? <span className="hint">done</span> : <StateChip state="failed" detail={outcome} />,
  },
  {
    id: "address",
    title: "From",
    width: 130,
    wide: true,
    cell: ({ address }) => <span className="hint ellipsis">{address}</span>,
  },
];

function Audit() {
  const project = useProject();
  const navigate = useNavigate();
  const { permissions } = useMe();
  const { everywhere = false, actor = "" } = useSearch({ strict: false }) as { everywhere?: boolean; actor?: string };
  const [open, setOpen] = useState<AuditEntry>();
  const go = (search: { everywhere?: boolean; actor?: string }) =>
    void navigate({
      to: "/settings/audit",
      search: {
        ...(search.everywhere ? { everywhere: true } : {}),
        ...(search.actor ? { actor: search.actor } : {}),
      },
      replace: true,
    });
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    settings.audit(project, everywhere, actor),
  );
  return (
    <Section
      title="Audit"
      lead="Sign-ins, changes, and what was refused; newest first."
      actions={
        <Button blocked={isFetching ? "Loading" : undefined} onClick={() => void refetch()}>
          Load anew
        </Button>
      }
    >
      {permissions.includes("admin") ? (
        <div className={styles.inline}>
          <CheckField
            label="Of the whole installation"
            checked={everywhere}
            onChange={(event) => go({ everywhere: event.target.checked, actor })}
          />
          {everywhere ? (
            <TextField
              label="Only by"
              key={actor}
              defaultValue={actor}
              placeholder="address of a person"
              onBlur={(event) => go({ everywhere, actor: event.target.value.trim() })}
              onKeyDown={(event) =>
                event.key === "Enter" && go({ everywhere, actor: event.currentTarget.value.trim() })
              }
            />
          ) : null}
        </div>
      ) : null}
      <Table
        inline
        label="Audit log"
        columns={COLUMNS}
        rows={data?.pages.flatMap((page) => page.items)}
        rowKey={({ id }) => String(id)}
        onOpen={setOpen}
        error={error}
        onRetry={() => void refetch()}
        more={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
        empty={<Empty>Nothing has been done yet.</Empty>}
      />
      {open ? (
        <Sheet title={open.action} onClose={() => setOpen(undefined)}>
          <Facts
            facts={[
              { name: "When", value: <Ago at={open.time} /> },
              { name: "Who", value: open.actor },
              { name: "Project", value: open.project || "none" },
              { name: "To", value: open.object || "nothing in particular" },
              { name: "Outcome", value: open.outcome },
              { name: "From", value: open.address },
              ...Object.entries(open.data).map(([name, value]) => ({
                name,
                value: typeof value === "string" ? value : JSON.stringify(value),
              })),
            ]}
          />
        </Sheet>
      ) : null}
    </Section>
  );
}
