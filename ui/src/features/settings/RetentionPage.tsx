/** What is kept, how much room it takes, and what would go. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { bytes, count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { type Collection, collectRetention, previewRetention, type Retention, settings } from "./api";
import { Facts, Section } from "./frame";
import styles from "./settings.module.css";

type Usage = Retention["pipelines"][number];

const COLUMNS: readonly Column<Usage>[] = [
  {
    id: "pipeline",
    title: "Pipeline",
    width: "2fr",
    cell: ({ pipeline }) => <span className="ellipsis">{pipeline}</span>,
  },
  { id: "bytes", title: "Values", width: 100, align: "end", cell: (usage) => bytes(usage.bytes) },
  { id: "runs", title: "Runs", width: 90, align: "end", cell: ({ runs }) => count(runs) },
  { id: "versions", title: "Versions", width: 90, align: "end", wide: true, cell: ({ versions }) => count(versions) },
  { id: "kept", title: "Pinned", width: 80, align: "end", wide: true, cell: ({ kept }) => count(kept) },
  { id: "oldest", title: "Oldest", width: 130, wide: true, cell: ({ oldest }) => <Ago at={oldest} /> },
];

export function RetentionPage() {
  const { data, error, refetch } = useQuery(settings.retention(useProject()));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones />;
  const { policy, free, total } = data;
  const used = total ? Math.round(((total - free) / total) * 100) : 0;
  return (
    <>
      <Section
        title="What is kept"
        lead="Runs and values go when they are older, unless they are pinned or have an alias."
      >
        <Facts
          facts={[
            {
              name: "Runs of people, for",
              value: told(policy.interactive.value),
              from: from(policy.interactive.source),
            },
            {
              name: "Of these, results of a block",
              value: `the last ${told(policy.results.value)}`,
              from: from(policy.results.source),
            },
            { name: "Other runs, for", value: told(policy.scheduled.value), from: from(policy.scheduled.source) },
            { name: "Predictions, for", value: told(policy.predictions.value), from: from(policy.predictions.source) },
            { name: "Share of the disk", value: share(policy.disk_share.value), from: from(policy.disk_share.source) },
          ]}
        />
      </Section>
      <Section title="What is used">
        <p>
          {bytes(data.values)} of values, {bytes(data.runs)} of logs and documents
          {total ? ` · the disk is ${used} % full, ${bytes(free)} are free` : ""}
        </p>
        {total ? (
          <span className={styles.meter} aria-hidden>
            <span style={{ width: `${used}%` }} />
          </span>
        ) : null}
        <Table
          inline
          label="What each pipeline uses"
          columns={COLUMNS}
          rows={data.pipelines}
          rowKey={({ pipeline }) => pipeline}
          empty={<p className="quiet">Nothing is stored yet.</p>}
        />
      </Section>
      <Collect />
    </>
  );
}

function Collect() {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("admin");
  const [asking, setAsking] = useState(false);
  const seen = useMutation({ mutationFn: () => previewRetention(project) });
  const done = useMutation({
    mutationFn: () => collectRetention(project),
    onSuccess: (found) => {
      void known.invalidateQueries({ queryKey: ["settings", project, "retention"] });
      seen.reset();
      setAsking(false);
      tell(`${counted(found.run_count, "run")} and ${bytes(found.run_bytes + found.blob_bytes)} are gone.`);
    },
  });
  const would = seen.data;
  return (
    <Section
      title="What would go now"
      lead="The server does this by itself every hour."
      actions={
        <Button
          blocked={refusal ?? (seen.isPending ? "It is being worked out." : undefined)}
          onClick={() => seen.mutate()}
        >
          {seen.isPending ? "Looking…" : "Look"}
        </Button>
      }
    >
      {seen.error ? <Problem error={seen.error} /> : null}
      {would ? <Would found={would} /> : null}
      {would && (would.run_count || would.blobs) ? (
        <div>
          <Button look="danger" blocked={refusal} onClick={() => setAsking(true)}>
            Delete it now…
          </Button>
        </div>
      ) : null}
      {asking && would ? (
        <Dialog
          title="Delete what is no longer kept?"
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>Cancel</Button>
              <Button
                look="danger-filled"
                blocked={done.isPending ? "Deleting" : undefined}
                onClick={() => done.mutate()}
              >
                Delete {counted(would.run_count, "run")}
              </Button>
            </>
          }
        >
          {done.error ? <Problem error={done.error} /> : null}
          <Would found={would} />
          <p>It cannot be brought back.</p>
        </Dialog>
      ) : null}
    </Section>
  );
}

function Would({ found }: { readonly found: Collection }) {
  if (!found.run_count && !found.blobs) return <p className="quiet">Nothing: all of it is still to be kept.</p>;
  return (
    <p role="status">
      {counted(found.run_count, "run")} with {bytes(found.run_bytes)}, and {counted(found.blobs, "value")} with{" "}
      {bytes(found.blob_bytes)} that nothing else names.
    </p>
  );
}

const told = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const share = (value: unknown): string => (typeof value === "number" ? `${Math.round(value * 100)} %` : told(value));
const from = (source: string) => (source === "default" ? "default" : <code>{source}</code>);
