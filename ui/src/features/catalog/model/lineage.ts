/** The nodes and edges of a lineage in words. Pure. */
import { count, counted } from "@/ui/format";
import type { LineageNode } from "../api";

/** What is said of the one at the other end of an edge: of its target, of its source. */
export const VERBS: Record<string, readonly [string, string]> = {
  feeds: ["reads it", "is its upstream"],
  reads: ["reads it in code", "is read in code"],
  makes: ["is made of it", "makes it"],
  gives: ["takes its value", "gives its value"],
  triggers: ["is started by it", "starts it"],
  begins: ["is one of its first blocks", "begins with it"],
};

type Named = Pick<LineageNode, "kind" | "pipeline" | "block" | "product" | "outputs">;

export function wordsOf(node: Named): { readonly title: string; readonly detail: string } {
  if (node.kind === "product") return { title: node.product ?? "", detail: "data product" };
  if (node.kind === "pipeline") return { title: node.pipeline ?? "", detail: "pipeline" };
  const rows = node.outputs.find((output) => output.rows !== null)?.rows;
  const size = rows == null ? "" : ` · ${node.outputs.length > 1 ? count(rows) : counted(rows, "row")}`;
  return { title: node.block ?? "", detail: `${node.pipeline ?? ""}${size}` };
}
