import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Link, type Socket } from "./link";

class Fake implements Socket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  send = (data: string) => void this.sent.push(JSON.parse(data));
  close = () => this.cut();
  open(): void {
    this.readyState = 1;
    this.onopen?.();
    this.say({ kind: "servers", servers: [{ name: "ty", does: "", health: "ready", hint: "" }] });
  }
  say = (told: object) => this.onmessage?.({ data: JSON.stringify(told) });
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

let sockets: Fake[] = [];
const linked = () => new Link(() => sockets[sockets.push(new Fake()) - 1] as Fake);
const last = (): Fake => sockets.at(-1) as Fake;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
});
afterEach(() => vi.useRealTimers());

describe("a link", () => {
  it("shows what is open, and what is asked is asked of the text as it is then", async () => {
    const link = linked();
    let text = "a";
    const document = link.open("x.py", () => text, vi.fn());
    last().open();
    expect(last().sent).toEqual([{ kind: "write", path: "x.py", text: "a" }]);
    text = "ab";
    document.changed();
    const answer = link.ask("hover", "x.py", { line: 0, column: 1 });
    expect(last().sent.slice(1)).toEqual([
      { kind: "write", path: "x.py", text: "ab" },
      { kind: "ask", number: 1, ask: "hover", path: "x.py", line: 0, column: 1 },
    ]);
    last().say({ kind: "answer", number: 1, answer: { text: "told" } });
    expect(await answer).toEqual({ text: "told" });
    vi.runAllTimers();
    expect(last().sent).toHaveLength(3);
  });

  it("tells findings of the text that stands there, and of no older one", () => {
    const link = linked();
    let text = "a";
    const hear = vi.fn();
    link.open("x.py", () => text, hear);
    last().open();
    last().say({ kind: "findings", path: "x.py", items: [] });
    expect(hear).toHaveBeenCalledTimes(1);
    text = "b";
    last().say({ kind: "findings", path: "x.py", items: [] });
    expect(hear).toHaveBeenCalledTimes(1);
  });

  it("comes back by itself, answers with nothing meanwhile, and shows everything anew", async () => {
    const link = linked();
    link.open("x.py", () => "a", vi.fn());
    last().open();
    const asked = link.ask("complete", "x.py");
    last().cut();
    expect(await asked).toBeNull();
    expect(await link.ask("complete", "x.py")).toBeNull();
    vi.advanceTimersByTime(1_000);
    expect(sockets).toHaveLength(2);
    last().open();
    expect(last().sent).toEqual([{ kind: "write", path: "x.py", text: "a" }]);
  });

  it("does not storm a server that is not there", () => {
    const link = linked();
    link.open("x.py", () => "a", vi.fn());
    for (let minute = 0; minute < 10; minute += 1) {
      last().cut();
      vi.advanceTimersByTime(60_000);
    }
    expect(sockets.length).toBeLessThan(15);
  });

  it("closes a while after the last file", () => {
    const link = linked();
    const document = link.open("x.py", () => "a", vi.fn());
    last().open();
    document.close();
    expect(last().sent.at(-1)).toEqual({ kind: "leave", path: "x.py" });
    vi.runAllTimers();
    expect(last().readyState).toBe(3);
    expect(sockets).toHaveLength(1);
  });
});
