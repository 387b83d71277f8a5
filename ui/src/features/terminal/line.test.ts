import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Line, type LineState, type Socket } from "./line";

class Fake implements Socket {
  binaryType = "";
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly reason: string }) => void) | null = null;
  readonly sent: unknown[] = [];
  send = (data: string | Uint8Array<ArrayBuffer>) =>
    void this.sent.push(typeof data === "string" ? JSON.parse(data) : new TextDecoder().decode(data));
  close = () => undefined;
  say = (told: object) => this.onmessage?.({ data: JSON.stringify(told) });
  show = (text: string) => this.onmessage?.({ data: new TextEncoder().encode(text).buffer });
}

let sockets: Fake[] = [];
let states: LineState[] = [];
let shown: (() => void)[] = [];
const reset = vi.fn();
const last = (): Fake => sockets.at(-1) as Fake;

function lined(): Line {
  const sink = { write: (_: Uint8Array, done: () => void) => void shown.push(done), reset };
  return new Line(
    () => sockets[sockets.push(new Fake()) - 1] as Fake,
    sink,
    (state) => states.push(state),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  reset.mockClear();
  [sockets, states, shown] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

describe("a line", () => {
  it("tells what is on the screen, in order", () => {
    lined();
    last().say({ kind: "from", place: 100, until: 100 });
    last().show("abc");
    last().show("de");
    expect(last().sent).toEqual([]);
    shown[0]?.();
    shown[1]?.();
    expect(last().sent).toEqual([
      { kind: "shown", count: 103 },
      { kind: "shown", count: 105 },
    ]);
  });

  it("types nothing while old things are shown again, for what a program asked was answered then", () => {
    const line = lined();
    last().say({ kind: "from", place: 0, until: 3 });
    last().show("abc");
    line.type("\u001b[1;1R");
    expect(last().sent).toEqual([]);
    shown[0]?.();
    line.type("ls\n");
    expect(last().sent).toContain("ls\n");
  });

  it("keeps what is typed before it is there, and while old things are shown again", () => {
    const line = lined();
    last().readyState = 0;
    line.type("l");
    last().readyState = 1;
    last().onopen?.();
    line.type("s");
    last().say({ kind: "from", place: 0, until: 3 });
    last().show("abc");
    line.type("\n");
    expect(last().sent).toEqual([]);
    shown[0]?.();
    expect(last().sent).toEqual([{ kind: "shown", count: 3 }, "ls\n"]);
  });

  it("pastes in pieces", () => {
    const line = lined();
    last().say({ kind: "from", place: 0, until: 0 });
    line.type("x".repeat(100_000));
    expect(last().sent.map((each) => String(each).length)).toEqual([32_768, 32_768, 32_768, 1_696]);
  });

  it("comes back with its size, and what was shown comes anew", () => {
    const line = lined();
    line.resize(80, 24);
    last().onclose?.({ reason: "" });
    expect(states.at(-1)).toEqual({ kind: "lost" });
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(last().sent).toEqual([{ kind: "resize", columns: 80, rows: 24 }]);
    last().say({ kind: "from", place: 0, until: 5 });
    expect(reset).toHaveBeenCalled();
  });

  it.each(["not_found", "ended", "terminal_off"])("does not come back when it is over: %s", (reason) => {
    lined();
    last().onclose?.({ reason });
    vi.runAllTimers();
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)?.kind).toBe("over");
  });
});
