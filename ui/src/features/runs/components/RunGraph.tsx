/** The pipeline as it was in this run, each block with how it went. */
import { useMemo } from "react";
import { Graph, type GraphNode } from "@/features/graph";
import { count, counted, duration } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import { lookOf } from "@/ui/states";
import type { RunDetail } from "../api";
import type { BlockRun } from "../model/rows";
import styles from "../run.module.css";

interface RunGraphProps {
  readonly run: RunDetail;
  readonly rows: readonly BlockRun[];
  readonly chosen: BlockRun | undefined;
  readonly onChoose: (name: string) => void;
}

export function RunGraph({ run, rows, chosen, onChoose }: RunGraphProps) {
  const tops = useMemo(() => rows.filter((row) => row.role === "block" || row.role === "group"), [rows]);
  const nodes = useMemo(() => tops.map(nodeOf), [tops]);
  const edges = useMemo(() => {
    const shown = new Set(tops.map((row) => row.block));
    return run.shape.flatMap(({ uuid, upstream }) =>
      shown.has(uuid) ? upstream.filter((source) => shown.has(source)).map((source) => ({ source, target: uuid })) : [],
    );
  }, [run.shape, tops]);
  return (
    <div className={styles.graph}>
      <Graph
        label={`Blocks of run ${run.id}`}
        nodes={nodes}
        edges={edges}
        selected={chosen?.block}
        onSelect={onChoose}
      />
    </div>
  );
}

function nodeOf(row: BlockRun): GraphNode {
  const look = lookOf(row.state);
  const rows = row.outputs.find((output) => output.rows !== null)?.rows;
  const facts = row.error
    ? [row.error.type]
    : [
        row.children != null ? counted(row.children, "child", "children") : "",
        rows != null ? count(rows) : "",
        row.reused ? "reused" : duration(row.seconds),
      ];
  return {
    id: row.block,
    title: row.block,
    detail: facts.filter(Boolean).join(" · ") || look.word.toLowerCase(),
    mark: <StateChip state={row.state} small />,
    tone: look.tone,
    spoken: look.word,
    active: row.state === "running",
  };
}
