/** The logs of all runs, searched in full text, newest first. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "@/app/keys";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { useLiveEvents } from "@/live/stream";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { FilterBox } from "@/ui/filter/FilterBox";
import { withValues } from "@/ui/filter/grammar";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { logSearch } from "./api";
import { Lines } from "./Lines";
import styles from "./log_search.module.css";
import { FIELDS, LEVELS, parse, wrongIn } from "./parse";

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
  const search = (query: string) =>
    void navigate({ to: "/logs", search: query.trim() ? { q: query.trim() } : {}, replace: true });
  useKeys([{ keys: "/", does: "Search the logs", act: () => box.current?.focus() }]);

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
        <Choice
          label="Pipeline"
          value={asked.pipelines[0] ?? ""}
          options={usePipelineOptions(asked.pipelines[0])}
          onChange={(value) => search(withValues(q, "pipeline", value ? [value] : []))}
        />
        <Choice
          label="Level"
          value={asked.level ?? ""}
          options={[
            { value: "", label: "Every level" },
            ...LEVELS.slice(1).map((value) => ({ value, label: `${value} and above` })),
          ]}
          onChange={(value) => search(withValues(q, "level", value ? [value] : []))}
        />
        <Choice
          label="Time"
          value={asked.since}
          options={
            SINCE.some(({ value }) => value === asked.since)
              ? SINCE
              : [...SINCE, { value: asked.since, label: `Since ${asked.since}` }]
          }
          onChange={(value) => search(withValues(q, "since", value ? [value] : []))}
        />
      </search>
      <Found key={`${project} ${q}`} q={q} line={line} onAll={() => search("")} />
    </>
  );
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

/** However much is written, the search is asked anew at most so often. */
const FOLLOW_MS = 2_000;

interface FoundProps {
  readonly q: string;
  readonly line: string | undefined;
  readonly onAll: () => void;
}

function Found({ q, line, onAll }: FoundProps) {
  const project = useProject();
  const asked = useMemo(() => parse(q), [q]);
  const scroller = useRef<HTMLElement>(null);
  const [newer, setNewer] = useState(false);
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(logSearch(project, asked));
  const lines = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const searchedTo = data?.pages.at(-1)?.searched_to;
  const found = lines?.length ?? 0;

  // A page may end before it is full, since a search has two seconds; it goes on by itself until something is shown.
  useEffect(() => {
    if (hasNextPage && !isFetching && found === 0) void fetchNextPage();
  }, [hasNextPage, isFetching, found, fetchNextPage]);
  useLiveEvents((events) => {
    if (!events.some(({ topic }) => topic === "run" || topic === "progress")) return;
    const atTop = (scroller.current?.scrollTop ?? 0) < 4;
    // At the top and on the first page it follows by itself; else what is read stays where it is.
    if (!atTop || data?.pages.length !== 1) setNewer(true);
    else due.current ??= setTimeout(follow, FOLLOW_MS);
  });
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const follow = () => {
    due.current = undefined;
    void refetch();
  };
  useEffect(() => () => clearTimeout(due.current), []);
  const showNewer = () => {
    setNewer(false);
    scroller.current?.scrollTo({ top: 0 });
    void refetch();
  };

  return (
    <>
      <div className={styles.notes}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {newer ? (
          <div>
            <Button onClick={showNewer}>Show newer lines</Button>
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
