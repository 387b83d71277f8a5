/** Keys: single letters and sequences such as `g r`, valid while no field has the focus. Each is named, so that `?` can
 * list what holds here. */
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { waitingKeys } from "./waiting_keys";

declare global {
  interface Window {
    /** `public/theme.js` has it; a page that is kept from loading that file does without. */
    takeEarlyKeys?: () => readonly KeyboardEvent[];
  }
}

export interface Key {
  /** `/`, `g r`, `ctrl+k`; letters as typed, so `R` is Shift and r. */
  readonly keys: string;
  readonly does: string;
  readonly act: () => void;
  /** Also while a field has the focus. */
  readonly anywhere?: boolean;
}

const SEQUENCE_MS = 1_200;
/** What the shell knows and the browser would take for itself if it came before the shell. */
const SHELL_KEYS = ["ctrl+k", "ctrl+p"];
const waiting = waitingKeys();
let delivering = false;
let scopes: readonly (readonly Key[])[] = [];
let typed = "";
let timer: ReturnType<typeof setTimeout> | undefined;
let listening = false;
const watchers = new Set<() => void>();

function set(next: readonly (readonly Key[])[]): void {
  scopes = next;
  for (const watcher of watchers) watcher();
}

/** These keys hold while the component is shown; what is shown later goes first. They hold from the moment that it can be
 * seen: a key pressed then is not lost. */
export function useKeys(keys: readonly Key[]): void {
  const latest = useRef(keys);
  useLayoutEffect(() => {
    latest.current = keys;
  });
  const names = keys.map((key) => `${key.keys}:${key.does}`).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` stands for what `latest` holds
  useLayoutEffect(() => {
    listen();
    const scope = latest.current.map((key, index) => ({ ...key, act: () => latest.current[index]?.act() }));
    set([...scopes, scope]);
    void deliver();
    return () => set(scopes.filter((each) => each !== scope));
  }, [names]);
}

export function useValidKeys(): readonly Key[] {
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => scopes,
  );
  return all.flat();
}

/** Single letters can be switched off (WCAG 2.1.4). */
export const lettersOn = (): boolean => localStorage.getItem("blockwright.letters") !== "off";

function listen(): void {
  if (listening) return;
  listening = true;
  window.addEventListener("keydown", press);
  for (const event of window.takeEarlyKeys?.() ?? []) press(event);
}

export function typing(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return Boolean(element?.closest("input, textarea, select, [contenteditable='true'], .cm-editor, .xterm"));
}

function press(event: KeyboardEvent): void {
  const name = nameOf(event);
  const early = waiting.awaited() && SHELL_KEYS.includes(name);
  if ((event.defaultPrevented && !early) || event.isComposing) return;
  const inField = typing(event.target) || document.querySelector("dialog[open]") !== null;
  const plain = !name.includes("+");
  if (inField || (plain && !lettersOn())) {
    if (run(name, true)) event.preventDefault();
    return;
  }
  const letter = name.length === 1 && name !== " ";
  if (waiting.awaited() && (letter || SHELL_KEYS.includes(name))) {
    if (waiting.keep(name, performance.now())) event.preventDefault();
    return;
  }
  if (strike(name)) event.preventDefault();
  else if (letter && !typed) waiting.keepIfFresh(name, performance.now());
}

/** Whether the key does something here, by itself or as the last one of a sequence. */
function strike(name: string): boolean {
  clearTimeout(timer);
  const sequence = typed ? `${typed} ${name}` : name;
  if (run(sequence, false) || (typed && run(name, false))) {
    typed = "";
    return true;
  }
  typed = begins(name) ? name : "";
  timer = setTimeout(() => {
    typed = "";
  }, SEQUENCE_MS);
  return false;
}

/** The next screen is on its way: keys wait for it. */
export function screenComes(): void {
  waiting.screenComes();
  listen();
}

export function screenIsHere(): void {
  waiting.screenIsHere(performance.now());
  void deliver();
}

/** Keys that waited, one after the other as if typed now; a frame lies between two, for what the first one opens. */
async function deliver(): Promise<void> {
  if (delivering) return;
  delivering = true;
  for (let name = waiting.next(performance.now()); name; name = waiting.next(performance.now())) {
    await new Promise(requestAnimationFrame);
    if (typing(document.activeElement)) {
      if (name.length === 1) document.execCommand("insertText", false, name);
    } else if (!strike(name) && !typed) {
      waiting.putBack(name);
      break;
    }
  }
  delivering = false;
}

function run(name: string, onlyAnywhere: boolean): boolean {
  for (const scope of [...scopes].reverse()) {
    const key = scope.find((each) => each.keys === name && (!onlyAnywhere || each.anywhere));
    if (key) {
      key.act();
      return true;
    }
  }
  return false;
}

function begins(name: string): boolean {
  return scopes.some((scope) => scope.some((key) => key.keys.startsWith(`${name} `)));
}

function nameOf(event: KeyboardEvent): string {
  const held = [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : ""].filter(Boolean);
  // A letter says by itself that Shift is held.
  if (event.shiftKey && (held.length || event.key.length > 1)) held.push("shift");
  const key = held.length ? event.key.toLowerCase() : event.key;
  return [...held, key].join("+");
}
