/** When each block waited and worked. Rows are windowed; only what is running is drawn again each second. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight, Link2 } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { counted, duration } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import { lookOf } from "@/ui/states";
import { Tip } from "@/ui/Tip";
import { Elapsed, useOfNow } from "@/ui/time";
import { type BlockRun, childCounts, isFinal } from "../model/rows";
import { type Bar, timeline } from "../model/timeline";
import styles from "./gantt.module.css";

interface GanttProps {
  readonly rows: readonly BlockRun[];
  /** All of them, also those that are folded away: a group is drawn from its children. */
  readonly all: readonly BlockRun[];
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly began: string | null | undefined;
  readonly live: boolean;
  readonly reasons: ReadonlyMap<string, string>;
  readonly chosen: string | undefined;
  readonly open: ReadonlySet<string>;
  readonly onChoose: (name: string) => void;
  readonly onFold: (name: string) => void;
}

const ROW = 28;

export function Gantt(props: GanttProps) {
  const { rows, all, upstream, began, live, chosen, open, onChoose, onFold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const second = useOfNow((now) => (live ? now.getTime() : 0));
  const drawn = useMemo(
    () => timeline(all, upstream, began, new Date(second || Date.now())),
    [all, upstream, began, second],
  );
  const children = useMemo(() => childCounts(all), [all]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    // The axis lies over the first of them.
    scrollPaddingEnd: 22,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const place = rows.findIndex((row) => row.id === chosen);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place);
  }, [place, virtual.scrollToIndex]);

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = rows[place];
    const go = (to: number) => {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (next) onChoose(next.id);
    };
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(place + 1),
      ArrowUp: () => go(place - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => row?.role === "group" && !open.has(row.id) && onFold(row.id),
      ArrowLeft: () => row && (open.has(row.id) ? onFold(row.id) : row.parent && onChoose(row.parent)),
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <div
      ref={scroller}
      className={styles.gantt}
      role="treegrid"
      aria-label="Blocks over time"
      aria-rowcount={rows.length}
      tabIndex={0}
      aria-activedescendant={place >= 0 ? `bar-${place}` : undefined}
      onKeyDown={press}
    >
      <div className={styles.axis} aria-hidden>
        <span />
        <span className={styles.track}>
          {drawn.ticks.map((tick) => (
            <span key={tick.seconds} className={styles.tick} style={{ left: `${tick.at * 100}%` }}>
              {tickWords(tick.seconds)}
            </span>
          ))}
        </span>
        <span />
      </div>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }} role="rowgroup">
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const group = row.role === "group";
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
            <div
              key={item.key}
              id={`bar-${item.index}`}
              role="row"
              aria-rowindex={item.index + 1}
              aria-level={row.role === "child" || row.role === "callback" ? 2 : 1}
              aria-expanded={group ? open.has(row.id) : undefined}
              aria-selected={row.id === chosen}
              className={styles.row}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => onChoose(row.id)}
            >
              <div role="gridcell" className={styles.name}>
                {group ? (
                  <button
                    type="button"
                    tabIndex={-1}
                    className={styles.fold}
                    aria-label={open.has(row.id) ? `Fold ${row.id}` : `Unfold ${row.id}`}
                    onClick={(event) => {
                      event.stopPropagation();
                      onFold(row.id);
                    }}
                  >
                    {open.has(row.id) ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
                  </button>
                ) : (
                  <span className={row.role === "block" ? styles.space : styles.deeper} />
                )}
                <StateChip state={row.state} small />
                <span className={`ellipsis ${drawn.critical.has(row.id) ? styles.critical : ""}`} title={row.id}>
                  {row.role === "child" ? row.id.slice(row.block.length) || row.id : row.id}
                </span>
              </div>
              <div role="gridcell" className={styles.track}>
                {drawn.gaps.map((gap) => (
                  <span key={gap} className={styles.gap} style={{ left: `${gap * 100}%` }} />
                ))}
                <Bars row={row} bar={drawn.bars.get(row.id)} why={props.reasons.get(row.id)} />
              </div>
              <div role="gridcell" className={styles.told}>
                {row.attempts > 1 ? (
                  <Tip text={`It was attempted ${row.attempts} times.`}>
                    <span className="hint">{row.attempts}×</span>
                  </Tip>
                ) : null}
                <Told row={row} counts={children.get(row.id)} why={props.reasons.get(row.id)} />
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Round, as ticks are: `0`, `50 ms`, `2.5 s`, `3 min`. */
function tickWords(seconds: number): string {
  if (seconds === 0) return "0";
  return seconds < 1 || seconds >= 60 ? duration(seconds) : `${Number(seconds.toFixed(2))} s`;
}

interface BarsProps {
  readonly row: BlockRun;
  readonly bar: Bar | undefined;
  readonly why: string | undefined;
}

function Bars({ row, bar, why }: BarsProps) {
  if (!bar?.work && !bar?.wait) {
    const text = why ?? row.reason;
    return text ? <span className={`hint ellipsis ${styles.instead}`}>{text.replaceAll("`", "")}</span> : null;
  }
  const tone = lookOf(row.state).tone;
  return (
    <>
      {bar.wait ? (
        <Tip text={`Waited ${duration(bar.waited)}${why && !isFinal(row.state) ? `. ${why}` : ""}`}>
          <span className={styles.wait} style={placed(bar.wait)} />
        </Tip>
      ) : null}
      {bar.work ? (
        <Tip text={`${row.id}: ${lookOf(row.state).word}, ${duration(row.seconds) || "so far"}`}>
          <span className={`${styles.work} ${styles[tone] ?? ""}`} style={placed(bar.work)} />
        </Tip>
      ) : null}
    </>
  );
}

const placed = ({ from, to }: { readonly from: number; readonly to: number }) => ({
  left: `${from * 100}%`,
  width: `${Math.max(0, to - from) * 100}%`,
});

interface ToldProps {
  readonly row: BlockRun;
  readonly counts: ReadonlyMap<string, number> | undefined;
  readonly why: string | undefined;
}

/** What there is to say in a few words, at the end of the row. */
function Told({ row, counts, why }: ToldProps) {
  if (row.role === "group" && counts) {
    const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
    return (
      <>
        <Tip text={[...counts].map(([state, number]) => `${number} ${lookOf(state).word.toLowerCase()}`).join(", ")}>
          <span className={styles.strip} role="img" aria-label={counted(all, "child", "children")}>
            {[...counts].map(([state, number]) => (
              <span key={state} className={styles[lookOf(state).tone]} style={{ flexGrow: number }} />
            ))}
          </span>
        </Tip>
        <span>
          {counts.get("completed") ?? 0} of {all}
        </span>
      </>
    );
  }
  if (row.reused) {
    return (
      <Tip text={`The result of run ${row.source_run} stands in: nothing that it depends on has changed.`}>
        <span className={styles.reused}>
          <Link2 size={13} aria-hidden /> reused
        </span>
      </Tip>
    );
  }
  if (row.state === "running" && row.started) return <Elapsed since={row.started} />;
  if (row.state === "completed") {
    const rows = row.outputs.find((output) => output.rows !== null)?.rows;
    return (
      <>
        {rows != null ? <span className="hint">{counted(rows, "row")}</span> : null}
        <span>{duration(row.seconds)}</span>
      </>
    );
  }
  if (row.state === "failed") return <span>{duration(row.seconds)}</span>;
  return (
    <Tip text={why ?? row.reason}>
      <span className="hint">{lookOf(row.state).word.toLowerCase()}</span>
    </Tip>
  );
}
