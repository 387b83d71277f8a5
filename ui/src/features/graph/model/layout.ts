/** What a graph is made of, and where its parts lie. */

export interface Edge {
  readonly source: string;
  readonly target: string;
}

export interface Sized {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placed extends Sized, Point {}

export interface Route extends Edge {
  readonly points: readonly Point[];
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

export interface Asked {
  readonly number: number;
  readonly nodes: readonly Sized[];
  readonly edges: readonly Edge[];
}

export interface Answered {
  readonly number: number;
  readonly layout: Layout;
}

/** Straight down from one block to the next; a soft bend where the way leads sideways. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  for (const point of rest) {
    if (point.x === before.x) path += `V${round(point.y)}`;
    else {
      const middle = (before.y + point.y) / 2;
      path += `C${round(before.x)} ${round(middle)} ${round(point.x)} ${round(middle)} ${round(point.x)} ${round(point.y)}`;
    }
    before = point;
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Everything that can be reached from a block along `next`, without itself. */
export function reached(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(next.get(from) ?? [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(next.get(name) ?? []));
  }
  found.delete(from);
  return found;
}

/** Neighbours by direction. */
export interface Around {
  readonly up: ReadonlyMap<string, readonly string[]>;
  readonly down: ReadonlyMap<string, readonly string[]>;
}

export function around(edges: readonly Edge[]): Around {
  const up = new Map<string, string[]>();
  const down = new Map<string, string[]>();
  const put = (map: Map<string, string[]>, key: string, value: string) => {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  for (const { source, target } of edges) {
    put(up, target, source);
    put(down, source, target);
  }
  return { up, down };
}

/** Why an edge cannot be drawn; nothing: it can. */
export function refusal(source: string, target: string, { up, down }: Around): string | undefined {
  if (source === target) return "A block cannot read its own result.";
  if (up.get(target)?.includes(source)) return `${target} reads ${source} already.`;
  if (reached(target, down).has(source)) return `${source} comes after ${target}: it would be a circle.`;
  return undefined;
}

/** How deep each block lies below those that read nothing. */
export function depths(ids: readonly string[], { up }: Around): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const depth = (id: string, path: ReadonlySet<string>): number => {
    const known = found.get(id);
    if (known !== undefined) return known;
    if (path.has(id)) return 0;
    const further = new Set(path).add(id);
    const own = Math.max(-1, ...(up.get(id) ?? []).map((name) => depth(name, further))) + 1;
    found.set(id, own);
    return own;
  };
  for (const id of ids) depth(id, new Set());
  return found;
}

/** Which node an arrow key leads to: along the edges up and down, to the nearest beside. */
export function neighbour(layout: Layout, edges: Around, from: string, key: string): string | undefined {
  const at = new Map(layout.nodes.map((node) => [node.id, node]));
  const own = at.get(from);
  if (!own) return layout.nodes[0]?.id;
  const near = (names: readonly string[]) =>
    [...names].sort(
      (one, other) => Math.abs((at.get(one)?.x ?? 0) - own.x) - Math.abs((at.get(other)?.x ?? 0) - own.x),
    )[0];
  if (key === "ArrowUp") return near(edges.up.get(from) ?? []);
  if (key === "ArrowDown") return near(edges.down.get(from) ?? []);
  const side = key === "ArrowLeft" ? -1 : 1;
  return layout.nodes
    .filter((node) => Math.abs(node.y - own.y) < own.height && (node.x - own.x) * side > 0)
    .sort((one, other) => (one.x - other.x) * side)[0]?.id;
}
