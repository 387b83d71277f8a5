/** What can be done in the workspace: each verb tells what it did and how it is taken back, or stands in the way of
 * nothing and says why it could not. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useRefusal } from "@/features/projects";
import { useOnline } from "@/live/stream";
import { announce, tell } from "@/ui/toasts";
import type { Values } from "@/ui/values";
import {
  cancelRun,
  edit,
  type Scope,
  startRun,
  undoChange,
  type WorkspaceBlock,
  type WorkspaceDocument,
  workspaces,
} from "./api";
import type { Files } from "./files";
import { freeName, moved } from "./model/stack";

export interface NewBlockWish {
  readonly type: string;
  readonly language: string;
  readonly template?: string | undefined;
  /** An existing file instead of a new one. */
  readonly file?: string | undefined;
}

/** Where a new block goes: behind `after` (none: at the end), reading `upstream`. */
export interface Slot {
  readonly after: string | undefined;
  readonly upstream: readonly string[];
}

export type Panel =
  | { readonly kind: "settings" | "history" | "connect" | "variables"; readonly block: string }
  | undefined;

export interface Selection {
  readonly block: string | undefined;
  readonly select: (block: string) => void;
  readonly openPanel: (panel: Panel) => void;
}

export interface Jump {
  readonly block: string;
  readonly line?: number;
  /** Into the editor, or only to the card. */
  readonly into: "editor" | "card";
  readonly turn: number;
}

export function useActions(
  project: string,
  document: WorkspaceDocument | undefined,
  files: Files,
  { block: selected, select, openPanel }: Selection,
) {
  const known = useQueryClient();
  const pipeline = document?.uuid ?? "";
  const mayNotRun = useRefusal("run", pipeline);
  const runRefusal = document?.refusal.replaceAll("`", "") || mayNotRun;
  const editRefusal = useRefusal("edit", pipeline);
  const offline = !useOnline();
  const [trouble, setTrouble] = useState<unknown>();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [renaming, setRenaming] = useState<string>();
  const [adding, setAdding] = useState<Slot>();
  const [jump, setJump] = useState<Jump>();

  const blocks = document?.blocks ?? [];
  const verbs = edit(project, pipeline);
  const again = () => known.invalidateQueries({ queryKey: workspaces.one(project, pipeline).queryKey });

  /** Does it, shows what is there now, and offers the way back. */
  const change = async (
    act: () => Promise<{ change: number | null; what?: string }>,
    what: string,
  ): Promise<boolean> => {
    setTrouble(undefined);
    try {
      const done = await act();
      await again();
      const number = done.change;
      if (number === null) announce(what);
      else
        tell(what, () => {
          undoChange(project, number).then(again, setTrouble);
        });
      return true;
    } catch (error) {
      setTrouble(error);
      await again();
      return false;
    }
  };

  const go = (name: string, into: Jump["into"], line?: number) => {
    select(name);
    setJump((before) => ({
      block: name,
      into,
      turn: (before?.turn ?? 0) + 1,
      ...(line === undefined ? {} : { line }),
    }));
  };
  const at = (name: string | undefined) => blocks.findIndex(({ uuid }) => uuid === name);
  const beside = (by: number): WorkspaceBlock | undefined =>
    blocks[Math.max(0, Math.min(blocks.length - 1, at(selected) + by))];

  const run = async (names: readonly string[], scope: Scope, reuse?: boolean, variables?: Values) => {
    setTrouble(undefined);
    if (runRefusal) return;
    try {
      if (!(await files.flush())) {
        const [first] = files.unsaved();
        throw new Error(`${first ?? "A file"} is not saved, so it cannot be run. Its block says why.`);
      }
      await startRun(project, pipeline, { blocks: names, scope, reuse, variables });
    } catch (error) {
      setTrouble(error);
    }
  };

  const add = async (slot: Slot, wish: NewBlockWish) => {
    setAdding(undefined);
    let made = "";
    const done = await change(async () => {
      if (wish.file) {
        const shared = await verbs.share(wish.file, slot.upstream);
        made = shared.name;
        return shared;
      }
      const name = freeName(
        wish.template ?? wish.type,
        blocks.map(({ uuid }) => uuid),
      );
      const created = await verbs.add({ name, ...wish, ...slot });
      made = created.uuid;
      return created;
    }, "Block added");
    if (!done) return;
    go(made, "card");
    if (!wish.file) setRenaming(made);
  };

  const handlers = {
    select,
    goTo: (name: string) => go(name, "card"),
    has: (file: string) => blocks.some(({ path }) => path === file),
    goToLine: (file: string, line: number) => {
      const found = blocks.find(({ path }) => path === file);
      if (found) go(found.uuid, "editor", line);
    },
    edit: (name: string) => go(name, "editor"),
    leaveEditor: (name: string) => go(name, "card"),
    step: (by: number) => {
      const next = beside(by);
      if (next) go(next.uuid, "card");
    },
    follow: (direction: "upstream" | "downstream") => {
      const next = blocks[at(selected)]?.[direction][0];
      if (next) go(next, "card");
    },
    fold: (name: string) => {
      const next = new Set(folded);
      if (!next.delete(name)) next.add(name);
      setFolded(next);
    },
    run,
    runAndNext: async (name: string) => {
      const next = blocks[at(name) + 1];
      if (next) go(next.uuid, "editor");
      await run([name], "stale_upstream");
    },
    runAndAdd: async (name: string) => {
      setAdding({ after: name, upstream: [name] });
      await run([name], "stale_upstream");
    },
    cancel: (number: number) => {
      cancelRun(project, number).catch(setTrouble);
    },
    stopAll: () => {
      for (const { id } of document?.unfinished_runs ?? []) cancelRun(project, id).catch(setTrouble);
    },
    startAdd: (name: string | undefined, above: boolean) => {
      if (editRefusal) return;
      const place = at(name);
      const block = blocks[place];
      if (!block) setAdding({ after: undefined, upstream: [] });
      else if (above) setAdding({ after: blocks[place - 1]?.uuid, upstream: block.upstream });
      else setAdding({ after: block.uuid, upstream: [block.uuid] });
    },
    stopAdd: () => setAdding(undefined),
    add,
    startRename: (name: string) => {
      if (!editRefusal) setRenaming(name);
    },
    rename: async (name: string, next: string) => {
      setRenaming(undefined);
      if (next === name) return go(name, "card");
      await files.flush();
      let called = next;
      const done = await change(async () => {
        const renamed = await verbs.rename(name, next);
        called = renamed.name || next;
        return renamed;
      }, `${name} is now ${next}`);
      go(done ? called : name, "card");
    },
    remove: async (name: string) => {
      await files.flush();
      const next = blocks[at(name) + 1] ?? blocks[at(name) - 1];
      if ((await change(() => verbs.remove(name), `${name} was removed`)) && next) go(next.uuid, "card");
    },
    copy: (name: string) =>
      change(
        () =>
          verbs.copy(
            name,
            freeName(
              name,
              blocks.map(({ uuid }) => uuid),
            ),
          ),
        `${name} was copied`,
      ),
    startConnect: (name: string) => openPanel({ kind: "connect", block: name }),
    connect: (source: string, target: string) =>
      change(() => verbs.connect(source, target), `${target} reads ${source}`),
    disconnect: (source: string, target: string) =>
      change(() => verbs.disconnect(source, target), `${target} no longer reads ${source}`),
    move: (name: string, by: number) => {
      const order = moved(
        blocks.filter(({ role }) => role === "block").map(({ uuid }) => uuid),
        name,
        by,
      );
      return order ? change(() => verbs.order(order), `${name} was moved`) : Promise.resolve(false);
    },
    startRunWith: (name: string) => openPanel({ kind: "variables", block: name }),
    openSettings: (name: string) => openPanel({ kind: "settings", block: name }),
    openHistory: (name: string) => openPanel({ kind: "history", block: name }),
    forget: () => setTrouble(undefined),
  };
  const stable = useStable(handlers);
  const actions = useMemo(
    () => ({ ...stable, runRefusal, editRefusal, offline }),
    [stable, runRefusal, editRefusal, offline],
  );
  return { actions, trouble, folded, renaming, adding, jump };
}

export type Actions = ReturnType<typeof useActions>["actions"];

type Handlers = Record<string, (...given: never[]) => unknown>;

/** The same functions for as long as the component is shown, doing what the last ones would. */
function useStable<T extends Handlers>(handlers: T): T {
  const latest = useRef(handlers);
  latest.current = handlers;
  const [stable] = useState(() =>
    Object.fromEntries(
      Object.keys(handlers).map((name) => [name, (...given: never[]) => latest.current[name]?.(...given)]),
    ),
  );
  return stable as T;
}
