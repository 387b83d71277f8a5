/** A word about something, on hover and on focus. It explains; it never holds what cannot be had elsewhere.
 *
 * One tooltip serves the whole page, told by an attribute: a table with a thousand hints costs a thousand attributes. */
import { cloneElement, type ReactElement } from "react";
import styles from "./parts.module.css";

const LATER_MS = 350;
const GAP = 6;

let shown: HTMLElement | undefined;
let anchor: Element | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

interface Told {
  readonly "data-tip"?: string;
  readonly "aria-description"?: string;
  readonly "aria-label"?: string;
}

export function Tip({ text, children }: { readonly text: string; readonly children: ReactElement<Told> }) {
  if (!text) return children;
  listen();
  const named = children.props["aria-label"];
  return cloneElement(children, {
    "data-tip": text,
    // What is its name already is not said twice.
    ...(named && text.startsWith(named) ? {} : { "aria-description": text }),
  });
}

let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  document.addEventListener("pointerover", (event) => point(event.target, LATER_MS));
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) point(event.target, 0);
  });
  for (const name of ["focusout", "pointerdown", "scroll", "pointerleave"]) {
    document.addEventListener(name, hide, { capture: true, passive: true });
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

function point(target: EventTarget | null, wait: number): void {
  const over = target instanceof Element ? (target.closest("[data-tip]") ?? undefined) : undefined;
  if (over === anchor || (over === undefined && target instanceof Element && target === shown)) return;
  hide();
  anchor = over;
  if (over) timer = setTimeout(() => show(over), wait);
}

function hide(): void {
  clearTimeout(timer);
  anchor = undefined;
  shown?.remove();
}

function show(over: Element): void {
  const text = over.getAttribute("data-tip");
  if (!text || !over.isConnected) return;
  shown ??= Object.assign(document.createElement("div"), { className: styles.tooltip });
  shown.setAttribute("role", "tooltip");
  shown.textContent = text;
  // In a dialog it has to lie in the dialog's layer.
  (over.closest("dialog") ?? document.body).append(shown);
  const place = over.getBoundingClientRect();
  const size = shown.getBoundingClientRect();
  const left = Math.max(4, Math.min(place.left + place.width / 2 - size.width / 2, innerWidth - size.width - 4));
  const below = place.bottom + GAP + size.height < innerHeight;
  shown.style.left = `${left}px`;
  shown.style.top = `${below ? place.bottom + GAP : place.top - GAP - size.height}px`;
}
