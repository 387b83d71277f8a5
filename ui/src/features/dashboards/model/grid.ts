/** Places on a grid of twelve columns: nothing overlaps, nothing leaves it, and nothing hangs above empty rows. Pure. */

export interface Place {
  readonly tile: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const COLUMNS = 12;
export const LEAST_WIDTH = 2;
export const LEAST_HEIGHT = 2;
export const MOST_HEIGHT = 40;

/** The tile moved by columns and rows. Others make room; where it would meet one below, it goes past it. */
export function moved(places: readonly Place[], tile: string, across: number, down: number): readonly Place[] {
  const own = places.find((place) => place.tile === tile);
  if (!own) return places;
  const x = clamp(own.x + across, 0, COLUMNS - own.width);
  const y = Math.max(0, own.y + (down > 0 ? downPast(places, own, down) : down < 0 ? -upPast(places, own, -down) : 0));
  return settled(places, { ...own, x, y }, down > 0);
}

export function sized(places: readonly Place[], tile: string, wider: number, higher: number): readonly Place[] {
  const own = places.find((place) => place.tile === tile);
  if (!own) return places;
  const width = clamp(own.width + wider, LEAST_WIDTH, COLUMNS - own.x);
  const height = clamp(own.height + higher, LEAST_HEIGHT, MOST_HEIGHT);
  return settled(places, { ...own, width, height });
}

/** One more tile, below the others. */
export function added(places: readonly Place[], tile: string, width = 6, height = 5): readonly Place[] {
  const bottom = Math.max(0, ...places.map((place) => place.y + place.height));
  return settled([...places, { tile, x: 0, y: bottom, width, height }]);
}

/** The order in which they are read, also where there is one column. */
export const inOrder = (places: readonly Place[]): readonly Place[] =>
  [...places].sort((one, other) => one.y - other.y || one.x - other.x);

/** Each in its turn as high as it can stand. ``first`` goes before those that begin in the same row, or behind them. */
export function settled(places: readonly Place[], first?: Place, behind = false): readonly Place[] {
  const wanted = first ? [...places.filter(({ tile }) => tile !== first.tile), first] : [...places];
  const turn = ({ tile }: Place) => (tile !== first?.tile ? 0 : behind ? 1 : -1);
  wanted.sort((one, other) => one.y - other.y || turn(one) - turn(other) || one.x - other.x);
  const done: Place[] = [];
  for (const place of wanted) {
    const free = (y: number) => !done.some((other) => overlap({ ...place, y }, other));
    let y = place.y;
    while (!free(y)) y += 1;
    while (y > 0 && free(y - 1)) y -= 1;
    done.push({ ...place, y });
  }
  return done;
}

/** Far enough down to change places with the next tile below, if one is there. */
function downPast(places: readonly Place[], own: Place, rows: number): number {
  const below = places
    .filter((place) => place.tile !== own.tile && place.y >= own.y + own.height && sideways(place, own))
    .sort((one, other) => one.y - other.y)[0];
  return below ? Math.max(rows, below.y + below.height - own.height - own.y, 1) : rows;
}

function upPast(places: readonly Place[], own: Place, rows: number): number {
  const above = places
    .filter((place) => place.tile !== own.tile && place.y + place.height <= own.y && sideways(place, own))
    .sort((one, other) => other.y - one.y)[0];
  return above ? Math.max(rows, own.y - above.y) : rows;
}

const sideways = (one: Place, other: Place) => one.x < other.x + other.width && other.x < one.x + one.width;
const overlap = (one: Place, other: Place) =>
  sideways(one, other) && one.y < other.y + other.height && other.y < one.y + one.height;
const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
