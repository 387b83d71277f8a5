/** What triggers did and will do, by day or by hour. Icon and word say what became of each; colour only repeats it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  Ban,
  Check,
  ChevronLeft,
  ChevronRight,
  ChevronsRight,
  CircleDashed,
  Clock,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
} from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { Button, IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Tip } from "@/ui/Tip";
import { useOfNow } from "@/ui/time";
import { MOST_OF_EACH, triggers } from "./api";
import {
  addDays,
  type Bundle,
  bundles,
  dayKey,
  dayOf,
  daysOf,
  type Mark,
  marksOf,
  type Span,
  step,
  tooOften,
  type What,
} from "./calendar";
import styles from "./triggers.module.css";

const LOOKS: Record<What, { readonly icon: LucideIcon; readonly tone: string | undefined; readonly word: string }> = {
  planned: { icon: Clock, tone: ui.idle, word: "Planned" },
  paused: { icon: Ban, tone: ui.idle, word: "Switched off" },
  running: { icon: LoaderCircle, tone: ui.run, word: "Under way" },
  done: { icon: Check, tone: ui.ok, word: "Done" },
  failed: { icon: OctagonX, tone: ui.fail, word: "Failed" },
  missed: { icon: CircleDashed, tone: ui.warn, word: "Missed" },
  skipped: { icon: ChevronsRight, tone: ui.idle, word: "Skipped" },
};

interface CalendarProps {
  readonly span: Span;
  readonly day: string | undefined;
  readonly onGo: (to: { span?: Span; day?: string }) => void;
}

export function Calendar({ span, day, onGo }: CalendarProps) {
  const today = useOfNow(dayKey);
  const around = dayOf(day, dayOf(today, new Date()));
  const days = daysOf(span, around);
  const title = titleOf(span, around, days);
  const { marks, often, complete, error, loading, retry } = useMarks(days, today);
  const turn = (by: number) => onGo({ span, day: dayKey(step(span, around, by)) });

  useKeys([
    { keys: "h", does: "Earlier", act: () => turn(-1) },
    { keys: "l", does: "Later", act: () => turn(1) },
    { keys: "m", does: "Month or week", act: () => onGo({ span: span === "month" ? "week" : "month" }) },
  ]);

  return (
    <>
      <div className={styles.bar}>
        <IconButton label="Earlier" keys="h" onClick={() => turn(-1)}>
          <ChevronLeft size={16} aria-hidden />
        </IconButton>
        <IconButton label="Later" keys="l" onClick={() => turn(1)}>
          <ChevronRight size={16} aria-hidden />
        </IconButton>
        <h2 aria-live="polite">{title}</h2>
        <Button look="bare" onClick={() => onGo({ span, day: today })}>
          Today
        </Button>
        <span style={{ flex: 1 }} />
        <div className={styles.legend} aria-hidden>
          {(Object.keys(LOOKS) as What[]).map((what) => (
            <span key={what}>
              <Icon what={what} /> {LOOKS[what].word}
            </span>
          ))}
        </div>
        <Button onClick={() => onGo({ span: span === "month" ? "week" : "month", day: dayKey(around) })}>
          {span === "month" ? "Show a week" : "Show the month"}
        </Button>
      </div>
      {error ? <Problem error={error} onRetry={retry} /> : null}
      {often.length ? (
        <p className="quiet">
          Too often to draw whole:{" "}
          {often.map((trigger, index) => (
            <span key={trigger.id}>
              {index ? ", " : ""}
              <Link to="/triggers/$trigger" params={{ trigger: String(trigger.id) }}>
                {trigger.name}
              </Link>{" "}
              {trigger.in_words}
            </span>
          ))}
          .
        </p>
      ) : null}
      {complete ? null : (
        <p className="quiet">There is more in this time than is drawn; show a week to see more of it.</p>
      )}
      {loading ? (
        <Bones />
      ) : span === "month" ? (
        <Month days={days} marks={marks} month={around.getMonth()} today={today} />
      ) : (
        <Week days={days} marks={marks} today={today} />
      )}
    </>
  );
}

function useMarks(days: readonly Date[], today: string) {
  const project = useProject();
  const [first = new Date(), last = new Date()] = [days[0], days.at(-1)];
  const start = first.toISOString();
  const end = addDays(last, 1).toISOString();
  // What is ahead begins now; told by the day, so that it is asked for once and then kept true by events.
  const now = new Date().toISOString();
  const ahead = useQuery({
    ...triggers.coming(project, later(start, dayStart(today)), end),
    enabled: end > now,
  });
  const past = useQuery({ ...triggers.past(project, start, end), enabled: start <= now });
  const { data: known = [] } = useQuery(triggers.list(project));
  const marks = useMemo(() => {
    const coming = end > now ? (ahead.data?.items.filter((each) => each.due > now.slice(0, 19)) ?? []) : [];
    const happened =
      start <= now ? (past.data?.items.filter((each) => each.due !== null || each.run !== null) ?? []) : [];
    return marksOf(happened, coming);
  }, [ahead.data, past.data, start, end, now]);
  return {
    marks,
    often: tooOften(ahead.data?.items ?? [], MOST_OF_EACH, known),
    complete: (ahead.data?.complete ?? true) && (past.data?.complete ?? true),
    error: ahead.error ?? past.error,
    loading: ahead.isLoading || past.isLoading,
    retry: () => {
      void ahead.refetch();
      void past.refetch();
    },
  };
}

const dayStart = (key: string) => dayOf(key, new Date()).toISOString();
const later = (one: string, other: string) => (one > other ? one : other);

interface GridProps {
  readonly days: readonly Date[];
  readonly marks: readonly Mark[];
  readonly today: string;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SHOWN_IN_A_DAY = 4;

function Month({ days, marks, month, today }: GridProps & { readonly month: number }) {
  const slots = bundles(marks, (mark) => dayKey(mark.at));
  const weeks = Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.grid} tabIndex={0} aria-label="Calendar">
      <table className={styles.month}>
        <thead>
          <tr>
            {WEEKDAYS.map((weekday) => (
              <th key={weekday} scope="col">
                {weekday}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={dayKey(week[0] ?? new Date())}>
              {week.map((day, weekday) => {
                const key = dayKey(day);
                const inside = slots.get(key) ?? [];
                return (
                  <td
                    key={key}
                    className={`${day.getMonth() === month ? "" : styles.outside} ${key === today ? styles.today : ""}`}
                  >
                    <Tip text={key === today ? "Today" : ""}>
                      <time dateTime={key} className={styles.date}>
                        <span className={styles.weekday}>{WEEKDAYS[weekday]} </span>
                        {day.getDate()}
                      </time>
                    </Tip>
                    {inside.slice(0, SHOWN_IN_A_DAY).map((bundle) => (
                      <MarkLink key={bundle.key} bundle={bundle} />
                    ))}
                    {inside.length > SHOWN_IN_A_DAY ? (
                      <Link
                        to="/triggers"
                        search={{ view: "calendar", span: "week", day: key }}
                        className={styles.mark}
                      >
                        <span className="hint">{inside.length - SHOWN_IN_A_DAY} more</span>
                      </Link>
                    ) : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {marks.length ? null : <p className={`quiet ${styles.nothing}`}>No trigger fires in this month.</p>}
    </section>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

function Week({ days, marks, today }: GridProps) {
  const slots = bundles(marks, (mark) => `${dayKey(mark.at)} ${mark.at.getHours()}`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.grid} tabIndex={0} aria-label="Calendar">
      <table className={styles.week}>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Hour</span>
            </th>
            {days.map((day, index) => (
              <th key={dayKey(day)} scope="col" className={dayKey(day) === today ? styles.today : ""}>
                {WEEKDAYS[index]} {day.getDate()}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {HOURS.map((hour) => (
            <tr key={hour}>
              <th scope="row">{String(hour).padStart(2, "0")}:00</th>
              {days.map((day) => (
                <td key={dayKey(day)}>
                  {slots.get(`${dayKey(day)} ${hour}`)?.map((bundle) => (
                    <MarkLink key={bundle.key} bundle={bundle} />
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MarkLink({ bundle }: { readonly bundle: Bundle }) {
  const { first, marks } = bundle;
  const clock = clockOf(first.at);
  const told = [
    `${LOOKS[first.what].word}: ${first.name} of ${first.pipeline}`,
    marks.length > 1 ? `${marks.length} times from ${clock}` : `at ${clock}`,
    first.reason,
  ];
  const inside: ReactNode = (
    <>
      <Icon what={first.what} />
      <span className={first.what === "paused" ? styles.paused : undefined}>
        {clock} {first.name}
      </span>
      {marks.length > 1 ? <span className={styles.many}>×{marks.length}</span> : null}
      <span className="unseen">{LOOKS[first.what].word}</span>
    </>
  );
  return (
    <Tip text={told.filter(Boolean).join(", ")}>
      {first.run !== null && marks.length === 1 ? (
        <Link to="/runs/$run" params={{ run: String(first.run) }} className={styles.mark}>
          {inside}
        </Link>
      ) : (
        <Link to="/triggers/$trigger" params={{ trigger: String(first.trigger) }} className={styles.mark}>
          {inside}
        </Link>
      )}
    </Tip>
  );
}

function Icon({ what }: { readonly what: What }) {
  const { icon: Shape, tone } = LOOKS[what];
  return <Shape size={13} strokeWidth={1.6} aria-hidden className={tone} />;
}

const clockOf = (when: Date) => when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function titleOf(span: Span, around: Date, days: readonly Date[]): string {
  if (span === "month") return around.toLocaleDateString("en-GB", { month: "long", year: "numeric" });
  const told = (day: Date | undefined, year: boolean) =>
    day?.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...(year ? { year: "numeric" } : {}) }) ?? "";
  return `${told(days[0], false)} – ${told(days.at(-1), true)}`;
}
