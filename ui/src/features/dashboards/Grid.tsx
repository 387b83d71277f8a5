/** The charts in their places. In edit mode a chart is moved and sized by arrow keys, by its corner, or by its grip. */
import { useQuery } from "@tanstack/react-query";
import { Grip } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { ChartCard, charts } from "@/features/charts";
import { Empty } from "@/ui/blocks";
import type { MenuEntry } from "@/ui/Menu";
import { announce } from "@/ui/toasts";
import { type DashboardDocument, dashboards, type Tile } from "./api";
import styles from "./dashboards.module.css";
import { inOrder, moved, type Place, sized } from "./model/grid";

const ROW_PX = 80;
const GAP_PX = 10;

interface GridProps {
  readonly project: string;
  readonly document: DashboardDocument;
  /** As the server has it: what it does not have yet is drawn by its settings. */
  readonly saved: DashboardDocument;
  readonly chosen: readonly string[];
  readonly editing: boolean;
  readonly onLayout: (layout: readonly Place[]) => void;
  readonly onEdit: (tile: Tile) => void;
  readonly onRemove: (tile: Tile) => void;
  readonly refusal: string | undefined;
}

export function Grid(props: GridProps) {
  const { document, saved, editing, onLayout } = props;
  const grid = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<string>();
  const layout = document.layout;

  const step = (event: KeyboardEvent, tile: Tile) => {
    const arrow = ARROWS[event.key];
    if (!editing || !arrow || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    const next = event.shiftKey ? sized(layout, tile.name, ...arrow) : moved(layout, tile.name, ...arrow);
    onLayout(next);
    const own = next.find((place) => place.tile === tile.name);
    if (own)
      announce(
        `${tile.title}: column ${own.x + 1}, row ${own.y + 1}, ${own.width} columns wide, ${own.height} rows high`,
      );
  };

  const drag = (event: PointerEvent, tile: Tile, act: typeof moved) => {
    const box = grid.current;
    if (!box || event.button !== 0) return;
    event.preventDefault();
    const column = (box.clientWidth + GAP_PX) / 12;
    const from = { x: event.clientX, y: event.clientY };
    let last = "0 0";
    setDragged(tile.name);
    const follow = (move: globalThis.PointerEvent) => {
      const across = Math.round((move.clientX - from.x) / column);
      const down = Math.round((move.clientY - from.y) / (ROW_PX + GAP_PX));
      if (`${across} ${down}` === last) return;
      last = `${across} ${down}`;
      // From where it was when it was taken, so that what made room comes back.
      onLayout(act(layout, tile.name, across, down));
    };
    const end = () => {
      window.removeEventListener("pointermove", follow);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      setDragged(undefined);
    };
    window.addEventListener("pointermove", follow);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  };

  return (
    <div ref={grid} className={`${styles.grid} ${editing ? styles.changing : ""}`}>
      {inOrder(layout).map((place) => {
        const tile = document.tiles.find(({ name }) => name === place.tile);
        if (!tile) return null;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: in edit mode it is a thing that arrow keys move
          <div
            key={tile.name}
            className={`${styles.tile} ${dragged === tile.name ? styles.dragged : ""}`}
            style={{
              gridColumn: `${place.x + 1} / span ${place.width}`,
              gridRow: `${place.y + 1} / span ${place.height}`,
            }}
            {...(editing
              ? { tabIndex: 0, role: "group", "aria-label": `${tile.title}: arrows move, Shift and arrows size` }
              : {})}
            onKeyDown={(event) => step(event, tile)}
          >
            <OneTile {...props} tile={tile} known={isSaved(saved, tile)}>
              {editing ? (
                <span className={styles.grip} onPointerDown={(event) => drag(event, tile, moved)}>
                  <Grip size={14} aria-hidden />
                </span>
              ) : null}
            </OneTile>
            {editing ? <span className={styles.corner} onPointerDown={(event) => drag(event, tile, sized)} /> : null}
          </div>
        );
      })}
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether the server draws this very chart, whatever it is called. */
function isSaved({ tiles }: DashboardDocument, tile: Tile): boolean {
  const found = tiles.find(({ name }) => name === tile.name);
  return found !== undefined && JSON.stringify({ ...found, title: "" }) === JSON.stringify({ ...tile, title: "" });
}

interface OneTileProps extends GridProps {
  readonly tile: Tile;
  readonly known: boolean;
  readonly children: React.ReactNode;
}

function OneTile({ project, saved, chosen, tile, known, editing, onEdit, onRemove, refusal, children }: OneTileProps) {
  const stored = useQuery({ ...dashboards.chart(project, saved.id, saved.etag, tile.name, chosen), enabled: known });
  const fresh = useQuery({
    ...charts.preview(project, tile.pipeline, tile.block, tile.configuration),
    enabled: !known && tile.block !== "",
  });
  const beside = useQuery({ ...charts.one(project, tile.pipeline, tile.chart), enabled: !known && tile.chart !== "" });
  const asked = known ? stored : tile.chart ? beside : fresh;
  const { data: listed } = useQuery({
    ...charts.list(project, tile.pipeline),
    enabled: tile.chart !== "" && tile.pipeline !== "",
  });
  const byCode = listed?.find(({ uuid }) => uuid === tile.chart)?.by_code;
  const entries: readonly MenuEntry[] = [
    { label: "Edit chart", act: () => onEdit(tile), blocked: refusal },
    ...(editing ? [{ label: "Remove from the dashboard", act: () => onRemove(tile) }] : []),
  ];
  if (tile.problem && known)
    return (
      <section className={styles.broken} aria-label={`Chart ${tile.title}`}>
        <h3>{tile.title}</h3>
        {children}
        <Empty>{tile.problem.replaceAll("`", "")}</Empty>
      </section>
    );
  return (
    <ChartCard
      project={project}
      title={tile.title}
      drawing={asked.data}
      error={asked.error}
      onRetry={() => void asked.refetch()}
      code={byCode ? { pipeline: tile.pipeline, chart: tile.chart } : undefined}
      entries={entries}
    >
      {children}
    </ChartCard>
  );
}
