/** The graph from far away: dots and lines on a canvas. */
import { useEffect, useRef } from "react";
import type { GraphNode } from "./Graph";
import styles from "./graph.module.css";
import type { Layout } from "./model/layout";
import type { View } from "./useView";

interface OverviewProps {
  readonly layout: Layout;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly view: View;
  readonly size: { readonly width: number; readonly height: number };
}

export function Overview({ layout, nodes, view, size }: OverviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const drawing = canvas.current?.getContext("2d");
    const element = canvas.current;
    if (!drawing || !element) return;
    const dense = window.devicePixelRatio;
    element.width = size.width * dense;
    element.height = size.height * dense;
    const look = getComputedStyle(element);
    const colour = (name: string) => look.getPropertyValue(`--${name}`);
    drawing.setTransform(dense * view.zoom, 0, 0, dense * view.zoom, dense * view.x, dense * view.y);
    drawing.strokeStyle = colour("line-2");
    drawing.lineWidth = 1 / view.zoom;
    drawing.globalAlpha = 0.6;
    drawing.beginPath();
    for (const { points } of layout.routes)
      for (const [index, { x, y }] of points.entries()) {
        if (index) drawing.lineTo(x, y);
        else drawing.moveTo(x, y);
      }
    drawing.stroke();
    drawing.globalAlpha = 1;
    const tones = {
      ok: colour("bar"),
      run: colour("run"),
      fail: colour("fail"),
      warn: colour("warn"),
      idle: colour("surface"),
    };
    drawing.strokeStyle = colour("line-2");
    for (const { id, x, y, width, height } of layout.nodes) {
      drawing.fillStyle = tones[nodes.get(id)?.tone ?? "idle"];
      drawing.fillRect(x, y, width, height);
      drawing.strokeRect(x, y, width, height);
    }
  }, [layout, nodes, view, size]);
  return <canvas ref={canvas} className={styles.overview} aria-hidden />;
}
