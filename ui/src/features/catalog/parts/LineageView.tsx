/** Where values come from and go to, as a graph; beside it what was chosen. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileCode2, Package, Workflow } from "lucide-react";
import { useMemo } from "react";
import { Graph, type GraphNode } from "@/features/graph";
import { Bones, Empty } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { catalog, type Lineage, type LineageNode, type LineageStart } from "../api";
import styles from "../catalog.module.css";
import { VERBS, wordsOf } from "../model/lineage";
import { outputLink, RunLink } from "./AssetLink";

interface LineageViewProps {
  readonly project: string;
  readonly start: LineageStart;
  readonly node: string | undefined;
  readonly onNode: (node: string) => void;
  readonly onSteps?: (steps: { readonly up?: number; readonly down?: number }) => void;
}

export function LineageView({ project, start, node, onNode, onSteps }: LineageViewProps) {
  const { data, error, refetch } = useQuery(catalog.lineage(project, start));
  if (!data)
    return (
      <div className={styles.scroll}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={8} />}
      </div>
    );
  const center = data.nodes.find(({ steps }) => steps === 0);
  const chosen = data.nodes.find(({ id }) => id === node) ?? (start.block || start.product ? center : undefined);
  return (
    <>
      <Notes lineage={data} start={start} onSteps={onSteps} />
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data.nodes.length === 0 ? (
        <Empty>There is nothing yet: pipelines, their blocks and data products will stand here.</Empty>
      ) : (
        <div className={styles.lineage}>
          <Drawing lineage={data} chosen={chosen?.id} onNode={onNode} />
          {chosen ? (
            <Chosen lineage={data} node={chosen} here={chosen.product !== null && chosen.product === start.product} />
          ) : null}
        </div>
      )}
    </>
  );
}

interface NotesProps {
  readonly lineage: Lineage;
  readonly start: LineageStart;
  readonly onSteps: LineageViewProps["onSteps"];
}

const STEPS = [0, 1, 2, 3, 5, 10, 50];

/** How far one looks, and what is not shown. */
function Notes({ lineage, start, onSteps }: NotesProps) {
  const unreadable = lineage.unreadable.length;
  if (!onSteps && !unreadable && !lineage.left_out) return null;
  return (
    <div className={styles.tabBar}>
      {onSteps
        ? (["up", "down"] as const).map((way) => (
            <label key={way} className={styles.facts}>
              {way === "up" ? "Steps before" : "Steps behind"}
              <select
                className={styles.steps}
                value={start[way]}
                onChange={(event) => onSteps({ [way]: Number(event.target.value) })}
              >
                {STEPS.includes(start[way] ?? 0) ? null : <option>{start[way]}</option>}
                {STEPS.map((steps) => (
                  <option key={steps} value={steps}>
                    {steps === 50 ? "all" : steps}
                  </option>
                ))}
              </select>
            </label>
          ))
        : null}
      {lineage.left_out ? (
        <span className="quiet">{counted(lineage.left_out, "more node")} near it not shown.</span>
      ) : null}
      {unreadable ? (
        <span className="quiet">
          {unreadable === 1 ? "The file of pipeline" : "The files of pipelines"} {lineage.unreadable.join(", ")} cannot
          be read: only what runs showed of {unreadable === 1 ? "it" : "them"} is here.
        </span>
      ) : null}
    </div>
  );
}

interface DrawingProps {
  readonly lineage: Lineage;
  readonly chosen: string | undefined;
  readonly onNode: (node: string) => void;
}

const MARKS = {
  block: <FileCode2 size={15} strokeWidth={1.6} aria-hidden />,
  product: <Package size={15} strokeWidth={1.6} aria-hidden />,
  pipeline: <Workflow size={15} strokeWidth={1.6} aria-hidden />,
};

function Drawing({ lineage, chosen, onNode }: DrawingProps) {
  const nodes = useMemo(
    () =>
      lineage.nodes.map((node): GraphNode => {
        const { title, detail } = wordsOf(node);
        return { id: node.id, title, detail, mark: MARKS[node.kind], tone: "idle", spoken: `${node.kind}, ${detail}` };
      }),
    [lineage.nodes],
  );
  return (
    <div className={styles.graph}>
      <Graph label="Lineage" nodes={nodes} edges={lineage.edges} selected={chosen} onSelect={onNode} unit="node" />
    </div>
  );
}

interface ChosenProps {
  readonly lineage: Lineage;
  readonly node: LineageNode;
  /** It is what the page is about. */
  readonly here: boolean;
}

function Chosen({ lineage, node, here }: ChosenProps) {
  const { title } = wordsOf(node);
  const names = new Map(lineage.nodes.map((each) => [each.id, wordsOf(each).title]));
  const links = (way: "source" | "target") => {
    const far = way === "source" ? "target" : "source";
    return lineage.edges
      .filter((edge) => edge[way] === node.id)
      .map((edge) => ({ edge, name: names.get(edge[far]) ?? edge[far] }));
  };
  return (
    <section className={styles.side} aria-label={title}>
      <div>
        <h2>{title}</h2>
        <span className="quiet">
          {node.kind === "block" ? `${(node.type ?? "block").replaceAll("_", " ")} of ${node.pipeline}` : null}
          {node.kind === "product" ? "data product" : null}
          {node.kind === "pipeline" ? "pipeline that block code starts" : null}
        </span>
      </div>
      {here ? null : <Where node={node} />}
      {node.outputs.length ? (
        <ul className={styles.plainList} aria-label="Newest outputs">
          {node.outputs.map((output) => (
            <li key={output.name}>
              <Link {...outputLink(node.pipeline ?? "", node.block ?? "", output.name)}>{output.name}</Link>
              <span className="hint">
                {output.rows === null
                  ? ""
                  : `${counted(output.rows, "row")}${output.columns ? ` × ${count(output.columns)}` : ""} · `}
                <Ago at={output.made} />
              </span>
            </li>
          ))}
        </ul>
      ) : node.kind === "block" ? (
        <p className="hint">It has given nothing yet.</p>
      ) : null}
      <Edges title="Comes from" links={links("target")} inwards />
      <Edges title="Goes to" links={links("source")} />
    </section>
  );
}

function Where({ node }: { readonly node: LineageNode }) {
  if (node.kind === "product" && node.product)
    return (
      <Link to="/data/$product" params={{ product: node.product }}>
        Open the data product
      </Link>
    );
  if (!node.pipeline) return null;
  return (
    <Link
      to="/pipelines/$pipeline"
      params={{ pipeline: node.pipeline }}
      search={node.block ? { block: node.block } : {}}
    >
      {node.block ? "Open the block" : "Open the pipeline"}
    </Link>
  );
}

interface EdgesProps {
  readonly title: string;
  readonly links: readonly { readonly edge: Lineage["edges"][number]; readonly name: string }[];
  readonly inwards?: boolean;
}

function Edges({ title, links, inwards = false }: EdgesProps) {
  if (links.length === 0) return null;
  return (
    <div className={styles.section}>
      <h3>{title}</h3>
      <ul className={styles.plainList}>
        {links.map(({ edge, name }) => (
          <li key={`${edge.source} ${edge.target} ${edge.kind}`}>
            <span className="ellipsis">{name}</span>
            <span className="hint">
              {VERBS[edge.kind]?.[inwards ? 1 : 0] ?? edge.kind}
              {edge.run === null ? null : (
                <>
                  , seen in <RunLink run={edge.run} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
