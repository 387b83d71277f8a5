/** Where one looks at the graph from: moved by dragging, the wheel and the buttons; it fits itself until then. */
import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { Layout, Placed } from "./model/layout";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const NEAREST = 1.6;
const FARTHEST = 0.06;
/** Below this, a graph that does not fit is shown from its beginning instead of whole. */
const READABLE = 0.85;
const EDGE = 16;

export function fitted(layout: Layout, size: Size, smallest: number): View {
  const whole = Math.min(1, size.width / layout.width, size.height / layout.height);
  const zoom = Math.max(whole, smallest);
  const x = Math.max(0, (size.width - layout.width * zoom) / 2);
  return { x: layout.width * zoom < size.width * 0.6 ? Math.min(x, EDGE * 3) : x, y: 0, zoom };
}

/** The view moved just so far that all of a node is in it. */
export function showing(view: View, node: Placed, size: Size): View {
  const shift = (start: number, length: number, room: number) =>
    start < EDGE ? EDGE - start : start + length > room - EDGE ? room - EDGE - start - length : 0;
  return {
    ...view,
    x: view.x + shift(node.x * view.zoom + view.x, node.width * view.zoom, size.width),
    y: view.y + shift(node.y * view.zoom + view.y, node.height * view.zoom, size.height),
  };
}

export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const zoom = Math.max(FARTHEST, Math.min(NEAREST, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

export function useView(
  frame: RefObject<HTMLElement | null>,
  layout: Layout,
  size: Size,
  selected: Placed | undefined,
) {
  const [view, setView] = useState<View>({ x: 0, y: 0, zoom: 1 });
  const moved = useRef(false);

  useEffect(() => {
    if (!moved.current && layout.width && size.width) setView(fitted(layout, size, READABLE));
  }, [layout, size]);

  const place = selected && `${selected.id} ${selected.x} ${selected.y}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice or place moves the view
  useEffect(() => {
    if (selected && size.width) setView((now) => showing(now, selected, size));
  }, [place, size.width > 0]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    // React's own listeners are passive: they could not keep the page from zooming.
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      moved.current = true;
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      if (event.ctrlKey || event.metaKey) setView((now) => zoomed(now, Math.exp(-event.deltaY / 240), at));
      else if (event.shiftKey && !event.deltaX) setView((now) => ({ ...now, x: now.x - event.deltaY }));
      else setView((now) => ({ ...now, x: now.x - event.deltaX, y: now.y - event.deltaY }));
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [frame]);

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const start = { x: event.clientX, y: event.clientY };
    const before = view;
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent) => {
      moved.current = true;
      setView({ ...before, x: before.x + next.clientX - start.x, y: before.y + next.clientY - start.y });
    };
    const end = () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", end);
      element.removeEventListener("pointercancel", end);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  };

  return {
    view,
    drag,
    fit: () => {
      moved.current = false;
      setView(fitted(layout, size, FARTHEST));
    },
    scale: (factor: number) => {
      moved.current = true;
      setView((now) => zoomed(now, factor, { x: size.width / 2, y: size.height / 2 }));
    },
  };
}
