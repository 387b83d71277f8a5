import ui from "@/ui/parts.module.css";
import { FreshnessIcon, type FreshnessName } from "@/ui/StateChip";
import { lookOf } from "@/ui/states";
import type { Standing } from "../model/words";

const FRESHNESS: readonly string[] = ["fresh", "stale", "never", "reused", "pinned"];

/** The icon of how a block stands. */
export function Mark({ standing }: { readonly standing: Standing }) {
  if (standing.axis === "freshness") {
    return FRESHNESS.includes(standing.name) ? <FreshnessIcon freshness={standing.name as FreshnessName} /> : null;
  }
  const { icon: Icon, turning } = lookOf(standing.name);
  return <Icon size={15} strokeWidth={1.6} aria-hidden className={turning ? ui.turning : undefined} />;
}
