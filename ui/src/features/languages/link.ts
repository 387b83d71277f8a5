/** The socket to the language servers of a project: one for this tab, opened with the first editor, closed a while after
 * the last. It comes back by itself; what is asked meanwhile is answered with nothing. */
import type { Answers, Ask, Finding, Server, Spot, Told } from "./model";

const SECONDS = 12;
const IDLE_MS = 20_000;
const WRITE_MS = 150;
const AGAIN_MS = [1_000, 3_000, 10_000, 30_000, 60_000];
const OPEN = 1;

type FindingsHeard = (items: readonly Finding[]) => void;

interface Document {
  text: () => string;
  hear: FindingsHeard;
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** What the server was shown. */
  sent?: string | undefined;
}

/** The part of a WebSocket that is used. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: string): void;
  close(): void;
}

export class Link {
  servers: readonly Server[] | undefined;
  private socket: Socket | undefined;
  private number = 0;
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private readonly documents = new Map<string, Set<Document>>();
  private readonly waiting = new Map<number, (answer: unknown) => void>();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly connect: () => Socket) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  now = (): readonly Server[] | undefined => this.servers;

  get live(): boolean {
    return this.socket?.readyState === OPEN && this.servers?.some(({ health }) => health === "ready") === true;
  }

  /** An editor has the file open: `text` is what it has at any time. */
  open(path: string, text: () => string, hear: FindingsHeard): { changed(): void; close(): void } {
    const document: Document = { text, hear };
    const others = this.documents.get(path) ?? new Set();
    this.documents.set(path, others.add(document));
    clearTimeout(this.idle);
    if (!this.socket && !this.again) this.begin();
    else this.write(path, document);
    return {
      changed: () => {
        clearTimeout(document.timer);
        document.timer = setTimeout(() => this.write(path, document), WRITE_MS);
      },
      close: () => {
        clearTimeout(document.timer);
        others.delete(document);
        if (others.size === 0) {
          this.documents.delete(path);
          this.send({ kind: "leave", path });
        }
        if (this.documents.size === 0) this.idle = setTimeout(() => this.end(), IDLE_MS);
      },
    };
  }

  ask<A extends Ask>(ask: A, path: string, { line, column }: Spot = { line: 0, column: 0 }): Promise<Answers[A]> {
    const document = [...(this.documents.get(path) ?? [])].at(-1);
    if (!document || !this.live) return Promise.resolve(null);
    this.write(path, document);
    this.number += 1;
    const number = this.number;
    return new Promise((resolve) => {
      const late = setTimeout(() => done(null), SECONDS * 1_000);
      const done = (answer: unknown) => {
        clearTimeout(late);
        this.waiting.delete(number);
        resolve(answer as Answers[A]);
      };
      this.waiting.set(number, done);
      this.send({ kind: "ask", number, ask, path, line, column });
    });
  }

  private write(path: string, document: Document): void {
    clearTimeout(document.timer);
    const text = document.text();
    if (document.sent === text || this.socket?.readyState !== OPEN) return;
    document.sent = text;
    this.send({ kind: "write", path, text });
  }

  private send(word: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(word));
  }

  private begin(): void {
    this.again = undefined;
    const socket = this.connect();
    this.socket = socket;
    socket.onopen = () => {
      for (const [path, documents] of this.documents)
        for (const document of documents) {
          document.sent = undefined;
          this.write(path, document);
        }
    };
    socket.onmessage = ({ data }) => {
      this.tries = 0;
      this.hear(JSON.parse(String(data)) as Told);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      for (const answer of this.waiting.values()) answer(null);
      if (this.documents.size === 0) return;
      this.again = setTimeout(() => this.begin(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
      this.tries += 1;
    };
  }

  private end(): void {
    const { socket } = this;
    this.socket = undefined;
    clearTimeout(this.again);
    this.again = undefined;
    socket?.close();
  }

  private hear(told: Told): void {
    switch (told.kind) {
      case "servers":
        this.servers = told.servers;
        for (const watcher of this.watchers) watcher();
        return;
      case "findings":
        // Of a text that is older than what stands there now it would be shown in the wrong place.
        for (const document of this.documents.get(told.path) ?? [])
          if (document.sent === document.text()) document.hear(told.items);
        return;
      case "answer":
        this.waiting.get(told.number)?.(told.answer);
    }
  }
}

const links = new Map<string, Link>();

export function linkOf(project: string): Link {
  const known = links.get(project);
  if (known) return known;
  const address = `/api/v1/projects/${encodeURIComponent(project)}/languages/socket`;
  const made = new Link(() => {
    const url = new URL(address, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url) as Socket;
  });
  links.set(project, made);
  return made;
}
