import { describe, expect, it } from "vitest";
import { added, moved, type Place, sized } from "./grid";

const place = (tile: string, x: number, y: number, width = 6, height = 4): Place => ({ tile, x, y, width, height });
const SIDE_BY_SIDE = [place("a", 0, 0), place("b", 6, 0)];
const BELOW = [place("a", 0, 0), place("b", 0, 4)];
const at = (places: readonly Place[], tile: string) => {
  const found = places.find((one) => one.tile === tile);
  return found ? [found.x, found.y, found.width, found.height] : undefined;
};
const overlapping = (places: readonly Place[]) =>
  places.some((one) =>
    places.some(
      (other) =>
        one !== other &&
        one.x < other.x + other.width &&
        other.x < one.x + one.width &&
        one.y < other.y + other.height &&
        other.y < one.y + one.height,
    ),
  );

describe("a grid", () => {
  it("changes places with the next tile by one step", () => {
    expect(at(moved(BELOW, "a", 0, 1), "a")).toEqual([0, 4, 6, 4]);
    expect(at(moved(BELOW, "a", 0, 1), "b")).toEqual([0, 0, 6, 4]);
    expect(at(moved(BELOW, "b", 0, -1), "b")).toEqual([0, 0, 6, 4]);
  });
  it("moves by columns, and what is in the way goes down", () => {
    const after = moved(SIDE_BY_SIDE, "a", 1, 0);
    expect(at(after, "a")).toEqual([1, 0, 6, 4]);
    expect(at(after, "b")).toEqual([6, 4, 6, 4]);
  });
  it("keeps everything inside", () => {
    expect(at(moved(SIDE_BY_SIDE, "b", 5, 0), "b")).toEqual([6, 0, 6, 4]);
    expect(at(moved(SIDE_BY_SIDE, "a", -1, -9), "a")).toEqual([0, 0, 6, 4]);
    expect(at(sized(SIDE_BY_SIDE, "b", 9, -9), "b")).toEqual([6, 0, 6, 2]);
    expect(at(sized(SIDE_BY_SIDE, "a", -9, 0), "a")).toEqual([0, 0, 2, 4]);
  });
  it("puts a new tile below", () => {
    expect(at(added(SIDE_BY_SIDE, "c"), "c")).toEqual([0, 4, 6, 5]);
    expect(at(added([], "c"), "c")).toEqual([0, 0, 6, 5]);
  });
  it("never overlaps, whatever is done to it", () => {
    let places: readonly Place[] = [
      place("a", 0, 0, 5),
      place("b", 5, 0, 7, 3),
      place("c", 2, 4, 8),
      place("d", 0, 8, 12, 2),
    ];
    for (let turn = 0; turn < 400; turn += 1) {
      const tile = "abcd"[(turn * 7) % 4] ?? "a";
      const one = ((turn * 5) % 3) - 1;
      const other = ((turn * 11) % 3) - 1;
      places = turn % 2 ? moved(places, tile, one, other) : sized(places, tile, one, other);
      expect(overlapping(places)).toBe(false);
      expect(places.every(({ x, y, width }) => x >= 0 && y >= 0 && x + width <= 12)).toBe(true);
      expect(places).toHaveLength(4);
    }
  });
});
