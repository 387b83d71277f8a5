/** The three columns and what divides them: dragged, or moved by arrow keys; remembered. On narrow screens the result
 * lies under the code, on a phone one of the three is shown. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState, useSyncExternalStore } from "react";
import styles from "../workspace.module.css";

const KEPT = "blockwright.columns";
const NARROWEST = 180;
const WIDEST = 560;
const STEP = 16;

interface Widths {
  readonly side: number;
  /** How much of what is left the result takes. */
  readonly share: number;
}

function keptWidths(): Widths {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Widths>;
    return {
      side: within(Number(kept.side) || 252, NARROWEST, WIDEST),
      share: within(Number(kept.share) || 0.5, 0.2, 0.8),
    };
  } catch {
    return { side: 252, share: 0.5 };
  }
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", watcher);
      return () => media.removeEventListener("change", watcher);
    },
    () => window.matchMedia(query).matches,
  );
}

export type Pane = "graph" | "code" | "result";

interface ColumnsProps {
  readonly side: ReactNode;
  readonly code: ReactNode;
  /** None: results lie under their blocks. */
  readonly result: ReactNode | undefined;
  readonly pane: Pane;
  readonly onPane: (pane: Pane) => void;
  /** The side takes the room, code and result stand beside it. */
  readonly graphFirst: boolean;
}

export function Columns({ side, code, result, pane, onPane, graphFirst }: ColumnsProps) {
  const [widths, setWidths] = useState(keptWidths);
  const frame = useRef<HTMLDivElement>(null);
  const docked = useMedia("(max-width: 1279px)") || graphFirst;
  const phone = useMedia("(max-width: 899px)");
  const change = (next: Widths) => {
    setWidths(next);
    localStorage.setItem(KEPT, JSON.stringify(next));
  };
  const moveSide = (by: number) => change({ ...widths, side: within(widths.side + by, NARROWEST, WIDEST) });
  const moveShare = (by: number) => {
    const box = frame.current?.getBoundingClientRect();
    const room = docked ? (box?.height ?? 1) : (box?.width ?? 1) - widths.side;
    change({ ...widths, share: within(widths.share - by / room, 0.2, 0.8) });
  };

  if (phone) {
    const panes: readonly (readonly [Pane, string, ReactNode])[] = [
      ["graph", "Graph", side],
      ["code", "Code", code],
      ["result", "Result", result],
    ];
    return (
      <div className={styles.phone}>
        <div role="tablist" aria-label="Parts of the workspace" className={styles.sideTabs}>
          {panes.map(([name, word, shown]) =>
            shown ? (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={pane === name}
                className={styles.sideTab}
                onClick={() => onPane(name)}
              >
                {word}
              </button>
            ) : null,
          )}
        </div>
        {panes.map(([name, word, shown]) => (
          <section key={name} aria-label={word} hidden={name !== pane} className={styles.pane}>
            {name === pane ? shown : null}
          </section>
        ))}
      </div>
    );
  }

  const first = graphFirst ? "minmax(0, 1fr)" : `${widths.side}px`;
  const rest = graphFirst ? `${Math.max(480, widths.side * 2)}px` : "minmax(0, 1fr)";
  const style: React.CSSProperties = docked
    ? {
        gridTemplateColumns: `${first} 1px ${rest}`,
        gridTemplateRows: result
          ? `minmax(0, ${1 - widths.share}fr) 1px minmax(0, ${widths.share}fr)`
          : "minmax(0, 1fr)",
        gridTemplateAreas: result ? '"side line code" "side line cut" "side line result"' : '"side line code"',
      }
    : {
        gridTemplateColumns: result
          ? `${first} 1px minmax(0, ${1 - widths.share}fr) 1px minmax(0, ${widths.share}fr)`
          : `${first} 1px minmax(0, 1fr)`,
        gridTemplateRows: "minmax(0, 1fr)",
        gridTemplateAreas: result ? '"side line code cut result"' : '"side line code"',
      };
  return (
    <div ref={frame} className={styles.columns} style={style}>
      <section aria-label="Overview" data-region className={styles.pane} style={{ gridArea: "side" }}>
        {side}
      </section>
      <Divider
        label="Width of the overview"
        area="line"
        value={widths.side}
        range={[NARROWEST, WIDEST]}
        onMove={moveSide}
      />
      <section aria-label="Blocks" data-region className={styles.pane} style={{ gridArea: "code" }}>
        {code}
      </section>
      {result ? (
        <>
          <Divider
            label="Size of the result"
            area="cut"
            flat={docked}
            value={Math.round(widths.share * 100)}
            range={[20, 80]}
            onMove={moveShare}
          />
          <section
            aria-label="Result"
            data-region
            className={`${styles.pane} ${styles.result}`}
            style={{ gridArea: "result" }}
          >
            {result}
          </section>
        </>
      ) : null}
    </div>
  );
}

interface DividerProps {
  readonly label: string;
  readonly area: string;
  readonly flat?: boolean;
  readonly value: number;
  readonly range: readonly [number, number];
  readonly onMove: (by: number) => void;
}

function Divider({ label, area, flat = false, value, range, onMove }: DividerProps) {
  const latest = useRef(onMove);
  latest.current = onMove;
  const drag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    let before = flat ? event.clientY : event.clientX;
    const move = (next: globalThis.PointerEvent) => {
      const now = flat ? next.clientY : next.clientX;
      latest.current(now - before);
      before = now;
    };
    const end = () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", end);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={flat ? "horizontal" : "vertical"}
      aria-valuenow={value}
      aria-valuemin={range[0]}
      aria-valuemax={range[1]}
      className={flat ? styles.flatDivider : styles.divider}
      style={{ gridArea: area }}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
}
