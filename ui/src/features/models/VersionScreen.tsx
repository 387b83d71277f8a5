/** One version of a model: what it is for, what it takes, how good it is, where it comes from and what it answers. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, PageHead } from "@/ui/blocks";
import { bytes } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { CopyButton } from "@/ui/Snippet";
import { Ago } from "@/ui/time";
import { models, type Version } from "./api";
import styles from "./models.module.css";
import { Card } from "./parts/Card";
import { Breaks, Findings, MetricTable } from "./parts/Compared";
import { Lineage } from "./parts/Lineage";
import { Example, Signature } from "./parts/Signature";
import { Stage } from "./parts/Stage";

const PromoteDialog = lazy(() => import("./parts/PromoteDialog").then((module) => ({ default: module.PromoteDialog })));

export function VersionScreen() {
  const project = useProject();
  const { model, version: which } = useParams({ strict: false }) as { model: string; version: string };
  const { data, error, refetch } = useQuery(models.version(project, model, which));
  if (!data)
    return (
      <>
        <PageHead title={`${model} ${which}`} />
        <div className={styles.scroll}>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />}
        </div>
      </>
    );
  return <Shown version={data} />;
}

function Shown({ version }: { readonly version: Version }) {
  const { model, version: number, stage, created, created_by: by } = version;
  const project = useProject();
  const navigate = useNavigate();
  const { panel } = useSearch({ strict: false }) as { panel?: "promote" };
  const refusal = useRefusal("edit");
  const endpoint = useQuery(models.one(project, model)).data?.endpoint;
  const go = (search: { panel?: "promote" }) =>
    void navigate({ to: "/models/$model/$version", params: { model, version: String(number) }, search });
  const promote = () => stage !== "champion" && go({ panel: "promote" });
  useKeys([{ keys: "p", does: `Promote version ${number}`, act: promote }]);
  return (
    <>
      <PageHead
        title={`${model} version ${number}`}
        actions={
          <>
            {endpoint && endpoint.version !== number ? (
              <Link
                to="/models/$model/compare"
                params={{ model }}
                search={{ first: endpoint.version, second: number }}
                className={ui.button}
              >
                Compare with {endpoint.version}
              </Link>
            ) : null}
            {stage === "champion" ? null : (
              <Button look="primary" blocked={refusal} onClick={promote}>
                Promote {number}
              </Button>
            )}
          </>
        }
      >
        <Stage stage={stage} />
        <span className={`quiet ${styles.facts}`}>
          <Link to="/models/$model" params={{ model }}>
            all versions
          </Link>
          <span>{version.type}</span>
          <span>{bytes(version.bytes)}</span>
          <span>
            <Ago at={created} /> by {by}
          </span>
        </span>
      </PageHead>
      <div className={styles.scroll}>
        <div className={styles.halves}>
          <div className={styles.half}>
            <Card version={version} />
            <Checks version={version} champion={endpoint?.version} />
            <Signature signature={version.signature} />
            <Example rows={version.example} />
          </div>
          <div className={styles.half}>
            <Lineage version={version} endpoint={endpoint ?? null} />
            <Parameters version={version} />
            <File version={version} />
          </div>
        </div>
      </div>
      <Suspense>
        {panel === "promote" && stage !== "champion" && endpoint !== undefined ? (
          <PromoteDialog model={model} version={number} endpoint={endpoint} onClose={() => go({})} />
        ) : null}
      </Suspense>
    </>
  );
}

interface ChecksProps {
  readonly version: Version;
  readonly champion: number | undefined;
}

/** Against the champion, as a promotion would be judged now; of the champion itself, how it stands. */
function Checks({ version, champion }: ChecksProps) {
  const { model, version: number } = version;
  const { data, error, refetch } = useQuery(models.comparison(useProject(), model, champion ?? number, number));
  const alone = champion === undefined || champion === number;
  return (
    <>
      <section aria-labelledby="metrics" className={styles.section}>
        <h2 id="metrics">Metrics</h2>
        {alone ? (
          <Pairs label="Metrics" values={version.metrics} none="It was registered without metrics." />
        ) : data ? (
          <MetricTable comparison={data} first={`Champion, ${champion}`} second={`Version ${number}`} />
        ) : error ? null : (
          <Bones rows={3} />
        )}
      </section>
      <section aria-labelledby="checks" className={styles.section}>
        <h2 id="checks">Checks</h2>
        {error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <>
            <Findings findings={data.findings} />
            <Breaks comparison={data} />
          </>
        ) : (
          <Bones rows={3} />
        )}
      </section>
    </>
  );
}

function Parameters({ version }: { readonly version: Version }) {
  return (
    <>
      <section aria-labelledby="parameters" className={styles.section}>
        <h2 id="parameters">Parameters</h2>
        <Pairs label="Parameters" values={version.parameters} none="It was registered without parameters." />
      </section>
      {Object.keys(version.tags).length ? (
        <section aria-labelledby="tags" className={styles.section}>
          <h2 id="tags">Tags</h2>
          <Pairs label="Tags" values={version.tags} none="" />
        </section>
      ) : null}
    </>
  );
}

function File({ version }: { readonly version: Version }) {
  return (
    <section aria-labelledby="file" className={styles.section}>
      <h2 id="file">File and environment</h2>
      <dl className={styles.pairs}>
        <dt>Size</dt>
        <dd>{bytes(version.bytes)}</dd>
        <dt>SHA-256</dt>
        <dd className={styles.digest}>
          <code>{version.sha256}</code>
          <CopyButton label="Copy SHA-256" text={version.sha256} />
        </dd>
        <dt>In the store</dt>
        <dd className={styles.digest}>
          <code>{version.digest}</code>
        </dd>
        <dt>Python</dt>
        <dd>{version.python || "not known"}</dd>
        {Object.entries(version.packages).map(([name, made]) => (
          <PairOf key={name} name={name}>
            {made}
          </PairOf>
        ))}
      </dl>
    </section>
  );
}

function PairOf({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

interface PairsProps {
  readonly label: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly none: string;
}

function Pairs({ label, values, none }: PairsProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <p className="quiet">{none}</p>;
  return (
    <dl className={styles.pairs} aria-label={label}>
      {entries.map(([name, value]) => (
        <PairOf key={name} name={name}>
          {typeof value === "string" ? value : JSON.stringify(value)}
        </PairOf>
      ))}
    </dl>
  );
}
