/** Lines of logs, windowed; one opens to its fields and what stands around it. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  Bug,
  ChevronDown,
  ChevronRight,
  CircleAlert,
  Info,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
} from "lucide-react";
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { plain } from "@/features/logs";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { copyText } from "@/ui/clipboard";
import { absolute, bytes } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { CopyButton } from "@/ui/Snippet";
import { Tip } from "@/ui/Tip";
import { around, type FoundLine, same } from "./api";
import styles from "./log_search.module.css";
import { headline, nameOf } from "./parse";

interface LinesProps {
  readonly ref: Ref<HTMLElement>;
  readonly lines: readonly FoundLine[];
  /** The moment of the line that the address points at. */
  readonly marked: string | undefined;
  readonly more: (() => void) | undefined;
  readonly end: ReactNode;
}

const AHEAD = 30;
const ROW = 27;
/** Of a line that is not open no more is drawn than can be seen, of an open one no more than can be read. */
const SHORT = 400;
const LONG = 20_000;

export function Lines({ ref, lines, marked, more, end }: LinesProps) {
  const scroller = useRef<HTMLElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => {
    const wanted = lines.find((line) => nameOf(line) === marked);
    return new Set(wanted ? [ownName(wanted)] : []);
  });
  useImperativeHandle(ref, () => scroller.current as HTMLElement);
  const virtual = useVirtualizer({
    count: lines.length + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    getItemKey: (index) => (lines[index] ? keyOf(lines[index], index) : "end"),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= lines.length - AHEAD) more();
  }, [last, lines.length, more]);
  const markedAt = marked ? lines.findIndex((line) => nameOf(line) === marked) : -1;
  useEffect(() => {
    if (markedAt >= 0) virtual.scrollToIndex(markedAt, { align: "center" });
  }, [markedAt, virtual]);

  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section ref={scroller} className={styles.frame} tabIndex={0} aria-label="Lines, newest first">
      <div className={styles.lines} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const line = lines[item.index];
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={styles.line}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {line ? (
                <Line
                  line={line}
                  marked={nameOf(line) === marked}
                  open={open.has(ownName(line))}
                  onToggle={() => toggle(ownName(line))}
                />
              ) : (
                <div className={styles.end}>{end}</div>
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}

const ownName = (line: FoundLine) => `${line.run} ${line.block_run} ${line.attempt} ${nameOf(line)}`;
const keyOf = (line: FoundLine, index: number) => `${ownName(line)} ${index}`;

const LEVELS: Record<string, { readonly icon: LucideIcon; readonly tone: string | undefined }> = {
  debug: { icon: Bug, tone: ui.idle },
  info: { icon: Info, tone: ui.idle },
  warning: { icon: TriangleAlert, tone: ui.warn },
  error: { icon: CircleAlert, tone: ui.fail },
  critical: { icon: OctagonX, tone: ui.fail },
};

interface LineProps {
  readonly line: FoundLine;
  readonly marked: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Line({ line, marked, open, onToggle }: LineProps) {
  const { icon: Icon, tone } = LEVELS[line.level] ?? { icon: Info, tone: ui.idle };
  const when = new Date(line.time);
  const known = !Number.isNaN(when.getTime());
  const Fold = open ? ChevronDown : ChevronRight;
  return (
    <>
      <button
        type="button"
        className={`${styles.row} ${marked ? styles.marked : ""}`}
        aria-expanded={open}
        onClick={onToggle}
      >
        <Fold size={14} aria-hidden />
        <Tip text={known ? absolute(when) : ""}>
          <span className={styles.when}>{known ? clockOf(when) : line.time}</span>
        </Tip>
        <span className={`${styles.level} ${tone}`}>
          <Icon size={13} strokeWidth={1.6} aria-hidden /> {line.level}
        </span>
        <span className={`${styles.from} ellipsis`}>
          {line.pipeline} · {line.block_run} · {line.run}
        </span>
        <span className={styles.message}>{plain(headline(line.message)).slice(0, SHORT)}</span>
      </button>
      {open ? <Open line={line} /> : null}
    </>
  );
}

function Open({ line }: { readonly line: FoundLine }) {
  const [wide, setWide] = useState(false);
  const tags = Object.entries(line.tags ?? {});
  const text = plain(line.message.slice(0, LONG));
  const query = `run:${line.run} block:${line.block_run.includes(" ") ? `"${line.block_run}"` : line.block_run}`;
  return (
    <div className={styles.open}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <pre className={styles.whole} tabIndex={0}>
        {text}
      </pre>
      {line.message.length > LONG ? (
        <p className="hint">
          The first {bytes(LONG)} of {bytes(line.message.length)}; the run's log has it whole.
        </p>
      ) : null}
      {tags.length ? (
        <dl className={styles.tags}>
          {tags.map(([name, value]) => (
            <div key={name} style={{ display: "contents" }}>
              <dt>{name}</dt>
              <dd>{(typeof value === "string" ? plain(value) : JSON.stringify(value)).slice(0, LONG)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <div className={styles.acts}>
        <Button aria-expanded={wide} onClick={() => setWide(!wide)}>
          {wide ? "Hide the lines around it" : "Show 20 lines around it"}
        </Button>
        <Link
          to="/runs/$run"
          params={{ run: String(line.run) }}
          search={{ block: line.block_run, tab: "log" }}
          className={ui.button}
        >
          Open run {line.run}
        </Link>
        <CopyButton label="Copy the text" text={text} />
        <CopyLink query={query} line={nameOf(line)} />
      </div>
      {wide ? <Around line={line} /> : null}
    </div>
  );
}

function CopyLink({ query, line }: { readonly query: string; readonly line: string }) {
  const address = `${location.origin}/logs?${new URLSearchParams({ q: query, line })}`;
  return (
    <Button look="bare" onClick={() => void copyText(address, "Copied")}>
      Copy link to this line
    </Button>
  );
}

function Around({ line }: { readonly line: FoundLine }) {
  const project = useProject();
  const { data, error, refetch } = useQuery(around(project, line));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={4} />;
  if (!data.length)
    return <p className="quiet">It is too far into the log to be found from here. Open the run instead.</p>;
  return (
    <ol className={styles.context} aria-label="Lines around it">
      {data.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never move
        <li key={index} aria-current={same(each, line) ? "true" : undefined}>
          <span className="hint">{each.time.slice(11, 23)}</span>
          <span>{plain(each.message.slice(0, SHORT * 5))}</span>
        </li>
      ))}
    </ol>
  );
}

function clockOf(when: Date): string {
  const day = when.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
  const time = when.toLocaleTimeString("en-GB", { hour12: false });
  return `${day} ${time}.${String(when.getMilliseconds()).padStart(3, "0")}`;
}
