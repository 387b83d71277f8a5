/** What was done, with the way back. Errors are never shown here: they stand where they happened. */
import { useSyncExternalStore } from "react";
import styles from "./parts.module.css";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo?: (() => void) | undefined;
}

const SHOWN_MS = 8_000;
const UNDO_STEPS = 20;

let toasts: readonly Toast[] = [];
let next = 1;
const undos: { readonly id: number; readonly act: () => void }[] = [];
const watchers = new Set<() => void>();

function set(changed: readonly Toast[]): void {
  toasts = changed;
  for (const watcher of watchers) watcher();
}

function drop(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Tell what was done; ``undo`` takes it back, by its button or by Ctrl+Z. */
export function tell(text: string, undo?: () => void): void {
  const id = next++;
  const act =
    undo &&
    (() => {
      const place = undos.findIndex((step) => step.id === id);
      if (place < 0) return;
      undos.splice(place, 1);
      drop(id);
      undo();
    });
  if (act) {
    undos.push({ id, act });
    if (undos.length > UNDO_STEPS) undos.shift();
  }
  set([...toasts.slice(-2), { id, text, undo: act }]);
  setTimeout(() => drop(id), SHOWN_MS);
}

/** Takes back the last thing that can be; says whether there was one. */
export function undoLast(): boolean {
  const last = undos.at(-1);
  last?.act();
  return last !== undefined;
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={styles.toast}>
          <span>{toast.text}</span>
          {toast.undo ? (
            <button type="button" onClick={toast.undo}>
              Undo
            </button>
          ) : null}
        </div>
      ))}
    </div>
  );
}

let spoken: HTMLElement | undefined;

/** Said to screen readers: the outcome of what the reader started. */
export function announce(text: string, { urgent = false } = {}): void {
  spoken ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "unseen" }));
  spoken.setAttribute("role", urgent ? "alert" : "status");
  spoken.textContent = "";
  const place = spoken;
  requestAnimationFrame(() => {
    place.textContent = text;
  });
}
