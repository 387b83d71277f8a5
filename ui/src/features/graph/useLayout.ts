/** The layout of a graph, worked out beside the page; until the next is there the last one stays. */
import { useEffect, useRef, useState } from "react";
import type { Answered, Asked, Edge, Layout, Sized } from "./model/layout";

const NOTHING: Layout = { nodes: [], routes: [], width: 0, height: 0 };

export function useLayout(nodes: readonly Sized[], edges: readonly Edge[]): Layout {
  const [layout, setLayout] = useState(NOTHING);
  const worker = useRef<Worker>(undefined);
  const asked = useRef(0);

  useEffect(() => {
    const made = new Worker(new URL("./model/worker.ts", import.meta.url), { type: "module", name: "graph" });
    worker.current = made;
    made.onmessage = ({ data }: MessageEvent<Answered>) => {
      if (data.number === asked.current) setLayout(data.layout);
    };
    return () => made.terminate();
  }, []);

  // Only the shape counts: a new state or duration moves nothing.
  const shape = JSON.stringify([nodes.map(({ id, width, height }) => [id, width, height]), edges]);
  useEffect(() => {
    const [sizes, lines] = JSON.parse(shape) as [[string, number, number][], Edge[]];
    asked.current += 1;
    worker.current?.postMessage({
      number: asked.current,
      nodes: sizes.map(([id, width, height]) => ({ id, width, height })),
      edges: lines,
    } satisfies Asked);
  }, [shape]);
  return layout;
}
