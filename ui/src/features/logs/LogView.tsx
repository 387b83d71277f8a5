/** The log of a run or of one of its blocks: windowed, live, searched. */
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, Download } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "@/app/keys";
import { Button, IconButton } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { quoted } from "@/ui/filter/grammar";
import { absolute, bytes, count, counted } from "@/ui/format";
import ui from "@/ui/parts.module.css";
import { Tip } from "@/ui/Tip";
import { useRunLog } from "./follow";
import styles from "./logs.module.css";
import { type Piece, pieces } from "./model/ansi";
import { asText, type Drawn, drawn, hits, type Level, nextPlace, placesOf, type Row, rankOf } from "./model/lines";

interface LogViewProps {
  readonly project: string;
  readonly run: number;
  /** Only this block run, with what belongs to it. */
  readonly block?: string | undefined;
  readonly attempt?: number | undefined;
  readonly round: number;
}

const ROW = 20;
/** Of a longer line the rest is shown when asked for. */
const SHOWN_CHARACTERS = 2_000;
/** As near to the end as this, a reader wants to see what comes. */
const NEAR_END = 40;

export function LogView({ project, run, block, attempt, round }: LogViewProps) {
  const [all, setAll] = useState(false);
  const log = useRunLog(project, run, block, round, all);
  const [level, setLevel] = useState<Level>("all");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState<number>();
  const [whole, setWhole] = useState<Row>();
  const [unread, setUnread] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const atEnd = useRef(true);
  const last = useRef(0);
  const before = useRef<Drawn>(undefined);

  const { rows } = useMemo(() => {
    before.current = drawn(before.current, log, { level, attempt });
    return before.current;
  }, [log, level, attempt]);
  const wanted = useDeferredValue(asked);
  const found = useMemo(() => hits(rows, wanted), [rows, wanted]);
  const errors = useMemo(() => placesOf(rows, "error"), [rows]);
  const warnings = useMemo(() => placesOf(rows, "warning"), [rows]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });

  const toEnd = useCallback(() => {
    atEnd.current = true;
    setUnread(0);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);
  const known = useRef(0);
  useEffect(() => {
    const more = rows.length - known.current;
    known.current = rows.length;
    if (atEnd.current) toEnd();
    else if (more > 0) setUnread((number) => number + more);
  }, [rows.length, toEnd]);

  const show = (place: number | undefined) => {
    if (place === undefined) return;
    atEnd.current = false;
    setAt(place);
    virtual.scrollToIndex(place, { align: "center" });
  };
  const step = (places: readonly number[], by: 1 | -1) => show(nextPlace(places, at ?? -1, by));

  useKeys([
    { keys: "/", does: "Search this log", act: () => search.current?.focus() },
    { keys: "n", does: "Next hit", act: () => step(found, 1) },
    { keys: "N", does: "Previous hit", act: () => step(found, -1) },
  ]);

  const hit = found.indexOf(at ?? -1);
  return (
    <div className={styles.log}>
      <div className={styles.tools}>
        <input
          ref={search}
          type="search"
          className={`${ui.input} ${styles.search}`}
          placeholder="Search this log"
          aria-label="Search this log"
          value={asked}
          onChange={(event) => {
            setAsked(event.target.value);
            setAt(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") step(found, event.shiftKey ? -1 : 1);
            else if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
        {asked ? (
          <>
            <span className="hint" role="status">
              {hit >= 0 ? `${count(hit + 1)} of ` : ""}
              {counted(found.length, "hit")}
            </span>
            <IconButton label="Previous hit" keys="N" onClick={() => step(found, -1)}>
              <ArrowUp size={14} aria-hidden />
            </IconButton>
            <IconButton label="Next hit" keys="n" onClick={() => step(found, 1)}>
              <ArrowDown size={14} aria-hidden />
            </IconButton>
          </>
        ) : null}
        <span className={styles.grow} />
        {errors.length ? (
          <Button look="bare" className={styles.error} onClick={() => step(errors, 1)}>
            {counted(errors.length, "error")}
          </Button>
        ) : null}
        {warnings.length ? (
          <Button look="bare" className={styles.warning} onClick={() => step(warnings, 1)}>
            {counted(warnings.length, "warning")}
          </Button>
        ) : null}
        <select
          className={`${ui.input} ${styles.level}`}
          aria-label="Level"
          value={level}
          onChange={(event) => {
            setLevel(event.target.value as Level);
            setAt(undefined);
          }}
        >
          <option value="all">All levels</option>
          <option value="warning">Warnings and errors</option>
          <option value="error">Errors</option>
        </select>
        <IconButton
          label={log.left || log.before ? "Download what is shown" : "Download this log"}
          onClick={() => save(`run-${run}${block ? `-${block}` : ""}.log`, asText(log.lines))}
        >
          <Download size={15} aria-hidden />
        </IconButton>
      </div>
      {log.before ? (
        <div className={styles.left}>
          This is the end of the log: {bytes(log.before)} before it are not read.{" "}
          <Button look="bare" onClick={() => setAll(true)}>
            Read all of it
          </Button>
          {asked ? (
            <Link
              to="/logs"
              search={{ q: [asked, `run:${run}`, block ? `block:${quoted(block)}` : ""].join(" ").trim() }}
            >
              Search all of it
            </Link>
          ) : null}
        </div>
      ) : null}
      {log.left ? (
        <div className={styles.left}>
          {count(log.left)} lines in the middle are not shown: the beginning and the end of the log are.
        </div>
      ) : null}
      {rows.length === 0 ? (
        <Empty>{emptyText(log.state, log.lines.length > 0)}</Empty>
      ) : (
        <div
          ref={scroller}
          className={styles.lines}
          role="log"
          aria-label={block ? `Log of ${block}` : "Log of the run"}
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
          tabIndex={0}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            // Lines may have come since it was scrolled to the end: only who goes up leaves it.
            const up = scrollTop < last.current;
            last.current = scrollTop;
            if (scrollHeight - scrollTop - clientHeight < NEAR_END) {
              atEnd.current = true;
              if (unread) setUnread(0);
            } else if (up) atEnd.current = false;
          }}
        >
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              return row ? (
                <LineRow
                  key={item.key}
                  row={row}
                  top={item.start}
                  named={block === undefined}
                  marked={item.index === at}
                  wanted={wanted}
                  onWhole={setWhole}
                />
              ) : null;
            })}
          </div>
        </div>
      )}
      {unread ? (
        <button type="button" className={styles.unread} onClick={toEnd}>
          {counted(unread, "new line")} <ArrowDown size={13} aria-hidden />
        </button>
      ) : null}
      {whole ? (
        <Dialog title={`Line ${count(whole.number)}`} wide onClose={() => setWhole(undefined)}>
          <pre className={styles.whole}>{whole.text}</pre>
        </Dialog>
      ) : null}
    </div>
  );
}

function emptyText(state: "coming" | "ended" | "lost", filtered: boolean): string {
  if (filtered) return "No line is of this level.";
  if (state === "lost") return "The log cannot be read now; it is asked for again.";
  return state === "ended" ? "Nothing was printed or logged." : "Nothing has been printed or logged yet.";
}

interface LineRowProps {
  readonly row: Row;
  readonly top: number;
  readonly named: boolean;
  readonly marked: boolean;
  readonly wanted: string;
  readonly onWhole: (row: Row) => void;
}

function LineRow({ row, top, named, marked, wanted, onWhole }: LineRowProps) {
  const { line, text } = row;
  const rank = rankOf(line.level ?? "info");
  const look = rank >= 3 ? styles.error : rank === 2 ? styles.warning : rank === 0 ? styles.faint : "";
  const more = text.length - SHOWN_CHARACTERS;
  return (
    <div className={`${styles.line} ${marked ? styles.marked : ""}`} style={{ transform: `translateY(${top}px)` }}>
      {row.first && line.time ? (
        <Tip text={absolute(new Date(line.time))}>
          <span className={styles.time}>{timeOf(line.time)}</span>
        </Tip>
      ) : (
        <span className={styles.time} />
      )}
      <span className={`${styles.levelWord} ${look}`}>{row.first && rank !== 1 ? line.level : ""}</span>
      {named ? <span className={`${styles.block} ellipsis`}>{row.first ? line.block_run : ""}</span> : null}
      <span className={rank >= 2 ? look : ""}>
        {pieces(more > 0 ? text.slice(0, SHOWN_CHARACTERS) : text).map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line never move
          <Text key={index} piece={piece} wanted={wanted} />
        ))}
        {more > 0 ? (
          <button type="button" className={styles.more} onClick={() => onWhole(row)}>
            {count(more)} more characters
          </button>
        ) : null}
      </span>
    </div>
  );
}

function Text({ piece, wanted }: { readonly piece: Piece; readonly wanted: string }) {
  const look = [
    piece.colour !== undefined ? styles[`c${piece.colour}`] : "",
    piece.bold ? styles.bold : "",
    piece.faint ? styles.faint : "",
    piece.italic ? styles.italic : "",
    piece.underline ? styles.underline : "",
  ]
    .filter(Boolean)
    .join(" ");
  return <span className={look || undefined}>{wanted ? withMarks(piece.text, wanted) : piece.text}</span>;
}

function withMarks(text: string, wanted: string) {
  const parts = [];
  const low = text.toLowerCase();
  const asked = wanted.toLowerCase();
  let place = 0;
  for (let found = low.indexOf(asked); found >= 0; found = low.indexOf(asked, place)) {
    parts.push(text.slice(place, found), <mark key={found}>{text.slice(found, found + asked.length)}</mark>);
    place = found + asked.length;
  }
  parts.push(text.slice(place));
  return parts;
}

function timeOf(time: string): string {
  const when = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const parts = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(":");
  return Number.isNaN(when.getTime()) ? "" : `${parts}.${String(when.getMilliseconds()).padStart(3, "0")}`;
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name.replaceAll("/", "_") });
  link.click();
  URL.revokeObjectURL(address);
}
