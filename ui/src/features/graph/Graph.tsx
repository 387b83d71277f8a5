/** Blocks and what flows between them: lines in one drawing, nodes only where one looks, dots from far away. */
import { Minus, Plus, X } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "@/ui/Button";
import { counted } from "@/ui/format";
import type { Tone } from "@/ui/states";
import { useSize } from "@/ui/useSize";
import styles from "./graph.module.css";
import { around, depths, type Edge, neighbour, type Placed, pathOf, refusal } from "./model/layout";
import { Overview } from "./Overview";
import { useLayout } from "./useLayout";
import { useView } from "./useView";

export interface GraphNode {
  readonly id: string;
  readonly title: string;
  /** Under the name: duration, rows, an error in a word. */
  readonly detail: string;
  readonly mark: ReactNode;
  readonly tone: Tone;
  /** The state in words, for readers. */
  readonly spoken: string;
  readonly active?: boolean;
}

interface GraphProps {
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
  readonly selected?: string | undefined;
  readonly onSelect: (id: string) => void;
  readonly onOpen?: ((id: string) => void) | undefined;
  readonly onConnect?: ((source: string, target: string) => void) | undefined;
  readonly onDisconnect?: ((source: string, target: string) => void) | undefined;
  readonly unit?: string;
}

const NARROWEST = 132;
const WIDEST = 232;
const HEIGHT = 44;
/** From this far away nodes are dots. */
const DOTS = 0.4;
const BORDER = 9;

interface Drawing {
  readonly from: string;
  readonly upwards: boolean;
  readonly x: number;
  readonly y: number;
}

export function Graph({
  label,
  nodes,
  edges,
  selected,
  onSelect,
  onOpen,
  onConnect,
  onDisconnect,
  unit = "block",
}: GraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const sized = useMemo(
    () => nodes.map(({ id, title, detail }) => ({ id, width: widthOf(title, detail), height: HEIGHT })),
    [nodes],
  );
  const layout = useLayout(sized, edges);
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const links = useMemo(() => around(edges), [edges]);
  const levels = useMemo(() => depths([...byId.keys()], links), [byId, links]);
  const own = layout.nodes.find((node) => node.id === selected);
  const { view, drag, fit, scale } = useView(frame, layout, size, own);
  const [drawing, setDrawing] = useState<Drawing>();
  const [edge, setEdge] = useState("");
  const wants = useRef(false);

  const far = view.zoom < DOTS;
  const seen = (node: Placed) =>
    node.id === selected ||
    (!far &&
      (node.x + node.width) * view.zoom + view.x > -80 &&
      node.x * view.zoom + view.x < size.width + 80 &&
      (node.y + node.height) * view.zoom + view.y > -80 &&
      node.y * view.zoom + view.y < size.height + 80);
  const shown = layout.nodes.filter(seen);

  useEffect(() => {
    if (!wants.current) return;
    wants.current = false;
    frame.current?.querySelector<HTMLElement>("[aria-selected='true']")?.focus({ preventScroll: true });
  });

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = neighbour(layout, links, selected ?? "", event.key);
      event.preventDefault();
      event.stopPropagation();
      if (!next) return;
      wants.current = true;
      onSelect(next);
    } else if (event.key === "Enter" && selected && onOpen) {
      event.preventDefault();
      event.stopPropagation();
      onOpen(selected);
    } else if (event.key === "+" || event.key === "-") scale(event.key === "+" ? 1.25 : 0.8);
  };

  const grab = (event: PointerEvent<HTMLElement>, node: Placed) => {
    event.stopPropagation();
    if (event.button !== 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const inside = [
      event.clientX - box.left,
      box.right - event.clientX,
      event.clientY - box.top,
      box.bottom - event.clientY,
    ];
    if (!onConnect || Math.min(...inside) > BORDER) return;
    const upwards = event.clientY - box.top < BORDER && box.bottom - event.clientY > BORDER;
    const at = (pointer: { clientX: number; clientY: number }) => {
      const outer = frame.current?.getBoundingClientRect();
      return {
        x: (pointer.clientX - (outer?.left ?? 0) - view.x) / view.zoom,
        y: (pointer.clientY - (outer?.top ?? 0) - view.y) / view.zoom,
      };
    };
    const move = (next: globalThis.PointerEvent) => setDrawing({ from: node.id, upwards, ...at(next) });
    const end = (last: globalThis.PointerEvent) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      setDrawing(undefined);
      const under = document.elementFromPoint(last.clientX, last.clientY)?.closest<HTMLElement>("[data-node]");
      const other = under?.dataset.node;
      if (!other || other === node.id) return;
      const [source, target] = upwards ? [other, node.id] : [node.id, other];
      if (!refusal(source, target, links)) onConnect(source, target);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  };

  const refused = (id: string) =>
    drawing && (drawing.upwards ? refusal(id, drawing.from, links) : refusal(drawing.from, id, links));
  const begun = drawing && layout.nodes.find((node) => node.id === drawing.from);
  const chosen = layout.routes.find((route) => keyOf(route) === edge);

  return (
    <div className={styles.graph}>
      <div
        ref={frame}
        className={styles.frame}
        onPointerDown={(event) => {
          setEdge("");
          drag(event);
        }}
      >
        {far ? <Overview layout={layout} nodes={byId} view={view} size={size} /> : null}
        <div className={styles.plane} style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}>
          <svg className={styles.lines} width={layout.width} height={layout.height} aria-hidden>
            <title>Edges</title>
            {far
              ? null
              : layout.routes.map((route) => {
                  const path = pathOf(route.points);
                  const mine = route.source === selected || route.target === selected || keyOf(route) === edge;
                  return (
                    <g key={keyOf(route)} className={byId.get(route.target)?.active ? styles.flowing : undefined}>
                      <path d={path} className={mine ? styles.mine : undefined} />
                      {onDisconnect ? (
                        <path
                          d={path}
                          className={styles.wide}
                          onPointerDown={(event) => {
                            event.stopPropagation();
                            setEdge(keyOf(route));
                          }}
                        />
                      ) : null}
                    </g>
                  );
                })}
            {drawing && begun ? (
              <path
                className={styles.drawn}
                d={`M${begun.x + begun.width / 2} ${drawing.upwards ? begun.y : begun.y + begun.height}L${drawing.x} ${drawing.y}`}
              />
            ) : null}
          </svg>
          <div role="tree" aria-label={label} className={styles.tree} onKeyDown={press}>
            {shown.map((place) => {
              const node = byId.get(place.id);
              if (!node) return null;
              const reason = refused(place.id);
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
                <div
                  key={place.id}
                  role="treeitem"
                  data-node={place.id}
                  aria-level={(levels.get(place.id) ?? 0) + 1}
                  aria-selected={place.id === selected}
                  tabIndex={place.id === (selected ?? layout.nodes[0]?.id) ? 0 : -1}
                  data-tip={reason ?? `${node.title} · ${node.spoken}`}
                  className={`${styles.node} ${onConnect ? styles.connects : ""} ${reason && place.id !== drawing?.from ? styles.faded : ""}`}
                  style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
                  onPointerDown={(event) => grab(event, place)}
                  onClick={() => onSelect(place.id)}
                  onDoubleClick={() => onOpen?.(place.id)}
                >
                  <span className={styles[node.tone]}>{node.mark}</span>
                  <span className={styles.words}>
                    <span className={styles.title}>
                      {node.title}
                      <span className="unseen">
                        {spoken(node, links.up.get(place.id)?.length ?? 0, links.down.get(place.id)?.length ?? 0)}
                      </span>
                    </span>
                    <span className={styles.detail} aria-hidden>
                      {node.detail}
                    </span>
                  </span>
                </div>
              );
            })}
          </div>
          {chosen && onDisconnect ? (
            <Cut
              route={chosen}
              onCut={() => {
                setEdge("");
                onDisconnect(chosen.source, chosen.target);
              }}
            />
          ) : null}
        </div>
      </div>
      <div className={styles.foot}>
        <span className="quiet">{counted(nodes.length, unit)}</span>
        <button type="button" className={styles.plain} onClick={fit}>
          Fit
        </button>
        <IconButton label="Smaller" keys="-" onClick={() => scale(0.8)}>
          <Minus size={14} aria-hidden />
        </IconButton>
        <span className={styles.percent}>{Math.round(view.zoom * 100)} %</span>
        <IconButton label="Larger" keys="+" onClick={() => scale(1.25)}>
          <Plus size={14} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

function Cut({
  route,
  onCut,
}: {
  readonly route: Edge & { points: readonly { x: number; y: number }[] };
  readonly onCut: () => void;
}) {
  const middle = route.points[Math.floor(route.points.length / 2)];
  if (!middle) return null;
  return (
    <span
      className={styles.cut}
      style={{ left: middle.x - 12, top: middle.y - 12 }}
      onPointerDown={(event) => event.stopPropagation()}
    >
      <IconButton label={`Disconnect ${route.target} from ${route.source}`} onClick={onCut}>
        <X size={14} aria-hidden />
      </IconButton>
    </span>
  );
}

const keyOf = ({ source, target }: Edge) => `${source}\n${target}`;

/** As wide as its words, within bounds: 6.6 and 5.8 px are a letter of 12 and of 11 px. */
function widthOf(title: string, detail: string): number {
  return Math.round(
    Math.max(NARROWEST, Math.min(WIDEST, 42 + title.length * 6.8, 232), Math.min(WIDEST, 42 + detail.length * 5.9)),
  );
}

/** What is heard behind the name. */
function spoken(node: GraphNode, inputs: number, outputs: number): string {
  return `, ${node.spoken}, ${counted(inputs, "input")}, ${counted(outputs, "output")}`;
}
