/** Two versions side by side: figures, parameters, libraries, and what a promotion of the second would say. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { type Comparison, models } from "./api";
import styles from "./models.module.css";
import { Breaks, Findings, MetricTable } from "./parts/Compared";
import { VersionLink } from "./parts/Served";
import { Stage } from "./parts/Stage";
import { Origin } from "./parts/versionColumns";

interface Pair {
  readonly first?: number;
  readonly second?: number;
}

export function CompareScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { model } = useParams({ strict: false }) as { model: string };
  const pair = useSearch({ strict: false }) as Pair;
  const { data, error, refetch } = useQuery(
    models.comparison(project, model, pair.first ?? "champion", pair.second ?? "newest"),
  );
  const go = (search: Pair) =>
    void navigate({ to: "/models/$model/compare", params: { model }, search, replace: true });
  const first = data?.first.version;
  const second = data?.second.version;
  return (
    <>
      <PageHead
        title={first === undefined ? model : `${model} ${first} ↔ ${second}`}
        actions={
          first === undefined || second === undefined ? null : (
            <Button
              icon={<ArrowLeftRight size={14} aria-hidden />}
              onClick={() => go({ first: second, second: first })}
            >
              Swap
            </Button>
          )
        }
      >
        {data ? <Choice model={model} comparison={data} onPair={go} /> : null}
      </PageHead>
      <div className={styles.scroll}>
        {error ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <Shown comparison={data} />
        ) : (
          <Bones />
        )}
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly model: string;
  readonly comparison: Comparison;
  readonly onPair: (pair: Pair) => void;
}

function Choice({ model, comparison, onPair }: ChoiceProps) {
  const { data } = useInfiniteQuery(models.versions(useProject(), model));
  const first = comparison.first.version;
  const second = comparison.second.version;
  const known = data?.pages.flatMap((page) => page.items.map(({ version }) => version)) ?? [];
  const all = [...new Set([...known, first, second])].sort((one, other) => other - one);
  const select = (label: string, value: number, onValue: (version: number) => void) => (
    <label className={styles.choice}>
      {label}
      <select value={value} onChange={({ target }) => onValue(Number(target.value))}>
        {all.map((version) => (
          <option key={version} value={version}>
            {version}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      {select("Version", first, (version) => onPair({ first: version, second }))}
      {select("with", second, (version) => onPair({ first, second: version }))}
    </>
  );
}

function Shown({ comparison }: { readonly comparison: Comparison }) {
  const { first, second, parameters, packages, same_training_data: same } = comparison;
  if (first.version === second.version)
    return <Empty>This is one and the same version: choose another one above.</Empty>;
  return (
    <>
      <ul className={styles.sides}>
        {[first, second].map((version) => (
          <li key={version.version}>
            <VersionLink model={version.model} version={version.version} />
            <Stage stage={version.stage} />
            <Origin version={version} />
          </li>
        ))}
      </ul>
      <section aria-labelledby="metrics" className={styles.section}>
        <h2 id="metrics">Metrics</h2>
        <MetricTable comparison={comparison} first={`Version ${first.version}`} second={`Version ${second.version}`} />
      </section>
      <section aria-labelledby="checks" className={styles.section}>
        <h2 id="checks">What a promotion of version {second.version} would say</h2>
        <Findings findings={comparison.findings} />
        <Breaks comparison={comparison} />
      </section>
      <Differences title="Parameters" rows={parameters} comparison={comparison} />
      <Differences title="Libraries" rows={packages} comparison={comparison} />
      <p className="hint">
        {same ? "Both were trained on the same data." : "They were trained on different data, or nobody named it."}
      </p>
    </>
  );
}

interface DifferencesProps {
  readonly title: string;
  readonly rows: Comparison["parameters"];
  readonly comparison: Comparison;
}

function Differences({ title, rows, comparison: { first, second } }: DifferencesProps) {
  return (
    <section aria-label={title} className={styles.section}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p className="quiet">The same in both.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <section className={styles.card} tabIndex={0} aria-label={`${title} that differ`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Version {first.version}</th>
                <th scope="col">Version {second.version}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, first: one, second: other }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{told(one)}</td>
                  <td>{told(other)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

const told = (value: unknown): string =>
  value === null || value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
