/** The logs of all runs, searched in full text, newest first. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Pause, Play, Regex } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "@/app/keys";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { useLiveEvents } from "@/live/stream";
import { Button, IconButton } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { FilterBox } from "@/ui/filter/FilterBox";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { countNewer, logHistogram, logSearch, MOST_NEW } from "./api";
import { Lines } from "./Lines";
import styles from "./log_search.module.css";
import { type Asked, FIELDS, LEVELS, parse, withKey, withPattern, wrongIn } from "./parse";
import { Spread } from "./Spread";

const SINCE = [
  { value: "", label: "Any time" },
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
];

export function LogsScreen() {
  const navigate = useNavigate();
  const project = useProject();
  const { q = "", line } = useSearch({ strict: false }) as { q?: string; line?: string };
  const box = useRef<HTMLInputElement>(null);
  const asked = useMemo(() => parse(q), [q]);
  const [paused, setPaused] = useState(false);
  const search = (query: string) =>
    void navigate({ to: "/logs", search: query.trim() ? { q: query.trim() } : {}, replace: true });
  const regex = asked.pattern !== undefined;
  const switchRegex = () => {
    const next = withPattern(box.current?.value ?? q, !regex);
    search(next);
    // Behind what is typed already, before the slash that ends it.
    requestAnimationFrame(() => {
      box.current?.focus();
      const caret = next.length - (regex ? 0 : 1);
      box.current?.setSelectionRange(caret, caret);
    });
  };
  // A window is gone back to: it is a place of its own in the history.
  const onWindow = (since: string, until: string) => {
    const query = withKey(withKey(q, "since", since ? [since] : []), "until", until ? [until] : []);
    void navigate({ to: "/logs", search: query ? { q: query } : {} });
  };
  useKeys([
    { keys: "/", does: "Search the logs", act: () => box.current?.focus() },
    { keys: "p", does: paused ? "Follow new lines" : "Pause new lines", act: () => setPaused(!paused) },
  ]);

  return (
    <>
      <PageHead title="Logs" />
      <search className={styles.bar}>
        <span className={styles.box}>
          <FilterBox
            label="Search the logs"
            placeholder={'words, "a phrase", pipeline:titanic block:clean run:812 since:2h'}
            fields={FIELDS}
            judge={wrongIn}
            value={q}
            onChange={search}
            box={box}
          />
        </span>
        <IconButton label="Regular expression, between slashes" aria-pressed={regex} onClick={switchRegex}>
          <Regex size={16} strokeWidth={1.5} aria-hidden />
        </IconButton>
        <Choice
          label="Pipeline"
          value={asked.pipelines[0] ?? ""}
          options={usePipelineOptions(asked.pipelines[0])}
          onChange={(value) => search(withKey(q, "pipeline", value ? [value] : []))}
        />
        <Choice
          label="Level"
          value={asked.level ?? ""}
          options={[
            { value: "", label: "Every level" },
            ...LEVELS.slice(1).map((value) => ({ value, label: `${value} and above` })),
          ]}
          onChange={(value) => search(withKey(q, "level", value ? [value] : []))}
        />
        <Choice
          label="Time"
          value={asked.since}
          options={
            SINCE.some(({ value }) => value === asked.since)
              ? SINCE
              : [...SINCE, { value: asked.since, label: sinceOf(asked) }]
          }
          onChange={(value) => onWindow(value, "")}
        />
        <Button
          icon={
            paused ? (
              <Play size={14} strokeWidth={1.5} aria-hidden />
            ) : (
              <Pause size={14} strokeWidth={1.5} aria-hidden />
            )
          }
          onClick={() => setPaused(!paused)}
        >
          {paused ? "Follow" : "Pause"}
        </Button>
      </search>
      <Spread asked={asked} onWindow={onWindow} />
      <Found
        key={`${project} ${q}`}
        q={q}
        line={line}
        paused={paused}
        onFollow={() => setPaused(false)}
        onAll={() => search("")}
      />
    </>
  );
}

/** `since:` as it was typed; of an exact time what a clock here shows. */
function sinceOf({ since, until }: Asked): string {
  if (!/T/.test(since)) return `Since ${since}`;
  const when = (typed: string) =>
    new Date(typed).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return /T/.test(until) ? `${when(since)} to ${when(until)}` : `Since ${when(since)}`;
}

function usePipelineOptions(chosen: string | undefined) {
  const { data = [] } = useQuery(pipelines.list(useProject()));
  const names = data.map((pipeline) => pipeline.uuid);
  const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return [{ value: "", label: "Every pipeline" }, ...all.map((name) => ({ value: name, label: name }))];
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      className={ui.input}
      style={{ width: "auto", maxWidth: 180 }}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** However much is written, the search is asked anew at most so often, and the histogram still less. */
const FOLLOW_MS = 2_000;
const HISTOGRAM_MS = 10_000;

interface FoundProps {
  readonly q: string;
  readonly line: string | undefined;
  readonly paused: boolean;
  readonly onFollow: () => void;
  readonly onAll: () => void;
}

function Found({ q, line, paused, onFollow, onAll }: FoundProps) {
  const project = useProject();
  const client = useQueryClient();
  const asked = useMemo(() => parse(q), [q]);
  const scroller = useRef<HTMLElement>(null);
  const [newer, setNewer] = useState(0);
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(logSearch(project, asked));
  const lines = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const searchedTo = data?.pages.at(-1)?.searched_to;
  const found = lines?.length ?? 0;

  // A page may end before it is full, since a search has two seconds; it goes on by itself until something is shown.
  useEffect(() => {
    if (hasNextPage && !isFetching && found === 0) void fetchNextPage();
  }, [hasNextPage, isFetching, found, fetchNextPage]);

  // At the top and on the first page it follows by itself; else what is read stays where it is, and the new is counted.
  const look = async () => {
    const follows = !paused && (scroller.current?.scrollTop ?? 0) < 4 && (data?.pages.length ?? 1) === 1;
    if (follows) await refetch();
    else if (newer < MOST_NEW) setNewer(await countNewer(project, asked, lines ?? []).catch(() => newer));
  };
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const barsDue = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvents((events) => {
    if (!events.some(({ topic }) => topic === "run" || topic === "progress")) return;
    due.current ??= setTimeout(() => {
      due.current = undefined;
      void latest.current();
    }, FOLLOW_MS);
    const counted = client.getQueryState(logHistogram(project, asked).queryKey)?.dataUpdatedAt ?? 0;
    barsDue.current ??= setTimeout(
      () => {
        barsDue.current = undefined;
        void client.invalidateQueries(logHistogram(project, asked));
      },
      Math.max(FOLLOW_MS, counted + HISTOGRAM_MS - Date.now()),
    );
  });
  useEffect(
    () => () => {
      clearTimeout(due.current);
      clearTimeout(barsDue.current);
    },
    [],
  );
  const showNewer = () => {
    setNewer(0);
    onFollow();
    scroller.current?.scrollTo({ top: 0 });
    void refetch();
    void client.invalidateQueries(logHistogram(project, asked));
  };

  return (
    <>
      <div className={styles.notes}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {newer || paused ? (
          <div className={styles.newer} role="status">
            {paused ? <span className="quiet">Paused.</span> : null}
            {newer ? (
              <Button onClick={showNewer}>
                {newer < MOST_NEW ? counted(newer, "new line") : `${count(MOST_NEW)} new lines and more`}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      {lines === undefined || (found === 0 && isFetching) ? (
        error ? null : (
          <Bones />
        )
      ) : found === 0 ? (
        <Empty action={q ? <Button onClick={onAll}>Show all lines</Button> : undefined}>
          {q
            ? "No line of any log has that."
            : "What blocks print and log is found here. Nothing has been written yet."}
        </Empty>
      ) : (
        <Lines
          ref={scroller}
          lines={lines}
          marked={line}
          more={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
          end={
            hasNextPage ? (
              <span>
                Looking further back{searchedTo ? " than " : ""}
                {searchedTo ? <Ago at={searchedTo} /> : null}…
              </span>
            ) : (
              <span>{counted(found, "line")}; these are all.</span>
            )
          }
        />
      )}
    </>
  );
}
