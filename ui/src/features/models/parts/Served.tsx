/** Who answers, as a bar and as a sentence. */
import { Link } from "@tanstack/react-router";
import type { Endpoint } from "../api";
import { partsOf, percent, trafficWords } from "../model/words";
import styles from "../models.module.css";

export function Served({ endpoint }: { readonly endpoint: Endpoint }) {
  return (
    <div className={styles.served}>
      <div className={styles.bar} aria-hidden>
        {partsOf(endpoint).map(({ version, role, share }) =>
          share > 0 ? (
            <span key={version} className={styles[role]} style={{ flexGrow: share }}>
              {share >= 0.08 ? `${version} · ${percent(share)}` : ""}
            </span>
          ) : null,
        )}
      </div>
      <p>{trafficWords(endpoint)}</p>
    </div>
  );
}

export function VersionLink({ model, version }: { readonly model: string; readonly version: number }) {
  return (
    <Link to="/models/$model/$version" params={{ model, version: String(version) }}>
      version {version}
    </Link>
  );
}
