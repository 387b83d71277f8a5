/** Layers from top to bottom. Runs in a worker: half a second for a large graph would stop the page. */
import { layout as arrange, graphlib } from "@dagrejs/dagre";
import type { Edge, Layout, Sized } from "./layout";
import { plain } from "./plain";

const MARGIN = 10;
/** Up to here the finest layout costs less than a tenth of a second. */
const FINE = 90;

export function layered(nodes: readonly Sized[], edges: readonly Edge[]): Layout {
  if (nodes.length > FINE) return plain(nodes, edges);
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: "TB",
    nodesep: 8,
    ranksep: 34,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map((node) => node.id));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { source, target } of edges)
    if (known.has(source) && known.has(target) && source !== target) graph.setEdge(source, target);
  arrange(graph);
  const size = graph.graph();
  return {
    nodes: nodes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id);
      return { id, width, height, x: x - width / 2, y: y - height / 2 };
    }),
    routes: graph.edges().map((edge) => ({ source: edge.v, target: edge.w, points: graph.edge(edge).points ?? [] })),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
}
