/** How an output is read: in block code, in the terminal, as a file. And who reads it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { downloadOf } from "@/features/outputs";
import ui from "@/ui/parts.module.css";
import { Snippet } from "@/ui/Snippet";
import { type AssetDetail, type AssetPlace, catalog, type DescribedVersion } from "../api";
import styles from "../catalog.module.css";
import { VERBS, wordsOf } from "../model/lineage";

interface UseViewProps {
  readonly place: AssetPlace;
  readonly asset: AssetDetail;
  readonly version: DescribedVersion;
}

const FORMATS = ["csv", "parquet", "json", "jsonl"] as const;
const IMPORT = "from mage_ai.data_preparation.variable_manager import get_variable";

export function UseView({ place, asset, version }: UseViewProps) {
  const { read_run: run, read_block: block } = version;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label="Use">
      <div className={styles.section}>
        <h2>In a block</h2>
        <p className="quiet">
          A block of the same pipeline gets it as an argument once it is downstream of {asset.block}. Any other block
          asks for the latest value:
        </p>
        <Snippet label="code" text={`${IMPORT}\n\nvalue = ${asset.use}`} />
      </div>
      <div className={styles.section}>
        <h2>In the terminal</h2>
        <Snippet label="command" text={`blockwright catalog show ${quoted(asset.id)}`} />
      </div>
      {version.rows !== null && version.available && version.parts === null && run !== null && block !== null ? (
        <div className={styles.section}>
          <h2>As a file</h2>
          <div className={styles.bar}>
            {FORMATS.map((format) => (
              <a
                key={format}
                className={ui.button}
                href={downloadOf(
                  { project: place.project, run, block, name: version.name, version: version.digest },
                  format,
                )}
                download
              >
                Save as {format}
              </a>
            ))}
          </div>
        </div>
      ) : null}
      <Readers place={place} />
    </section>
  );
}

function Readers({ place: { project, pipeline, block } }: { readonly place: AssetPlace }) {
  const { data } = useQuery(catalog.lineage(project, { pipeline, block, up: 0, down: 1 }));
  const names = new Map(data?.nodes.map((node) => [node.id, node]));
  const readers = data?.edges.filter((edge) => names.get(edge.source)?.steps === 0) ?? [];
  if (!data) return null;
  return (
    <div className={styles.section}>
      <h2>Who uses it</h2>
      {readers.length === 0 ? <p className="quiet">Nobody: no block, and no data product.</p> : null}
      <ul className={styles.plainList}>
        {readers.map((edge) => {
          const node = names.get(edge.target);
          if (!node) return null;
          const { title, detail } = wordsOf({ ...node, outputs: [] });
          return (
            <li key={`${edge.target} ${edge.kind}`}>
              {node.kind === "product" ? (
                <Link to="/data/$product" params={{ product: title }}>
                  {title}
                </Link>
              ) : (
                <Link
                  to="/pipelines/$pipeline"
                  params={{ pipeline: node.pipeline ?? "" }}
                  search={node.block ? { block: node.block } : {}}
                >
                  {title}
                </Link>
              )}
              <span className="hint">
                {detail}, {VERBS[edge.kind]?.[0] ?? edge.kind}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
