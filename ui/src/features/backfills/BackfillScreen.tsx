/** One backfill: how far it is, every slice, and what can be done about it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, PageBody, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { lookOf } from "@/ui/states";
import { type Column, Table } from "@/ui/Table";
import { Tip } from "@/ui/Tip";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { type Backfill, backfills, limitBackfill, MOST_CELLS, type Slice, type Wish, wish } from "./api";
import styles from "./backfills.module.css";
import { chosenOf, SLICE_STATES } from "./model";
import { Progress } from "./Progress";

export function BackfillScreen() {
  const { backfill: typed = "" } = useParams({ strict: false });
  const project = useProject();
  const id = Number(typed);
  const valid = Number.isInteger(id) && id > 0;
  const { data, error, refetch } = useQuery({ ...backfills.one(project, id), enabled: valid });
  if (data) return <Shown backfill={data} error={error} />;
  const wrong = valid ? error : new Error(`“${typed}” is no number of a backfill.`);
  return (
    <>
      <PageHead title={`Backfill ${typed}`} />
      <PageBody>{wrong ? <Problem error={wrong} onRetry={() => void refetch()} /> : <Bones />}</PageBody>
    </>
  );
}

function Shown({ backfill, error }: { readonly backfill: Backfill; readonly error: unknown }) {
  const title = backfill.name || `Backfill ${backfill.id}`;
  return (
    <>
      <PageHead title={title} tabTitle={`${title} · ${backfill.pipeline}`} actions={<Acts backfill={backfill} />}>
        <StateChip state={backfill.state} why={backfill.reason} />
        <span className="quiet">
          of{" "}
          <Link to="/pipelines/$pipeline" params={{ pipeline: backfill.pipeline }}>
            {backfill.pipeline}
          </Link>
        </span>
      </PageHead>
      <PageBody>
        {error ? <Problem error={error} /> : null}
        <div className={styles.lead}>
          <p>
            {backfill.in_words} · <span className="quiet">{about(backfill)}</span> ·{" "}
            <span className="hint">
              asked for by {backfill.requested_by} <Ago at={backfill.created} />
            </span>
          </p>
          {ENDED.has(backfill.state) ? null : <Limit key={backfill.parallel} backfill={backfill} />}
          <Progress backfill={backfill} />
        </div>
        <Slices backfill={backfill} />
      </PageBody>
    </>
  );
}

const ENDED = new Set(["completed", "failed", "cancelled"]);
const MOST_AT_ONCE = 1_000;

/** How many slices run at once, changed while it runs. */
function Limit({ backfill }: { readonly backfill: Backfill }) {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("run", backfill.pipeline);
  const [typed, setTyped] = useState(String(backfill.parallel));
  const { mutate, error } = useMutation({
    mutationFn: (parallel: number) => limitBackfill(project, backfill.id, parallel),
    onSuccess: (changed, parallel) => {
      known.setQueryData(backfills.one(project, backfill.id).queryKey, changed);
      tell(`At most ${parallel} at once from now on`, () => mutate(backfill.parallel));
    },
  });
  const wanted = Number(typed);
  const good = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_AT_ONCE;
  const changed = good && wanted !== backfill.parallel;
  return (
    <form
      className={styles.limit}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && !refusal) mutate(wanted);
      }}
    >
      <TextField
        label="At most at once"
        type="number"
        min={1}
        max={MOST_AT_ONCE}
        disabled={refusal !== undefined}
        value={typed}
        wrong={good ? error?.message : `Take 1 to ${count(MOST_AT_ONCE)}.`}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" blocked={refusal ?? (changed ? undefined : "Nothing was changed.")}>
        Change
      </Button>
    </form>
  );
}

function about({ dates, parallel, variables }: Backfill): string {
  const when = (text: string) =>
    new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const range = dates
    ? `${when(dates.start)} to ${when(dates.end)}, every ${dates.units === 1 ? dates.every : `${dates.units} ${dates.every}s`} (${dates.timezone})`
    : "a list of variables";
  const own = Object.entries(variables).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [range, `at most ${parallel} at once`, own.join(", ")].filter(Boolean).join(" · ");
}

// What can be done ------------------------------------------------------------------------------------------------------

function Acts({ backfill }: { readonly backfill: Backfill }) {
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("run", backfill.pipeline);
  const [asking, setAsking] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: (wished: Wish) => wish(project, backfill.id, wished),
    onSuccess: (changed, wished) => {
      known.setQueryData(backfills.one(project, backfill.id).queryKey, changed);
      void known.invalidateQueries({ queryKey: ["backfills"] });
      setAsking(false);
      tell(TOLD[wished], UNDO[wished] && (() => mutate(UNDO[wished] ?? "pause")));
    },
  });
  const blocked = refusal ?? (isPending ? "One moment." : undefined);
  const { state, progress } = backfill;
  const going = state === "queued" || state === "running";
  const again = (progress.failed ?? 0) + (progress.cancelled ?? 0);
  useKeys([{ keys: "p", does: "Pause or go on", act: () => !blocked && mutate(going ? "pause" : "resume") }]);
  return (
    <>
      {error ? <StateChip state="failed" detail={error.message} /> : null}
      {going ? (
        <Button blocked={blocked} onClick={() => mutate("pause")}>
          Pause
        </Button>
      ) : null}
      {state === "paused" ? (
        <Button look="primary" blocked={blocked} onClick={() => mutate("resume")}>
          Go on
        </Button>
      ) : null}
      {again ? (
        <Button look={state === "failed" ? "primary" : "plain"} blocked={blocked} onClick={() => mutate("retry")}>
          Retry {counted(again, "slice")}
        </Button>
      ) : null}
      {going || state === "paused" ? (
        <Button look="danger" blocked={blocked} onClick={() => setAsking(true)}>
          Cancel…
        </Button>
      ) : null}
      {asking ? (
        <Dialog
          title="Cancel the backfill?"
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>Keep it</Button>
              <Button look="danger-filled" blocked={blocked} onClick={() => mutate("cancel")}>
                Cancel {counted((progress.running ?? 0) + (progress.waiting ?? 0), "slice")}
              </Button>
            </>
          }
        >
          <p>
            {count(progress.running ?? 0)} running are stopped, {count(progress.waiting ?? 0)} waiting do not begin.
            What is completed stays. Retry runs them again.
          </p>
        </Dialog>
      ) : null}
    </>
  );
}

const TOLD: Record<Wish, string> = {
  pause: "Paused: no further slice begins, those that run go on.",
  resume: "It goes on.",
  cancel: "It is being cancelled.",
  retry: "What failed or was cancelled runs again.",
};
const UNDO: Partial<Record<Wish, Wish>> = { pause: "resume", resume: "pause" };

// Slices ----------------------------------------------------------------------------------------------------------------

const SLICES: readonly Column<Slice>[] = [
  { id: "name", title: "Slice", width: "1fr", cell: ({ name }) => <span className="ellipsis">{name}</span> },
  {
    id: "state",
    title: "State",
    width: 128,
    cell: ({ state, tries, reason }) => (
      <StateChip state={state} detail={tries > 1 ? `try ${tries}` : undefined} why={reason} />
    ),
  },
  {
    id: "run",
    title: "Run",
    width: 90,
    cell: ({ run }) =>
      run === null ? null : (
        <Link to="/runs/$run" params={{ run: String(run) }}>
          {run}
        </Link>
      ),
  },
  {
    id: "reason",
    title: "Why",
    width: "3fr",
    wide: true,
    cell: ({ reason, variables }) => (
      <span className="quiet ellipsis">
        {reason ||
          Object.entries(variables)
            .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
            .join(", ")}
      </span>
    ),
  },
];

function Slices({ backfill }: { readonly backfill: Backfill }) {
  const project = useProject();
  const navigate = useNavigate();
  const { state = "" } = useSearch({ strict: false }) as { state?: string };
  const { data, error, refetch } = useQuery(backfills.slices(project, backfill.id));
  const [chosen, setChosen] = useState<number>();
  const show = (wanted: string) =>
    void navigate({
      to: "/backfills/$backfill",
      params: { backfill: String(backfill.id) },
      search: wanted ? { state: wanted } : {},
      replace: true,
    });
  const shown = data && chosenOf(data, state);
  const picked = shown?.filter((slice) => slice.position === chosen);
  return (
    <section aria-label="Slices" style={{ display: "grid", gap: 10 }}>
      <fieldset className={styles.counts} style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="unseen">Show only</legend>
        <Button look={state ? "bare" : "plain"} aria-pressed={!state} onClick={() => show("")}>
          All {count(backfill.slices)}
        </Button>
        {SLICE_STATES.filter((each) => backfill.progress[each]).map((each) => (
          <Button
            key={each}
            look={state === each ? "plain" : "bare"}
            aria-pressed={state === each}
            onClick={() => show(each)}
          >
            {lookOf(each).word} {count(backfill.progress[each] ?? 0)}
          </Button>
        ))}
      </fieldset>
      {data && data.length > 1 ? <Cells slices={data} chosen={chosen} onChoose={setChosen} /> : null}
      {data && backfill.slices > MOST_CELLS ? (
        <p className="quiet">
          The first {count(data.length)} of {count(backfill.slices)} slices are shown.
        </p>
      ) : null}
      <Table
        inline
        label="Slices"
        columns={SLICES}
        rows={picked?.length ? picked : shown}
        rowKey={({ position }) => String(position)}
        onOpen={({ run }) => run !== null && void navigate({ to: "/runs/$run", params: { run: String(run) } })}
        error={error}
        onRetry={() => void refetch()}
        empty={<p className="quiet">No slice is in this state.</p>}
      />
    </section>
  );
}

interface CellsProps {
  readonly slices: readonly Slice[];
  readonly chosen: number | undefined;
  readonly onChoose: (position: number | undefined) => void;
}

/** One cell a slice; grey is success, so that the eye finds what is not well. One tab stop, arrows move. */
function Cells({ slices, chosen, onChoose }: CellsProps) {
  const [at, setAt] = useState(0);
  const go = (place: HTMLElement, to: number) => {
    const index = Math.max(0, Math.min(slices.length - 1, to));
    setAt(index);
    place.querySelector<HTMLElement>(`[data-cell="${index}"]`)?.focus();
  };
  return (
    <div
      className={styles.cells}
      role="group"
      aria-label="Slices in order"
      onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        go(event.currentTarget, at + by);
      }}
    >
      {slices.map((slice, index) => (
        <Tip key={slice.position} text={`${slice.name}: ${lookOf(slice.state).word}`}>
          <button
            type="button"
            data-cell={index}
            tabIndex={index === at ? 0 : -1}
            className={`${styles.cell} ${styles[slice.state] ?? ""}`}
            aria-label={`${slice.name}: ${lookOf(slice.state).word}`}
            aria-pressed={chosen === slice.position}
            onFocus={() => setAt(index)}
            onClick={() => onChoose(chosen === slice.position ? undefined : slice.position)}
          >
            {slice.state === "failed" ? "×" : ""}
          </button>
        </Tip>
      ))}
    </div>
  );
}
