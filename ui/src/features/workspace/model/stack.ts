/** The order of the blocks and their names. */

/** The order with one block moved; undefined: it cannot go there. */
export function moved(order: readonly string[], name: string, by: number): readonly string[] | undefined {
  const from = order.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return undefined;
  const next = order.filter((each) => each !== name);
  next.splice(to, 0, name);
  return next;
}

/** A name that no block has: of its kind or template, with a number where it must. */
export function freeName(wish: string, taken: readonly string[]): string {
  const last = wish.split("/").at(-1) ?? wish;
  const base =
    last
      .replace(/\.[a-z]+$/i, "")
      .replace(/[^A-Za-z0-9_]+/g, "_")
      .replace(/_\d+$/, "")
      .toLowerCase() || "block";
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}
