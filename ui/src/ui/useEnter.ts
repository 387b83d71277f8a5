/** Enter in a box whose list follows what is typed. Who types quickly presses it before the list is there: it counts as
 * soon as it is, and never chooses from the list of what was typed before. */
import { useEffect, useState } from "react";

export function useEnter(ready: boolean, choose: () => void) {
  const [waiting, setWaiting] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `choose` is new at each drawing; it is called once
  useEffect(() => {
    if (!waiting || !ready) return;
    setWaiting(false);
    choose();
  }, [waiting, ready]);
  return {
    press: () => (ready ? choose() : setWaiting(true)),
    /** What is typed after it takes it back. */
    forget: () => setWaiting(false),
  };
}
