/** Values of runs as people read them. Pure. */

export function told(value: string | number | null): string {
  if (value === null) return "";
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}
