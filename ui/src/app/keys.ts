/** Keys: single letters and sequences such as `g r`, valid while no field has the focus. Each is named, so that `?` can
 * list what holds here. */
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";

export interface Key {
  /** `/`, `g r`, `ctrl+k`; letters as typed, so `R` is Shift and r. */
  readonly keys: string;
  readonly does: string;
  readonly act: () => void;
  /** Also while a field has the focus. */
  readonly anywhere?: boolean;
}

const SEQUENCE_MS = 1_200;
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
}

export function typing(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return Boolean(element?.closest("input, textarea, select, [contenteditable='true'], .cm-editor, .xterm"));
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const inField = typing(event.target) || document.querySelector("dialog[open]") !== null;
  const plain = !name.includes("+");
  if (inField || (plain && !lettersOn())) {
    if (run(name, true)) event.preventDefault();
    return;
  }
  clearTimeout(timer);
  const sequence = typed ? `${typed} ${name}` : name;
  if (run(sequence, false) || (typed && run(name, false))) {
    typed = "";
    event.preventDefault();
    return;
  }
  typed = plain && begins(name) ? name : "";
  timer = setTimeout(() => {
    typed = "";
  }, SEQUENCE_MS);
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
