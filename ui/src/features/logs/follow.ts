/** The log of a run as it comes: from its beginning, then each line as it is written, until the run has ended. */
import { useSyncExternalStore } from "react";
import { type Kept, type LogLine, NOTHING, withMore } from "./model/lines";

export interface Followed extends Kept {
  /** `coming`: the beginning is being read or more may follow; `ended`: that is all; `lost`: asked for again. */
  readonly state: "coming" | "ended" | "lost";
  /** Bytes before the first line that were not asked for. */
  readonly before: number;
}

const EMPTY: Followed = { ...NOTHING, state: "coming", before: 0 };
/** Of a long log the end is read, and the rest when somebody wants it. */
const LAST_BYTES = 1_000_000;
const PAINT_MS = 100;
const AGAIN_MS = 3_000;

class Follower {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private waiting: LogLine[] = [];
  private readonly watchers = new Set<() => void>();
  now: Followed = EMPTY;

  constructor(private readonly address: string) {}

  /** Follows while anybody watches. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    if (this.watchers.size === 1) this.open();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.close();
    };
  };

  private open(): void {
    if (this.now.state === "ended") return;
    // It begins at the beginning, so what was read before is read again.
    this.now = EMPTY;
    this.waiting = [];
    const source = new EventSource(this.address);
    this.source = source;
    source.addEventListener("lines", (event: MessageEvent<string>) => {
      this.waiting.push(...(JSON.parse(event.data) as LogLine[]));
      this.timer ??= setTimeout(() => this.paint(), this.now.lines.length ? PAINT_MS : 0);
    });
    source.addEventListener("begin", (event: MessageEvent<string>) => {
      const { left_out: before } = JSON.parse(event.data) as { readonly left_out: number };
      this.now = { ...this.now, before };
    });
    source.addEventListener("end", () => {
      source.close();
      this.paint("ended");
    });
    source.onerror = () => {
      source.close();
      this.paint("lost");
      this.again = setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  private paint(state: Followed["state"] = "coming"): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const more = this.waiting;
    this.waiting = [];
    this.now = { ...this.now, ...(more.length ? withMore(this.now, more) : {}), state };
    for (const watcher of this.watchers) watcher();
  }

  private close(): void {
    this.source?.close();
    clearTimeout(this.timer);
    clearTimeout(this.again);
    this.timer = undefined;
  }
}

/** One at a time: a log can be large, and a browser holds few connections. */
let follower: { readonly address: string; readonly round: number; readonly follower: Follower } | undefined;

function followerOf(address: string, round: number): Follower {
  if (follower?.address !== address || follower.round !== round) {
    follower = { address, round, follower: new Follower(address) };
  }
  return follower.follower;
}

/** ``round`` changes when an ended run goes on, so that its log is followed again. */
export function useRunLog(
  project: string,
  run: number,
  block: string | undefined,
  round: number,
  whole: boolean,
): Followed {
  const asked = new URLSearchParams({
    ...(block === undefined ? {} : { block }),
    ...(whole ? {} : { last: String(LAST_BYTES) }),
  });
  const address = `/api/v1/projects/${encodeURIComponent(project)}/runs/${run}/logs/follow?${asked}`;
  const mine = followerOf(address, round);
  return useSyncExternalStore(mine.watch, () => mine.now);
}
