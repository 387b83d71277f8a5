/** How something stands against the promise of its data product. */

import { relative } from "@/ui/format";
import { FreshnessChip, type FreshnessName } from "@/ui/StateChip";
import { useOfNow } from "@/ui/time";
import type { Asset } from "../api";
import { freshnessOf, sentence } from "../model/words";

type Promised = Pick<Asset, "fresh" | "why" | "outdated_at" | "kind" | "product">;

export function Freshness({ asset }: { readonly asset: Promised }) {
  const freshness = freshnessOf(asset);
  const due = asset.outdated_at ? new Date(asset.outdated_at) : undefined;
  const when = useOfNow((now) => (due ? relative(due, now) : ""));
  const why = sentence(asset.why);
  if (!freshness) return why ? <span className="hint ellipsis">{why}</span> : null;
  // The output is there; its product's value is not.
  if (freshness === "never" && asset.kind === "output")
    return <span className="hint ellipsis">{asset.product} was never computed</span>;
  return <FreshnessChip freshness={freshness} detail={detailOf(freshness, when)} why={why} />;
}

/** `for 3 h`, `until tomorrow 06:12`, `since yesterday 06:12`. */
function detailOf(freshness: FreshnessName, when: string): string | undefined {
  if (!when) return undefined;
  if (freshness === "fresh") return when.startsWith("in ") ? `for ${when.slice(3)}` : `until ${when}`;
  return when.endsWith(" ago") ? when : `since ${when}`;
}
