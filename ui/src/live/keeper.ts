/** Follows one project's event stream and hands it on in batches. Lives in a SharedWorker, so that a browser holds one
 * stream however many tabs are open; where there is none, in the page. */
import type { LiveEvent, LiveState, ToTab } from "./messages";

/** Events come in small groups, which are handed on together; when there are many, ten times a second. */
const GROUP_MS = 8;
const BATCH_MS = 100;
const MOST_A_SECOND = 10;
const LAST_WAIT_MS = 10_000;
/** Topics of the server; an EventSource hears only what is named. */
const TOPICS = ["run", "trigger", "backfill", "alert", "access", "catalog", "files", "models", "progress", "presence"];

export class Keeper {
  private source: EventSource | undefined;
  private waiting: LiveEvent[] = [];
  /** When the last ones were handed on. */
  private handed: number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  state: LiveState = { kind: "connecting" };

  /** `place`: after which event to begin; empty: with the next one. */
  constructor(
    private readonly project: string,
    private readonly tell: (message: ToTab) => void,
    private place: string,
  ) {
    this.open();
  }

  close(): void {
    this.source?.close();
    clearTimeout(this.timer);
    clearTimeout(this.again);
  }

  private open(): void {
    const after = this.place ? `?after=${encodeURIComponent(this.place)}` : "";
    const source = new EventSource(`/api/v1/projects/${encodeURIComponent(this.project)}/events${after}`);
    this.source = source;
    source.addEventListener("ready", (event) => {
      this.failures = 0;
      // Without a place nobody knows what has happened since the page asked.
      const missed = this.place === "";
      this.place = event.lastEventId || this.place;
      this.say({ kind: "live" });
      if (missed) this.tell({ say: "resync" });
    });
    source.addEventListener("resync", (event) => {
      this.place = event.lastEventId || this.place;
      this.waiting = [];
      this.tell({ say: "resync" });
    });
    for (const topic of TOPICS) source.addEventListener(topic, (event) => this.hear(topic, event));
    source.onerror = () => {
      source.close();
      this.lost();
    };
  }

  private hear(topic: string, event: MessageEvent<string>): void {
    this.place = event.lastEventId || this.place;
    this.waiting.push({ topic, id: event.lastEventId, data: parsed(event.data) });
    this.timer ??= setTimeout(() => this.flush(), this.busy() ? BATCH_MS : GROUP_MS);
  }

  private busy(): boolean {
    const [first] = this.handed;
    return this.handed.length >= MOST_A_SECOND && first !== undefined && performance.now() - first < 1_000;
  }

  private flush(): void {
    this.timer = undefined;
    this.handed = [...this.handed, performance.now()].slice(-MOST_A_SECOND);
    const events = this.waiting;
    this.waiting = [];
    if (events.length) this.tell({ say: "events", events });
  }

  private lost(): void {
    if (this.state.kind !== "lost") this.say({ kind: "lost", since: Date.now() });
    const wait = Math.min(LAST_WAIT_MS, 250 * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.failures += 1;
    this.again = setTimeout(() => this.open(), wait);
  }

  private say(state: LiveState): void {
    this.state = state;
    this.tell({ say: "state", state });
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
