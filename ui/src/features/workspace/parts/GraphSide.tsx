import { useMemo } from "react";
import { Graph, type GraphNode } from "@/features/graph";
import { Empty } from "@/ui/blocks";
import type { WorkspaceDocument } from "../api";
import { detailOf, standingOf } from "../model/words";
import type { Actions } from "../useActions";
import { Mark } from "./Mark";

interface GraphSideProps {
  readonly document: WorkspaceDocument;
  readonly selected: string | undefined;
  readonly actions: Actions;
}

/** The blocks as a graph: the same choice as in the stack. */
export function GraphSide({ document, selected, actions }: GraphSideProps) {
  const nodes = useMemo(
    () =>
      document.blocks.map((block): GraphNode => {
        const standing = standingOf(block);
        return {
          id: block.uuid,
          title: block.uuid,
          detail: detailOf(block),
          mark: <Mark standing={standing} />,
          tone: standing.tone,
          spoken: [standing.word, standing.reason].filter(Boolean).join(": ").toLowerCase(),
          active: block.now?.state === "running",
        };
      }),
    [document.blocks],
  );
  if (nodes.length === 0) return <Empty>The graph of the blocks is drawn here.</Empty>;
  const may = actions.editRefusal === undefined;
  return (
    <Graph
      label={`Blocks of ${document.uuid}`}
      nodes={nodes}
      edges={document.edges}
      selected={selected}
      onSelect={actions.goTo}
      onOpen={actions.edit}
      onConnect={may ? (source, target) => void actions.connect(source, target) : undefined}
      onDisconnect={may ? (source, target) => void actions.disconnect(source, target) : undefined}
    />
  );
}
