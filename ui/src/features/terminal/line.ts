/** The line to a terminal on the server: what is typed goes there, what is shown comes back, at the pace of the screen.
 * When it breaks it is made anew, and what was shown comes again. */

type Told =
  | { readonly kind: "from"; readonly place: number; readonly until: number }
  | { readonly kind: "over"; readonly why: string };

/** Where it is shown. `done` is called when the bytes are on the screen. */
export interface Sink {
  write(data: Uint8Array, done: () => void): void;
  /** What follows stands for all that was shown before. */
  reset(): void;
}

export interface Socket {
  binaryType: string;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly reason: string }) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export type LineState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost" }
  | { readonly kind: "over"; readonly why: string };

const OPEN = 1;
const ESCAPE = "\x1b";
const PASTED = 32 * 1024;
const AGAIN_MS = [500, 1_000, 3_000, 10_000];
/** Reasons with which it makes no sense to come back. */
const FINAL: Record<string, string> = {
  not_found: "It has ended.",
  ended: "You may not have a terminal any longer, or have signed out.",
  terminal_off: "The terminal was switched off.",
};

export class Line {
  private socket: Socket | undefined;
  /** Bytes since the terminal began: on the screen, received, and until which they are only shown again. */
  private place = 0;
  private received = 0;
  private until = 0;
  private size: readonly [number, number] | undefined;
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  /** Typed before the line is there, or while it shows again what was shown. */
  private early = "";
  private wasLive = false;

  constructor(
    private readonly connect: () => Socket,
    private readonly sink: Sink,
    private readonly onState: (state: LineState) => void,
  ) {
    this.begin();
  }

  /** What the person typed. What the terminal answers by itself to what is only shown again is no typing: such an
   * answer begins with an escape. */
  type(text: string): void {
    if (!this.wasLive || this.place < this.until) {
      if (!text.startsWith(ESCAPE) && this.early.length + text.length <= PASTED) this.early += text;
      return;
    }
    const bytes = new TextEncoder().encode(text);
    for (let start = 0; start < bytes.length; start += PASTED) this.send(bytes.slice(start, start + PASTED));
  }

  resize(columns: number, rows: number): void {
    this.size = [columns, rows];
    this.send(JSON.stringify({ kind: "resize", columns, rows }));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.again);
    this.socket?.close();
  }

  private send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === OPEN) this.socket.send(data);
  }

  private begin(): void {
    const socket = this.connect();
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.onState({ kind: "live" });
      if (this.size) this.resize(...this.size);
    };
    socket.onmessage = ({ data }) => this.hear(data);
    socket.onclose = ({ reason }) => {
      if (this.closed) return;
      const why = FINAL[reason];
      if (why) {
        this.end(why);
        return;
      }
      this.onState({ kind: "lost" });
      this.again = setTimeout(() => this.begin(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
      this.tries += 1;
    };
  }

  private hear(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const end = this.received + data.byteLength;
      this.received = end;
      this.sink.write(new Uint8Array(data), () => {
        this.place = Math.max(this.place, end);
        this.send(JSON.stringify({ kind: "shown", count: end }));
        this.catchUp();
      });
      return;
    }
    const told = JSON.parse(String(data)) as Told;
    if (told.kind === "over") this.end(told.why);
    else {
      this.sink.reset();
      this.place = told.place;
      this.received = told.place;
      this.until = told.until;
      this.wasLive = true;
      this.catchUp();
    }
  }

  private catchUp(): void {
    if (!this.early || this.place < this.until || this.socket?.readyState !== OPEN) return;
    const text = this.early;
    this.early = "";
    this.type(text);
  }

  private end(why: string): void {
    this.closed = true;
    this.socket?.close();
    this.onState({ kind: "over", why });
  }
}
