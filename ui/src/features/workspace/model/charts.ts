/** Charts that are drawn from their settings have nothing to write: they stand beside the blocks only. Pure. */
import type { WorkspaceBlock, WorkspaceDocument } from "../api";

export function withoutPlainCharts(document: WorkspaceDocument): WorkspaceDocument {
  const left = new Set(document.blocks.filter(isPlain).map(({ uuid }) => uuid));
  if (left.size === 0) return document;
  return {
    ...document,
    blocks: document.blocks.filter(({ uuid }) => !left.has(uuid)),
    edges: document.edges.filter(({ target }) => !left.has(target)),
  };
}

function isPlain({ role, configuration }: WorkspaceBlock): boolean {
  const { chart_type: type, x, y } = configuration;
  return role === "widget" && typeof type === "string" && type !== "custom" && !x && !y;
}
