/** The files that are edited in this tab: read when first shown, saved as one types, never over what somebody else has
 * written meanwhile. */
import { useEffect, useSyncExternalStore } from "react";
import { api, taken } from "@/api/client";
import { asProblem } from "@/api/problems";
import { onResync } from "@/live/stream";
import * as kept from "./kept";
import { type FileEvent, type FileState, LOADING, step, unsaved, type Version } from "./model/file";

const SAVE_MS = 400;
const KEEP_MS = 250;
const AGAIN_MS = 4_000;
const TOGETHER = 100;

export class Files {
  private readonly states = new Map<string, FileState>();
  private readonly histories = new Map<string, unknown>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly keeping = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly saving = new Map<string, Promise<void>>();
  private readonly watchers = new Set<() => void>();
  private pending: readonly string[] = [];
  private opening: { readonly paths: string[]; readonly read: Promise<ReadonlyMap<string, Version>> } | undefined;

  constructor(readonly project: string) {
    onResync(() => {
      for (const path of this.states.keys()) {
        void this.look(path);
        if (unsaved(this.get(path))) this.saveSoon(path, 0);
      }
    });
  }

  get = (path: string): FileState => this.states.get(path) ?? LOADING;
  history = (path: string): unknown => this.histories.get(path);

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** What is not saved now; the same list as long as no file gets into another phase. */
  unsaved = (): readonly string[] => this.pending;

  /** Read it, unless it is here. */
  open(path: string): void {
    if (this.states.has(path)) return;
    this.states.set(path, LOADING);
    void this.begin(path);
  }

  /** Read it once more, after that failed. */
  again(path: string): void {
    this.states.delete(path);
    this.open(path);
  }

  private async begin(path: string): Promise<void> {
    const first = this.firstRead(path);
    const before = await kept.read(this.project, path);
    if (before?.history) this.histories.set(path, before.history);
    if (before && before.text !== before.base.text) {
      this.tell(path, { kind: "kept", text: before.text, base: before.base });
      this.saveSoon(path, SAVE_MS);
    }
    const version = await first;
    if (version) this.tell(path, { kind: "heard", version });
    else await this.look(path);
  }

  /** Files that are opened together, as those of a pipeline are, are read together. Nothing: it is to be read by itself,
   * which says what is wrong with it. */
  private firstRead(path: string): Promise<Version | undefined> {
    this.opening ??= { paths: [], read: Promise.resolve().then(() => this.readTogether()) };
    this.opening.paths.push(path);
    return this.opening.read.then((found) => found.get(path));
  }

  private async readTogether(): Promise<ReadonlyMap<string, Version>> {
    const paths = this.opening?.paths ?? [];
    this.opening = undefined;
    const found = new Map<string, Version>();
    if (paths.length < 2) return found;
    try {
      for (let start = 0; start < paths.length; start += TOGETHER) {
        const texts = await taken(
          api.GET("/api/v1/projects/{project}/texts", {
            params: { path: { project: this.project }, query: { path: paths.slice(start, start + TOGETHER) } },
          }),
        );
        for (const { path, text, digest } of texts) found.set(path, { text, etag: digest });
      }
    } catch {
      // Each is read by itself then, and says what is wrong.
    }
    return found;
  }

  /** Hear what the server has; nothing comes back when it is what is known. */
  async look(path: string): Promise<void> {
    try {
      const version = await this.read(path, this.get(path).base?.etag);
      if (version) this.tell(path, { kind: "heard", version });
    } catch (error) {
      if (this.get(path).phase === "loading") this.tell(path, { kind: "failed", error });
    }
  }

  /** The server speaks of another version than the one that is known here. */
  compare(path: string, etag: string): void {
    const { base, phase } = this.get(path);
    if (this.states.has(path) && base && base.etag !== etag && phase !== "saving") void this.look(path);
  }

  type(path: string, text: string): void {
    this.tell(path, { kind: "typed", text });
    this.keepSoon(path);
    this.saveSoon(path, SAVE_MS);
  }

  /** What was done in the editor, so that it can be undone after a reload. */
  remember(path: string, history: unknown): void {
    this.histories.set(path, history);
    this.keepSoon(path);
  }

  settle(path: string, event: FileEvent): void {
    this.tell(path, event);
    this.keepSoon(path);
    this.saveSoon(path, 0);
  }

  /** Save everything that is not; true: all of it is. */
  async flush(): Promise<boolean> {
    for (;;) {
      const open = this.pending.filter((path) => ["dirty", "failed", "saving"].includes(this.get(path).phase));
      if (open.length === 0) break;
      await Promise.all(open.map((path) => this.save(path)));
      if (open.some((path) => this.get(path).phase === "failed")) break;
    }
    return this.pending.length === 0;
  }

  save(path: string): Promise<void> {
    clearTimeout(this.timers.get(path));
    const running = this.saving.get(path);
    if (running) return running;
    const saving = this.write(path).finally(() => this.saving.delete(path));
    this.saving.set(path, saving);
    return saving;
  }

  private async write(path: string): Promise<void> {
    this.tell(path, { kind: "saving" });
    const { phase, sent, base } = this.get(path);
    if (phase !== "saving" || sent === undefined) return;
    try {
      const written = await taken(
        api.PUT("/api/v1/projects/{project}/files/{path}", {
          params: { path: { project: this.project, path } },
          headers: {
            "Content-Type": "application/octet-stream",
            ...(base?.etag ? { "If-Match": `"${base.etag}"` } : { "If-None-Match": "*" }),
          },
          body: sent,
          bodySerializer: (body: string) => body,
        }),
      );
      this.tell(path, { kind: "saved", etag: written.digest, at: Date.now() });
    } catch (error) {
      await this.refused(path, error);
    }
    this.keepSoon(path);
    if (this.get(path).phase === "dirty") this.saveSoon(path, SAVE_MS);
  }

  private async refused(path: string, error: unknown): Promise<void> {
    const { status } = asProblem(error);
    if (status !== 412 && status !== 409 && status !== 404) {
      this.tell(path, { kind: "failed", error });
      if (status === 0 || status >= 500) this.saveSoon(path, AGAIN_MS);
      return;
    }
    try {
      const theirs = await this.read(path, undefined);
      this.tell(path, { kind: "refused", theirs: theirs ?? null });
    } catch (again) {
      if (asProblem(again).status === 404) this.tell(path, { kind: "refused", theirs: null });
      else this.tell(path, { kind: "failed", error: again });
    }
  }

  private async read(path: string, known: string | undefined): Promise<Version | undefined> {
    const { data, error, response } = await api.GET("/api/v1/projects/{project}/files/{path}", {
      params: { path: { project: this.project, path } },
      headers: known ? { "If-None-Match": `"${known}"` } : {},
      parseAs: "text",
    });
    if (response.status === 304) return undefined;
    const text = await taken<unknown>(Promise.resolve({ data, error, response }));
    return {
      text: typeof text === "string" ? text : "",
      etag: (response.headers.get("ETag") ?? "").replaceAll('"', ""),
    };
  }

  private saveSoon(path: string, wait: number): void {
    clearTimeout(this.timers.get(path));
    this.timers.set(
      path,
      setTimeout(() => void this.save(path), wait),
    );
  }

  private keepSoon(path: string): void {
    clearTimeout(this.keeping.get(path));
    this.keeping.set(
      path,
      setTimeout(() => {
        const { text, base } = this.get(path);
        const history = this.histories.get(path);
        if (base) void kept.write(this.project, path, { text, base, at: Date.now(), ...(history ? { history } : {}) });
      }, KEEP_MS),
    );
  }

  private tell(path: string, event: FileEvent): void {
    const before = this.get(path);
    const after = step(before, event);
    if (after === before && this.states.has(path)) return;
    this.states.set(path, after);
    if (before.phase !== after.phase || before.savedAt !== after.savedAt)
      this.pending = [...this.states].filter(([, state]) => unsaved(state)).map(([name]) => name);
    for (const watcher of this.watchers) watcher();
  }
}

const byProject = new Map<string, Files>();

export function filesOf(project: string): Files {
  const known = byProject.get(project);
  if (known) return known;
  const made = new Files(project);
  byProject.set(project, made);
  return made;
}

/** A file as it is edited; read when it is first asked for. */
export function useFile(files: Files, path: string | null): FileState {
  useEffect(() => {
    if (path !== null) files.open(path);
  }, [files, path]);
  return useSyncExternalStore(files.watch, () => (path === null ? LOADING : files.get(path)));
}

export function useUnsaved(files: Files): readonly string[] {
  return useSyncExternalStore(files.watch, files.unsaved);
}
