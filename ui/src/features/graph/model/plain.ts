/** Layers for large graphs, in a time that grows with their size: the exact way needs seconds for five hundred blocks. */
import { around, depths, type Edge, type Layout, type Sized } from "./layout";

const MARGIN = 10;
const BESIDE = 10;
const BELOW = 40;
const SWEEPS = 6;

export function plain(nodes: readonly Sized[], edges: readonly Edge[]): Layout {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const real = edges.filter(({ source, target }) => source !== target && known.has(source) && known.has(target));
  const { up, down } = around(real);
  const rank = depths([...known.keys()], { up, down });
  const layers: string[][] = [];
  for (const { id } of nodes) {
    const depth = rank.get(id) ?? 0;
    while (layers.length <= depth) layers.push([]);
    layers[depth]?.push(id);
  }
  // Each block stands near the middle of its neighbours, looking up and down in turn.
  const middle = new Map<string, number>();
  const mean = (names: readonly string[] | undefined) =>
    names?.length ? names.reduce((sum, name) => sum + (middle.get(name) ?? 0), 0) / names.length : undefined;
  for (let sweep = 0; sweep <= SWEEPS; sweep += 1) {
    const downwards = sweep % 2 === 0;
    for (const layer of downwards ? layers : [...layers].reverse()) {
      const wish = new Map(layer.map((id) => [id, mean((downwards ? up : down).get(id)) ?? middle.get(id) ?? 0]));
      if (sweep) layer.sort((one, other) => (wish.get(one) ?? 0) - (wish.get(other) ?? 0));
      place(layer, wish, known, middle);
    }
  }
  const left = Math.min(...nodes.map(({ id, width }) => (middle.get(id) ?? 0) - width / 2), 0) - MARGIN;
  const tallest = Math.max(...nodes.map(({ height }) => height), 0);
  const placed = nodes.map((node) => ({
    ...node,
    x: (middle.get(node.id) ?? 0) - node.width / 2 - left,
    y: MARGIN + (rank.get(node.id) ?? 0) * (tallest + BELOW),
  }));
  const at = new Map(placed.map((node) => [node.id, node]));
  return {
    nodes: placed,
    routes: real.map((edge) => {
      const from = at.get(edge.source);
      const to = at.get(edge.target);
      return {
        ...edge,
        points:
          from && to
            ? [
                { x: from.x + from.width / 2, y: from.y + from.height },
                { x: to.x + to.width / 2, y: to.y },
              ]
            : [],
      };
    }),
    width: Math.max(...placed.map(({ x, width }) => x + width), 0) + MARGIN,
    height: Math.max(...placed.map(({ y, height }) => y + height), 0) + MARGIN,
  };
}

/** Side by side in their order, each as near to its wish as those before it let it be; then all back by what they were
 * pushed on average. */
function place(
  layer: readonly string[],
  wish: ReadonlyMap<string, number>,
  sizes: ReadonlyMap<string, Sized>,
  middle: Map<string, number>,
): void {
  let free = Number.NEGATIVE_INFINITY;
  let pushed = 0;
  for (const id of layer) {
    const half = (sizes.get(id)?.width ?? 0) / 2;
    const wanted = wish.get(id) ?? 0;
    const here = Math.max(wanted, free + half);
    pushed += here - wanted;
    middle.set(id, here);
    free = here + half + BESIDE;
  }
  for (const id of layer) middle.set(id, (middle.get(id) ?? 0) - pushed / layer.length);
}
