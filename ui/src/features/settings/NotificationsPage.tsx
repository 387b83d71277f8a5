/** Who is told of what, and whether messages arrive. */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Snippet } from "@/ui/Snippet";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type Channel, settings, testChannel } from "./api";
import { Section } from "./frame";
import styles from "./settings.module.css";

type Alert = NonNullable<ReturnType<typeof useAlerts>["rows"]>[number];

const HEARS: Record<string, string> = {
  trigger_failure: "a run failed",
  trigger_success: "a run completed",
  trigger_passed_sla: "a run is late",
  run_stuck: "a run is stuck",
  no_run_since: "a run did not come",
  data_quality_failure: "a test of data failed",
  model_drift: "a model drifted",
  model_requests: "a model is asked badly",
  model_performance: "a model performs poorly",
};

const EXAMPLE = `notification_config:
  alert_on: [trigger_failure, trigger_passed_sla]
  slack_config:
    webhook_url: "{{ mage_secret_var('slack_webhook') }}"`;

export function NotificationsPage() {
  const { data, error, refetch } = useQuery(settings.channels(useProject()));
  return (
    <>
      <Section
        title="Channels"
        lead={
          <>
            From <code>notification_config</code> in <code>metadata.yaml</code>, of the project or of a pipeline.
            Addresses are secrets and are shown to nobody.
          </>
        }
      >
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {data?.problems.map((problem) => (
          <div key={problem} className={`${ui.notice} ${ui.warned}`}>
            <div className={ui.noticeText}>
              <StateChip small state="failed" />
              <div>{problem}</div>
            </div>
          </div>
        ))}
        {data ? null : error ? null : <Bones rows={3} />}
        {data?.channels.map((channel) => (
          <OneChannel key={channel.name} channel={channel} />
        ))}
        {data && !data.channels.length ? (
          <>
            <p className="quiet">
              Nobody is told of anything yet. Write a channel into the project's file, for example:
            </p>
            <Snippet label="example" text={EXAMPLE} />
          </>
        ) : null}
      </Section>
      <Alerts />
    </>
  );
}

function OneChannel({ channel }: { readonly channel: Channel }) {
  const project = useProject();
  const refusal = useRefusal("admin");
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: () => testChannel(project, channel.name),
  });
  return (
    <div
      className={styles.facts}
      style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", padding: 12, gap: 8 }}
    >
      <div className={styles.sectionHead}>
        <span>
          <b>{channel.name}</b> {channel.kind === channel.name ? null : <span className="hint">{channel.kind}</span>}{" "}
          <span className="quiet">hears when {channel.alert_on.map((kind) => HEARS[kind] ?? kind).join(", ")}</span>
        </span>
        {isSuccess ? <StateChip state="completed" detail="it arrived" /> : null}
        <Button blocked={refusal ?? (isPending ? "It is being sent." : undefined)} onClick={() => mutate()}>
          {isPending ? "Sending…" : "Send test"}
        </Button>
      </div>
      {error ? <Problem error={error} what="It did not arrive." /> : null}
    </div>
  );
}

function useAlerts() {
  const { data, ...rest } = useInfiniteQuery(settings.alerts(useProject()));
  return { rows: data?.pages.flatMap((page) => page.items), ...rest };
}

const ALERTS: readonly Column<Alert>[] = [
  { id: "when", title: "When", width: 130, cell: ({ created }) => <Ago at={created} /> },
  {
    id: "what",
    title: "What",
    width: "3fr",
    cell: ({ title, body, run }) => (
      <span className="ellipsis" title={body}>
        {run === null ? (
          title
        ) : (
          <Link to="/runs/$run" params={{ run: String(run) }} className="plain-link">
            {title}
          </Link>
        )}
      </span>
    ),
  },
  {
    id: "to",
    title: "Told to",
    width: "2fr",
    cell: ({ deliveries }) =>
      deliveries.length ? (
        deliveries.map((delivery) => (
          <StateChip
            key={delivery.channel}
            state={delivery.state === "sent" ? "completed" : delivery.state}
            detail={delivery.channel}
            why={delivery.problem}
          />
        ))
      ) : (
        <span className="hint">nobody</span>
      ),
  },
];

function Alerts() {
  const { rows, error, refetch, hasNextPage, isFetching, fetchNextPage } = useAlerts();
  return (
    <Section title="What was told">
      <Table
        inline
        label="Alerts"
        columns={ALERTS}
        rows={rows}
        rowKey={({ id }) => String(id)}
        error={error}
        onRetry={() => void refetch()}
        more={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
        empty={<Empty>Nothing has happened that anybody had to be told of.</Empty>}
      />
    </Section>
  );
}
