/** A data product: what is promised, how it stands, who waits for it; computing it, seen before it is done. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { count, counted, duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { catalog, type Lineage, type Plan, type Product, refreshProduct } from "./api";
import styles from "./catalog.module.css";
import { wordsOf } from "./model/lineage";
import { promiseOf, sentence } from "./model/words";
import { outputLink, RunLink } from "./parts/AssetLink";
import { Freshness } from "./parts/Freshness";
import { LineageView } from "./parts/LineageView";

interface ProductSearch {
  readonly refresh?: boolean;
  readonly node?: string;
}

const AROUND = 2;

export function ProductScreen() {
  const project = useProject();
  const { product: name = "" } = useParams({ strict: false }) as { product?: string };
  const search = useSearch({ strict: false }) as ProductSearch;
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(catalog.product(project, name));
  const refusal = useRefusal("run", data?.pipeline ?? "");
  const go = (next: ProductSearch, replace = false) =>
    void navigate({ to: "/data/$product", params: { product: name }, search: next, replace });
  const ask = () => {
    if (!refusal && data) go({ ...search, refresh: true });
  };
  useKeys([{ keys: "r", does: "Compute it now", act: ask }]);
  useCommands(refusal ? [] : [{ name: `Compute ${name} now`, act: ask, keys: "r" }]);
  return (
    <>
      <PageHead
        title={name}
        tabTitle={`${name} · data product`}
        actions={
          data ? (
            <Button look="primary" blocked={refusal} onClick={ask}>
              Compute now
            </Button>
          ) : null
        }
      >
        <span className="quiet">data product</span>
        {data ? (
          <Freshness asset={{ ...data, kind: "product", product: name, outdated_at: data.outdated_at ?? null }} />
        ) : null}
        {data?.computing ? (
          <span className={styles.facts}>
            <StateChip state="running" />
            <RunLink run={data.computing} />
          </span>
        ) : null}
      </PageHead>
      <div className={styles.scroll}>
        {data ? (
          <>
            {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
            <Facts project={project} product={data} />
            <div className={styles.section}>
              <h2>Lineage</h2>
              <div className={styles.embedded}>
                <LineageView
                  project={project}
                  start={{ product: name, up: AROUND, down: AROUND }}
                  node={search.node}
                  onNode={(node) => go({ ...search, node }, true)}
                />
              </div>
            </div>
          </>
        ) : error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : (
          <Bones rows={10} />
        )}
      </div>
      {search.refresh && data && !refusal ? (
        <Refresh project={project} product={data} onClose={() => go(search.node ? { node: search.node } : {})} />
      ) : null}
    </>
  );
}

function Facts({ project, product }: { readonly project: string; readonly product: Product }) {
  const { data: lineage } = useQuery(catalog.lineage(project, { product: product.uuid, up: AROUND, down: AROUND }));
  const parts = lineage ? near(lineage, "makes") : [];
  const readers = lineage ? near(lineage, undefined) : undefined;
  return (
    <dl className={styles.pairs}>
      <dt>Promise</dt>
      <dd>
        {promiseOf(product)}{" "}
        <Link to="/files/$" params={{ _splat: "global_data_products.yaml" }} className="quiet">
          global_data_products.yaml
        </Link>
      </dd>
      <dt>Now</dt>
      <dd>{sentence(product.why)}</dd>
      <dt>Computed by</dt>
      <dd>
        <Link to="/pipelines/$pipeline" params={{ pipeline: product.pipeline }}>
          {product.pipeline}
        </Link>
        {product.run ? (
          <>
            , last in <RunLink run={product.run} /> <Ago at={product.computed} />
          </>
        ) : null}
      </dd>
      <dt>Value</dt>
      <dd>
        {parts.length
          ? parts.map((node, index) => (
              <span key={node.id}>
                {index ? ", " : ""}
                <Link {...outputLink(node.pipeline ?? "", node.block ?? "")}>{node.block}</Link>
              </span>
            ))
          : "what the last blocks of the pipeline give"}
      </dd>
      <dt>Who waits for it</dt>
      <dd>
        {readers === undefined
          ? ""
          : readers.length
            ? readers.map((node, index) => (
                <span key={node.id}>
                  {index ? ", " : ""}
                  <Link
                    to="/pipelines/$pipeline"
                    params={{ pipeline: node.pipeline ?? "" }}
                    search={node.block ? { block: node.block } : {}}
                  >
                    {wordsOf({ ...node, outputs: [] }).detail} · {node.block}
                  </Link>
                </span>
              ))
            : "nobody: no block takes its value"}
      </dd>
    </dl>
  );
}

/** The blocks that make the product, or those that take its value. */
function near(lineage: Lineage, kind: "makes" | undefined) {
  const center = lineage.nodes.find(({ steps }) => steps === 0)?.id;
  const ids = new Set(
    lineage.edges
      .filter((edge) => (kind ? edge.target === center && edge.kind === kind : edge.source === center))
      .map((edge) => (kind ? edge.source : edge.target)),
  );
  return lineage.nodes.filter(({ id }) => ids.has(id));
}

interface RefreshProps {
  readonly project: string;
  readonly product: Product;
  readonly onClose: () => void;
}

/** What computing it would do, before it is done. */
function Refresh({ project, product, onClose }: RefreshProps) {
  const known = useQueryClient();
  const navigate = useNavigate();
  const {
    data: plan,
    error,
    refetch,
  } = useQuery({
    ...catalog.plan(project, product.pipeline),
    enabled: !product.computing,
  });
  const [wrong, setWrong] = useState<unknown>();
  const [sent, setSent] = useState(false);
  const compute = async () => {
    setSent(true);
    setWrong(undefined);
    try {
      const { run } = await refreshProduct(project, product.uuid);
      void known.invalidateQueries({ queryKey: ["products", project] });
      tell(`Run ${run} computes ${product.uuid}.`);
      await navigate({ to: "/runs/$run", params: { run: String(run) } });
    } catch (problem) {
      setWrong(problem);
      setSent(false);
    }
  };
  return (
    <Dialog
      title={`Compute ${product.uuid} now`}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            blocked={
              sent
                ? "It is being started."
                : plan || product.computing
                  ? undefined
                  : "What it would do is not known yet."
            }
            onClick={() => void compute()}
          >
            {product.computing
              ? `Open run ${product.computing}`
              : plan
                ? `Run ${counted(plan.run + plan.unknown, "block")}`
                : "Run"}
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      {product.computing ? (
        <p>Run {product.computing} computes it already; a second one is not started.</p>
      ) : plan ? (
        <Preview plan={plan} product={product} />
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={4} />
      )}
    </Dialog>
  );
}

const ACTIONS: Record<string, string> = { run: "runs", reuse: "is reused", unknown: "is decided on the way" };

function Preview({ plan, product }: { readonly plan: Plan; readonly product: Product }) {
  return (
    <>
      <p>
        Pipeline {product.pipeline}: {counted(plan.run, "block")} run{plan.run === 1 ? "s" : ""}
        {plan.reuse ? `, ${count(plan.reuse)} reused` : ""}
        {plan.unknown ? `, ${count(plan.unknown)} decided on the way` : ""}
        {plan.seconds === null ? "" : `, about ${duration(plan.seconds)}`}.{" "}
        {product.fresh ? "The value is fresh: it is computed anew all the same." : ""}
      </p>
      <div className={styles.card}>
        <table>
          <thead>
            <tr>
              <th scope="col">Block</th>
              <th scope="col">What happens</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {plan.blocks.map(({ block, action, why }) => (
              <tr key={block}>
                <th scope="row">{block}</th>
                <td>{ACTIONS[action] ?? action}</td>
                <td className="quiet">{why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
