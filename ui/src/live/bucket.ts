/** How often something may be done: a few times at once, then once in each stretch of time. Pure but for its memory. */
export type Bucket = (now: number) => boolean;

/** Says whether it may be done now, and counts it if so. Times are in milliseconds. */
export function bucket(most: number, every: number): Bucket {
  let left = most;
  let at = Number.NEGATIVE_INFINITY;
  return (now) => {
    left = Math.min(most, left + (now - at) / every);
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
