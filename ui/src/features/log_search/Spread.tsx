/** How the lines that fit are spread over time, by level. A part of it, drawn with the mouse or chosen by keys, becomes the
 * time that is searched. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { counted, duration } from "@/ui/format";
import { Ago } from "@/ui/time";
import { logHistogram } from "./api";
import {
  axisLabel,
  type Bar,
  barsOf,
  type Choice,
  type LogSpread,
  placeAt,
  rangeOf,
  sumOf,
  writtenMoment,
} from "./bars";
import styles from "./log_search.module.css";
import type { Asked } from "./parse";

interface SpreadProps {
  readonly asked: Asked;
  /** Both empty: all times. */
  readonly onWindow: (since: string, until: string) => void;
}

export function Spread({ asked, onWindow }: SpreadProps) {
  const { data } = useQuery(logHistogram(useProject(), asked));
  if (!data) return <div className={styles.spread} aria-hidden />;
  const { spread, lines, counted_to } = data;
  return (
    <section className={styles.spread} aria-label="Lines over time">
      {spread ? <Bars key={`${spread.start} ${spread.seconds}`} spread={spread} onWindow={onWindow} /> : null}
      <p className={styles.summary}>
        <span>
          {counted(lines, "line")}
          {spread ? ` · a bar is ${duration(spread.seconds)}` : ""}
        </span>
        {counted_to ? (
          <span>
            counted in runs since <Ago at={counted_to} />: there are more before
          </span>
        ) : null}
        {asked.since || asked.until ? (
          <Button look="bare" onClick={() => onWindow("", "")}>
            All times
          </Button>
        ) : null}
      </p>
    </section>
  );
}

const HIGH = 48;

function Bars({ spread, onWindow }: { readonly spread: LogSpread; readonly onWindow: SpreadProps["onWindow"] }) {
  const bars = useMemo(() => barsOf(spread), [spread]);
  const [chosen, setChosen] = useState<Choice>();
  const [drawing, setDrawing] = useState(false);
  const most = Math.max(1, ...bars.map(sumOf));
  const range = chosen ? rangeOf(chosen) : undefined;

  const show = () => {
    const [first, last] = range ?? [0, 0];
    const from = bars[first];
    const to = bars[last];
    if (from && to) onWindow(writtenMoment(from.from), writtenMoment(to.to));
  };
  const placeOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return placeAt((event.clientX - box.left) / box.width, bars.length);
  };
  const press = (event: KeyboardEvent) => {
    const now = chosen?.at ?? bars.length;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (to !== undefined) {
      const at = Math.max(0, Math.min(bars.length - 1, to));
      setChosen({ begun: event.shiftKey && chosen ? chosen.begun : at, at });
    } else if (event.key === "Enter" && chosen) show();
    else if (event.key === "Escape" && chosen) setChosen(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        className={styles.bars}
        aria-label="Time: arrows move, Shift and arrows choose more, Enter searches it"
        aria-valuemin={0}
        aria-valuemax={bars.length - 1}
        aria-valuenow={chosen?.at ?? bars.length - 1}
        aria-valuetext={spoken(bars, range ?? [0, bars.length - 1], spread.seconds)}
        title={range ? spoken(bars, range, spread.seconds) : undefined}
        onKeyDown={press}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = placeOf(event);
          setDrawing(true);
          setChosen({ begun: at, at });
        }}
        onPointerMove={(event) => {
          const at = placeOf(event);
          if (drawing && chosen) setChosen({ begun: chosen.begun, at });
        }}
        onPointerUp={() => {
          if (!drawing) return;
          setDrawing(false);
          show();
        }}
        onPointerCancel={() => {
          setDrawing(false);
          setChosen(undefined);
        }}
      >
        <svg viewBox={`0 0 ${bars.length} ${HIGH}`} preserveAspectRatio="none" aria-hidden>
          {range ? (
            <rect className={styles.chosen} x={range[0]} width={range[1] - range[0] + 1} y={0} height={HIGH} />
          ) : null}
          {bars.map((bar, place) => (
            <Stack key={bar.from} bar={bar} place={place} most={most} />
          ))}
        </svg>
      </div>
      <div className={styles.axis} aria-hidden>
        {[0, 0.25, 0.5, 0.75].map((share) => (
          <span key={share}>{axisLabel(bars[placeAt(share, bars.length)]?.from ?? 0, spread.seconds)}</span>
        ))}
        <span>{axisLabel(bars.at(-1)?.to ?? 0, spread.seconds)}</span>
      </div>
    </>
  );
}

/** Even one line among thousands is to be seen. */
const tallOf = (value: number, most: number): number => (value ? Math.max(2, (value / most) * HIGH) : 0);

function Stack({ bar, place, most }: { readonly bar: Bar; readonly place: number; readonly most: number }) {
  const parts = [
    { className: styles.fails, tall: tallOf(bar.fail, most) },
    { className: styles.warns, tall: tallOf(bar.warn, most) },
    { className: styles.rests, tall: tallOf(bar.rest, most) },
  ];
  let base = HIGH;
  return parts.map(({ className, tall }) => {
    base -= tall;
    return tall ? (
      <rect key={className} className={className} x={place + 0.08} width={0.84} y={Math.max(0, base)} height={tall} />
    ) : null;
  });
}

function spoken(bars: readonly Bar[], [first, last]: readonly [number, number], seconds: number): string {
  const within = bars.slice(first, last + 1);
  const total = (read: (bar: Bar) => number) => within.reduce((sum, bar) => sum + read(bar), 0);
  const fail = total(({ fail }) => fail);
  const warn = total(({ warn }) => warn);
  const told = [
    counted(total(sumOf), "line"),
    ...(fail ? [counted(fail, "error")] : []),
    ...(warn ? [counted(warn, "warning")] : []),
  ];
  const [from = 0, to = 0] = [within[0]?.from, within.at(-1)?.to];
  return `${axisLabel(from, seconds)} to ${axisLabel(to, seconds)}: ${told.join(", ")}`;
}
