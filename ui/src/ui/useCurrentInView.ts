/** Tabs that do not all fit: the one that is shown is in view, also when it was come to by an address. */
import { type RefObject, useEffect } from "react";

/** `current`: what says that it is another. */
export function useCurrentInView(strip: RefObject<HTMLElement | null>, current: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is looked up in the page when it has changed
  useEffect(() => {
    const chosen = strip.current?.querySelector("[aria-current], [aria-selected='true']");
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [strip, current]);
}
