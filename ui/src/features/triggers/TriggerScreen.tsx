/** One trigger: when it fires, what it fired for, how it is called. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageBody, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { Problem } from "@/ui/Problem";
import { Snippet } from "@/ui/Snippet";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { isRecord } from "@/ui/values";
import { createTrigger, deleteTrigger, type Fire, newToken, type Trigger, tokenOf, triggers, writeToFile } from "./api";
import { Times } from "./Preview";
import { TriggerSheet } from "./TriggerSheet";
import { OnOff, RunNow } from "./TriggersOf";
import styles from "./triggers.module.css";

export function TriggerScreen() {
  const { trigger: typed = "" } = useParams({ strict: false });
  const project = useProject();
  const id = Number(typed);
  const { data, error, refetch } = useQuery({ ...triggers.one(project, id), enabled: Number.isInteger(id) && id > 0 });
  if (data) return <Shown trigger={data} error={error} />;
  const wrong = Number.isInteger(id) && id > 0 ? error : new Error(`“${typed}” is no number of a trigger.`);
  return (
    <>
      <PageHead title={`Trigger ${typed}`} />
      <PageBody>{wrong ? <Problem error={wrong} onRetry={() => void refetch()} /> : <Bones />}</PageBody>
    </>
  );
}

function Shown({ trigger, error }: { readonly trigger: Trigger; readonly error: unknown }) {
  const navigate = useNavigate();
  const { edit } = useSearch({ strict: false }) as { edit?: boolean };
  const [deleting, setDeleting] = useState(false);
  const refusal = useRefusal("edit", trigger.pipeline);
  const at = { to: "/triggers/$trigger", params: { trigger: String(trigger.id) } } as const;
  const change = () => !refusal && void navigate({ ...at, search: { edit: true } });

  useKeys([{ keys: "e", does: "Change the trigger", act: change }]);
  useCommands([{ name: `Change trigger ${trigger.name}`, act: change, keys: "e" }]);

  return (
    <>
      <PageHead
        title={trigger.name}
        tabTitle={`${trigger.name} · Trigger`}
        actions={
          <>
            <RunNow trigger={trigger} primary />
            <Button look="danger" blocked={refusal} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button look="primary" icon={<Pencil size={13} aria-hidden />} blocked={refusal} onClick={change}>
              Change
            </Button>
          </>
        }
      >
        <OnOff trigger={trigger} />
      </PageHead>
      <PageBody>
        {error ? <Problem error={error} /> : null}
        {trigger.problem ? <Broken trigger={trigger} /> : null}
        <p className={styles.big}>
          Runs{" "}
          <Link to="/pipelines/$pipeline" params={{ pipeline: trigger.pipeline }}>
            {trigger.pipeline}
          </Link>{" "}
          <strong>{trigger.in_words}</strong>
          {trigger.active ? null : <span className="quiet">, but is switched off</span>}.{" "}
          <span className="quiet">{String(trigger.definition.description ?? "")}</span>
        </p>
        <div className={styles.columns}>
          <History trigger={trigger} />
          <div>
            {trigger.type === "api" ? <Calling trigger={trigger} /> : null}
            {trigger.type === "event" ? <Sending trigger={trigger} /> : null}
            {trigger.type === "time" ? <Ahead trigger={trigger} /> : null}
            <Rules trigger={trigger} />
          </div>
        </div>
      </PageBody>
      {edit ? (
        <TriggerSheet
          trigger={trigger}
          onClose={() => void navigate({ ...at, search: {} })}
          onSaved={() => void navigate({ ...at, search: {} })}
        />
      ) : null}
      {deleting ? <Delete trigger={trigger} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

function Broken({ trigger }: { readonly trigger: Trigger }) {
  return <Problem error={new Error(trigger.problem)} what="It cannot fire." />;
}

// What it fired for ---------------------------------------------------------------------------------------------------

const OUTCOMES: Record<string, { readonly state: string; readonly word: string }> = {
  skipped: { state: "skipped", word: "" },
  missed: { state: "missed", word: "" },
  failed: { state: "failed", word: "not started" },
};

const FIRES: readonly Column<Fire>[] = [
  {
    id: "when",
    title: "When",
    width: "1fr",
    cell: ({ due, fired }) => <Ago at={due ?? fired} />,
  },
  {
    id: "outcome",
    title: "Outcome",
    width: "2fr",
    cell: ({ outcome, run, reason }) => {
      const known = OUTCOMES[outcome];
      if (run !== null) {
        return (
          <>
            <Link to="/runs/$run" params={{ run: String(run) }}>
              Run {run}
            </Link>
            <span className="hint ellipsis">{reason}</span>
          </>
        );
      }
      return <StateChip state={known?.state ?? outcome} detail={known?.word || undefined} why={reason} />;
    },
  },
  {
    id: "reason",
    title: "Why",
    width: "2fr",
    wide: true,
    cell: ({ run, reason }) => (run === null ? <span className="quiet ellipsis">{reason}</span> : null),
  },
];

function History({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    triggers.fires(project, trigger.id),
  );
  return (
    <section aria-label="History">
      <h2>{trigger.type === "api" ? "Last calls" : "History"}</h2>
      <Table
        inline
        label="What it fired for"
        columns={FIRES}
        rows={data?.pages.flatMap((page) => page.items)}
        rowKey={({ key }) => key}
        error={error}
        onRetry={() => void refetch()}
        more={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
        empty={<Empty>It has not fired yet.</Empty>}
      />
    </section>
  );
}

// What comes ------------------------------------------------------------------------------------------------------------

function Ahead({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const { data } = useQuery(triggers.judged(project, trigger.pipeline, trigger.definition, trigger.id, null));
  if (!data?.valid || !data.times.length) return null;
  return (
    <section aria-label="Next times">
      <h2>{trigger.active ? "Next" : "Next, if it were on"}</h2>
      <div className={styles.preview}>
        <Times times={data.times} />
      </div>
    </section>
  );
}

// How it is called ------------------------------------------------------------------------------------------------------

function Calling({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const refusal = useRefusal("edit", trigger.pipeline);
  const [renewing, setRenewing] = useState(false);
  // Kept by this component alone: a token is in no cache.
  const [token, setToken] = useState("");
  const shown = useMutation({
    mutationFn: () => tokenOf(project, trigger.id),
    onSuccess: (found) => setToken(found.token),
    gcTime: 0,
  });
  const renewed = useMutation({
    mutationFn: () => newToken(project, trigger.id),
    onSuccess: (found) => {
      setToken(found.token);
      setRenewing(false);
      tell("The token is a new one; callers with the old one are refused.");
    },
    gcTime: 0,
  });
  return (
    <section aria-label="Calling it">
      <h2>Call</h2>
      <Snippet label="command" text={curlOf(trigger.id, token || "$TOKEN")} />
      {shown.error ? <Problem error={shown.error} /> : null}
      {token ? <Snippet label="token" text={token} /> : null}
      <div className={styles.bar}>
        {token ? (
          <Button onClick={() => setToken("")}>Hide the token</Button>
        ) : (
          <Button blocked={refusal} onClick={() => shown.mutate()}>
            Show the token
          </Button>
        )}
        <Button look="bare" blocked={refusal} onClick={() => setRenewing(true)}>
          Make a new token…
        </Button>
      </div>
      {renewing ? (
        <Dialog
          title="A new token"
          onClose={() => setRenewing(false)}
          foot={
            <>
              <Button onClick={() => setRenewing(false)}>Cancel</Button>
              <Button look="danger-filled" onClick={() => renewed.mutate()}>
                Replace the token
              </Button>
            </>
          }
        >
          {renewed.error ? <Problem error={renewed.error} /> : null}
          <p>
            Everybody who calls {trigger.name} with the old token is refused from then on. It cannot be brought back.
          </p>
        </Dialog>
      ) : null}
    </section>
  );
}

function curlOf(id: number, token: string): string {
  return [
    `curl -X POST ${location.origin}/api/v1/triggers/${id}/fire \\`,
    `  -H "Authorization: Bearer ${token}" \\`,
    `  -d '{"pipeline_run": {"variables": {}}}'`,
  ].join("\n");
}

function Sending({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const sources = Array.isArray(trigger.definition.sources) ? trigger.definition.sources.filter(isRecord) : [];
  const hook = sources.some((source) => source.type === "webhook");
  return (
    <section aria-label="Events">
      <h2>Events</h2>
      {sources.length ? (
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          {sources.map((source) => (
            <li key={JSON.stringify(source)}>
              {Object.entries(source).map(([key, value]) => (
                <span key={key}>{key === "type" ? <strong>{String(value)} </strong> : `${key} ${told(value)} `}</span>
              ))}
            </li>
          ))}
        </ul>
      ) : (
        <>
          <p className="quiet">It takes events that are sent here, with a token of a person who may run:</p>
          <Snippet
            label="address"
            text={`POST ${location.origin}/api/v1/projects/${encodeURIComponent(project)}/events`}
          />
        </>
      )}
      {hook ? (
        <Snippet label="address of the webhook" text={`POST ${location.origin}/api/v1/hooks/${trigger.id}`} />
      ) : null}
      {trigger.definition.match ? (
        <Snippet label="pattern" text={JSON.stringify(trigger.definition.match, null, 2)} />
      ) : (
        <p className="quiet">Every event of a source fires it.</p>
      )}
    </section>
  );
}

const told = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

// How it behaves --------------------------------------------------------------------------------------------------------

const MISFIRE: Record<string, string> = { skip: "let go", all: "all are run" };

function Rules({ trigger }: { readonly trigger: Trigger }) {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("edit", trigger.pipeline);
  const { definition } = trigger;
  const settings = isRecord(definition.settings) ? definition.settings : {};
  const variables = isRecord(definition.variables) ? Object.entries(definition.variables) : [];
  const misfire = typeof definition.misfire === "string" ? definition.misfire : definition.misfire ? "all" : "";
  const stored = useMutation({
    mutationFn: () => writeToFile(project, trigger.id),
    onSuccess: (saved) => {
      known.setQueryData(triggers.one(project, trigger.id).queryKey, saved);
      tell(`${saved.name} stands in pipelines/${saved.pipeline}/triggers.yaml.`);
    },
  });
  return (
    <section aria-label="How it behaves">
      <h2>Settings</h2>
      <dl className={styles.facts}>
        {trigger.type === "time" ? (
          <>
            <dt>Schedule</dt>
            <dd>
              <code>{String(definition.schedule_interval ?? "none")}</code> {String(definition.timezone ?? "UTC")}
            </dd>
            <dt>Missed times</dt>
            <dd>{MISFIRE[misfire] ?? "the last one is run"}</dd>
          </>
        ) : null}
        <dt>While it runs</dt>
        <dd>
          {settings.skip_if_previous_running
            ? "the next time is skipped"
            : typeof settings.pipeline_run_limit === "number"
              ? `at most ${settings.pipeline_run_limit} at once`
              : "another run starts beside it"}
        </dd>
        <dt>Variables</dt>
        <dd>
          {variables.length
            ? variables.map(([name, value]) => (
                <div key={name} className="mono">
                  {name} = {told(value)}
                </div>
              ))
            : "none of its own"}
        </dd>
        {typeof definition.sla === "number" ? (
          <>
            <dt>Alert</dt>
            <dd>not done {definition.sla / 60} min after the due time</dd>
          </>
        ) : null}
        {definition.envs ? (
          <>
            <dt>Only in</dt>
            <dd>{told(definition.envs)}</dd>
          </>
        ) : null}
        <dt>Stored in</dt>
        <dd>
          {trigger.place === "file" ? (
            <code>pipelines/{trigger.pipeline}/triggers.yaml</code>
          ) : (
            <>
              the database{" "}
              <Button look="bare" blocked={refusal} onClick={() => stored.mutate()}>
                Write it into the file
              </Button>
            </>
          )}
          {stored.error ? <Problem error={stored.error} /> : null}
        </dd>
        <dt>Number</dt>
        <dd>{trigger.id}</dd>
        <dt>First seen</dt>
        <dd>
          <Ago at={trigger.first_seen} />
        </dd>
      </dl>
    </section>
  );
}

function Delete({ trigger, onClose }: { readonly trigger: Trigger; readonly onClose: () => void }) {
  const project = useProject();
  const navigate = useNavigate();
  const known = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => deleteTrigger(project, trigger.id),
    onSuccess: async () => {
      await navigate({ to: "/triggers" });
      void known.invalidateQueries({ queryKey: ["triggers"] });
      tell(`${trigger.name} was deleted; its history stays.`, () => {
        void createTrigger(project, trigger.pipeline, trigger.definition, trigger.place === "file").then(() =>
          known.invalidateQueries({ queryKey: ["triggers"] }),
        );
      });
    },
  });
  return (
    <Dialog
      title="Delete the trigger?"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger-filled" blocked={isPending ? "Deleting" : undefined} onClick={() => mutate()}>
            Delete {trigger.name}
          </Button>
        </>
      }
    >
      {error ? <Problem error={error} /> : null}
      <p>
        It fires no more
        {trigger.place === "file" ? ", and its entry in the pipeline's file goes" : ""}. Runs that it started stay
        {trigger.type === "api" ? ", and its token is of no use any more" : ""}.
      </p>
    </Dialog>
  );
}
