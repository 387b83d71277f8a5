/** Two changes of one text put together, line by line; where both changed the same lines, both stand marked. */

export interface Merged {
  readonly text: string;
  /** Places that somebody has to decide. */
  readonly conflicts: number;
}

interface Change {
  /** Lines `from`–`to` of the base become `lines`. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

export function merged(base: string, mine: string, theirs: string): Merged {
  const lines = base.split("\n");
  const own = changes(lines, mine.split("\n"));
  const other = changes(lines, theirs.split("\n"));
  const out: string[] = [];
  let conflicts = 0;
  let place = 0;
  while (own.length || other.length) {
    const group = nextGroup(own, other);
    out.push(...lines.slice(place, group.from));
    const one = applied(lines, group.mine, group);
    const two = applied(lines, group.theirs, group);
    if (group.theirs.length === 0 || same(one, two)) out.push(...one);
    else if (group.mine.length === 0) out.push(...two);
    else {
      conflicts += 1;
      out.push("<<<<<<< mine", ...one, "=======", ...two, ">>>>>>> theirs");
    }
    place = group.to;
  }
  out.push(...lines.slice(place));
  return { text: out.join("\n"), conflicts };
}

interface Group {
  readonly from: number;
  readonly to: number;
  readonly mine: readonly Change[];
  readonly theirs: readonly Change[];
}

/** The next changes that touch each other, taken out of both lists. */
function nextGroup(own: Change[], other: Change[]): Group {
  const mine: Change[] = [];
  const theirs: Change[] = [];
  const from = Math.min(own[0]?.from ?? Number.POSITIVE_INFINITY, other[0]?.from ?? Number.POSITIVE_INFINITY);
  let to = from;
  for (;;) {
    const [list, into] = [own, other]
      .map((each, index) => [each, index ? theirs : mine] as const)
      .find(([each]) => each[0] !== undefined && (each[0].from < to || each[0].from === from)) ?? [
      undefined,
      undefined,
    ];
    const change = list?.shift();
    if (!change || !into) return { from, to, mine, theirs };
    into.push(change);
    to = Math.max(to, change.to);
  }
}

function applied(lines: readonly string[], list: readonly Change[], { from, to }: Group): string[] {
  const out: string[] = [];
  let place = from;
  for (const change of list) {
    out.push(...lines.slice(place, change.from), ...change.lines);
    place = change.to;
  }
  out.push(...lines.slice(place, to));
  return out;
}

const same = (one: readonly string[], two: readonly string[]) =>
  one.length === two.length && one.every((line, index) => line === two[index]);

/** What turns `before` into `after`, by the longest lines they share; in order. */
function changes(before: readonly string[], after: readonly string[]): Change[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const rows = before.length - start - end;
  const columns = after.length - start - end;
  if (rows === 0 && columns === 0) return [];
  // Too large to compare line by line: one change.
  if (rows * columns > 4_000_000)
    return [{ from: start, to: start + rows, lines: after.slice(start, start + columns) }];
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        before[start + row] === after[start + column]
          ? (lengths[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0);
  const found: Change[] = [];
  let row = 0;
  let column = 0;
  while (row < rows || column < columns) {
    if (row < rows && column < columns && before[start + row] === after[start + column]) {
      row += 1;
      column += 1;
      continue;
    }
    const from = row;
    const first = column;
    while (
      (row < rows || column < columns) &&
      !(row < rows && column < columns && before[start + row] === after[start + column])
    ) {
      const down = row < rows ? (lengths[(row + 1) * width + column] ?? 0) : -1;
      const right = column < columns ? (lengths[row * width + column + 1] ?? 0) : -1;
      if (down >= right) row += 1;
      else column += 1;
    }
    found.push({ from: start + from, to: start + row, lines: after.slice(start + first, start + column) });
  }
  return found;
}
