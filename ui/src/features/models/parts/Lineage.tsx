/** From the data to who is answered: data, run and block, version, endpoint. */
import { Link } from "@tanstack/react-router";
import type { Endpoint, Version } from "../api";
import { partsOf, percent } from "../model/words";
import styles from "../models.module.css";

interface LineageProps {
  readonly version: Version;
  readonly endpoint: Endpoint | null;
}

export function Lineage({ version, endpoint }: LineageProps) {
  const { run, pipeline, block, git_commit: commit, training_data: data, held_out: heldOut, tracking } = version;
  const tracked = tracking.run_id;
  return (
    <section aria-labelledby="lineage" className={styles.section}>
      <h2 id="lineage">Where it comes from and goes to</h2>
      <ol className={styles.lineage}>
        <li>
          <span className="hint">Data</span>
          <span>
            trained on <Digest digest={data} />, measured on <Digest digest={heldOut} />
          </span>
        </li>
        <li>
          <span className="hint">Made by</span>
          {run === null ? (
            <span>{version.created_by}, who brought the file</span>
          ) : (
            <span>
              <Link to="/runs/$run" params={{ run: String(run) }} search={{ block }}>
                run {run}
              </Link>
              {", "}
              <Link to="/pipelines/$pipeline" params={{ pipeline }} search={{ block }}>
                {pipeline} · {block}
              </Link>
            </span>
          )}
        </li>
        <li>
          <span className="hint">Code</span>
          <span>
            {commit ? (
              <>
                commit <code>{commit.slice(0, 12)}</code>
              </>
            ) : (
              "no commit"
            )}
            {version.snapshot ? (
              <>
                , snapshot <code>{version.snapshot.slice(0, 12)}</code>
              </>
            ) : null}
          </span>
        </li>
        {tracked ? (
          <li>
            <span className="hint">Tracked</span>
            <Link to="/experiments/runs/$tracked" params={{ tracked }}>
              {tracked.slice(0, 8)}
            </Link>
          </li>
        ) : null}
        <li>
          <span className="hint">Answers</span>
          <ServedAs version={version} endpoint={endpoint} />
        </li>
      </ol>
    </section>
  );
}

function Digest({ digest }: { readonly digest: string }) {
  return digest ? <code title={digest}>{digest.slice(0, 12)}</code> : <>data that nobody named</>;
}

function ServedAs({ version: { model, version, stage }, endpoint }: LineageProps) {
  const part = endpoint ? partsOf(endpoint).find((each) => each.version === version) : undefined;
  if (!part || !endpoint) return <span>{stage === "previous" ? "nobody; a roll back leads to it" : "nobody"}</span>;
  return (
    <span>
      {endpoint.traffic.mode === "shadow" && part.role === "challenger"
        ? `sees ${percent(endpoint.traffic.share)} of the requests as a shadow`
        : `${percent(part.share)} of the requests for ${model}`}
      {", "}
      <Link to="/monitoring">see how it does</Link>
    </span>
  );
}
