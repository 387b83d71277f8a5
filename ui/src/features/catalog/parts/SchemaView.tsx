/** The columns of a version, and how they changed over all versions. */
import { useQuery } from "@tanstack/react-query";
import { Bones, Empty } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { type AssetPlace, catalog, type DescribedVersion, type HistoryStep } from "../api";
import styles from "../catalog.module.css";
import { changesOf, isChanged } from "../model/words";
import { RunLink } from "./AssetLink";

interface SchemaViewProps {
  readonly place: AssetPlace;
  readonly version: DescribedVersion;
}

export function SchemaView({ place, version }: SchemaViewProps) {
  const { columns_described: columns, change, before } = version;
  const added = new Set(change.added.map(({ name }) => name));
  const altered = new Map(change.changed.map((each) => [each.name, each.before]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label="Schema">
      <div className={styles.section}>
        <div className={styles.sectionHead}>
          <h2>{columns.length ? counted(columns.length, "column") : "No columns"}</h2>
          <span className="hint">
            {before === null
              ? `Version ${version.version} is the first.`
              : isChanged(change)
                ? `Version ${version.version} against version ${before}.`
                : `As in version ${before}, the one before.`}
          </span>
        </div>
        {columns.length || change.removed.length ? (
          <div className={styles.card}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Column</th>
                  <th scope="col">Type</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                {columns.map(({ name, type }) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td className="quiet">{type}</td>
                    <td>
                      {added.has(name) ? <span className={styles.added}>added</span> : null}
                      {altered.has(name) ? <span className={styles.altered}>was {altered.get(name)}</span> : null}
                    </td>
                  </tr>
                ))}
                {change.removed.map(({ name, type }) => (
                  <tr key={`removed ${name}`}>
                    <th scope="row" className={styles.gone}>
                      {name}
                    </th>
                    <td className="quiet">{type}</td>
                    <td>
                      <span className={styles.removed}>removed</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : (
          <Empty>This value is a {version.type}: only tables have columns.</Empty>
        )}
      </div>
      {columns.length ? <Changes place={place} /> : null}
    </section>
  );
}

function Changes({ place }: { readonly place: AssetPlace }) {
  const { data, error, refetch } = useQuery(catalog.history(place));
  const changed = data?.filter((step) => isChanged(step.change)).reverse();
  return (
    <div className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>Changes</h2>
        {data ? <span className="hint">Over the last {counted(data.length, "version")}.</span> : null}
      </div>
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {changed === undefined ? (
        error ? null : (
          <Bones rows={3} />
        )
      ) : changed.length === 0 ? (
        <p className="quiet">The columns have stayed the same.</p>
      ) : (
        <div className={styles.card}>
          <table>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">When</th>
                <th scope="col">By</th>
                <th scope="col">What changed</th>
              </tr>
            </thead>
            <tbody>
              {changed.map((step) => (
                <Change key={step.version} step={step} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Change({ step }: { readonly step: HistoryStep }) {
  const told = changesOf(step.change);
  return (
    <tr>
      <th scope="row">{step.version}</th>
      <td>
        <Ago at={step.made} />
      </td>
      <td>
        <RunLink run={step.run} />
      </td>
      <td>
        {told.map(({ column, what }, index) => (
          <span key={`${column} ${what}`}>
            {index ? "; " : ""}
            <strong>{column}</strong> {what}
          </span>
        ))}
        {step.change.moved ? `${told.length ? "; " : ""}the columns stand in another order` : ""}
      </td>
    </tr>
  );
}
