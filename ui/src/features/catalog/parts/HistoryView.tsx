/** How an output went from version to version: rows, size, and each column's figures. */
import { useQuery } from "@tanstack/react-query";
import { Bones, Empty } from "@/ui/blocks";
import { Trend } from "@/ui/charts/Trend";
import { bytes, count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { type AssetPlace, catalog, type HistoryStep } from "../api";
import styles from "../catalog.module.css";
import { byColumn, type ColumnHistory, figures, told } from "../model/history";
import { RunLink } from "./AssetLink";

interface HistoryViewProps {
  readonly place: AssetPlace;
  /** The version that is looked at. */
  readonly shown: number;
  readonly column: string | undefined;
  readonly onColumn: (column: string | undefined) => void;
}

export function HistoryView({ place, shown, column, onColumn }: HistoryViewProps) {
  const { data, error, refetch } = useQuery(catalog.history(place));
  if (!data)
    return (
      <div className={styles.scroll}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={8} />}
      </div>
    );
  const columns = byColumn(data);
  const chosen = columns.find(({ name }) => name === column);
  const marked = data.findIndex(({ version }) => version === shown);
  const last = data.at(-1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label="Profile over time">
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      <div className={styles.section}>
        <div className={styles.sectionHead}>
          <h2>Size</h2>
          <span className="hint">Over the last {counted(data.length, "version")}, oldest first.</span>
        </div>
        <div className={styles.trends}>
          {last?.rows === null || last === undefined ? null : (
            <Figure
              title="Rows"
              now={count(last.rows)}
              values={data.map(({ rows }) => rows)}
              marked={marked}
              write={count}
            />
          )}
          {last ? (
            <Figure
              title="Bytes"
              now={bytes(last.bytes)}
              values={data.map((step) => step.bytes)}
              marked={marked}
              write={bytes}
            />
          ) : null}
        </div>
      </div>
      {columns.length ? (
        <Columns columns={columns} chosen={column} onColumn={onColumn} />
      ) : (
        <Empty>
          {last?.columns === null || last === undefined
            ? "Only tables have columns with figures."
            : "The figures of the columns went with the runs that made them; sizes are still known."}
        </Empty>
      )}
      {chosen ? <Values history={data} column={chosen} /> : null}
    </section>
  );
}

interface FigureProps {
  readonly title: string;
  readonly now: string;
  readonly values: readonly (number | null)[];
  readonly marked: number;
  readonly write?: (value: number) => string;
}

function Figure({ title, now, values, marked, write }: FigureProps) {
  return (
    <figure className={styles.trend}>
      <figcaption>
        {title} <span className="quiet">{now}</span>
      </figcaption>
      <Trend
        label={title}
        values={values}
        width={328}
        height={112}
        axis
        marked={marked}
        {...(write ? { write } : {})}
      />
    </figure>
  );
}

interface ColumnsProps {
  readonly columns: readonly ColumnHistory[];
  readonly chosen: string | undefined;
  readonly onColumn: (column: string | undefined) => void;
}

function Columns({ columns, chosen, onColumn }: ColumnsProps) {
  return (
    <div className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>Columns</h2>
        <span className="hint">Over the first rows of each version. A column's name shows its values.</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label="Columns over time">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Null</th>
              <th scope="col">Distinct</th>
              <th scope="col">Mean</th>
              <th scope="col">Least</th>
              <th scope="col">Most</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => {
              const newest = column.steps.findLast((step) => step !== undefined);
              return (
                <tr key={column.name} className={column.name === chosen ? styles.chosen : undefined}>
                  <th scope="row">
                    <button
                      type="button"
                      className={styles.columnButton}
                      aria-expanded={column.name === chosen}
                      onClick={() => onColumn(column.name === chosen ? undefined : column.name)}
                    >
                      {column.name}
                    </button>{" "}
                    {column.present ? null : <span className="hint">gone</span>}
                  </th>
                  <td className="quiet">{column.type}</td>
                  {(["nulls", "distinct", "mean"] as const).map((figure) => (
                    <td key={figure}>
                      <Spark column={column} figure={figure} />
                    </td>
                  ))}
                  <td>{told(newest?.min)}</td>
                  <td>{told(newest?.max)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </div>
  );
}

const NAMES = { nulls: "Null", distinct: "Distinct", mean: "Mean" } as const;

function Spark({ column, figure }: { readonly column: ColumnHistory; readonly figure: keyof typeof NAMES }) {
  const values = figures(column, figure);
  const now = values.findLast((value) => value !== null);
  if (now === undefined || now === null) return null;
  return (
    <span className={styles.spark}>
      <Trend label={`${NAMES[figure]} of ${column.name}`} values={values} width={88} height={20} />
      {figure === "mean" ? told(now) : count(now)}
    </span>
  );
}

/** The same in figures. */
function Values({ history, column }: { readonly history: readonly HistoryStep[]; readonly column: ColumnHistory }) {
  const rows = history.map((step, index) => ({ step, own: column.steps[index] })).reverse();
  return (
    <div className={styles.section}>
      <h2>{column.name}, version by version</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label={`Values of ${column.name}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">When</th>
              <th scope="col">By</th>
              <th scope="col">Type</th>
              {["Rows", "Null", "Distinct", "Mean", "Least", "Most"].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ step, own }) => (
              <tr key={step.version}>
                <th scope="row">{step.version}</th>
                <td>
                  <Ago at={step.made} />
                </td>
                <td>
                  <RunLink run={step.run} />
                </td>
                <td className="quiet">{own ? own.type : "not there"}</td>
                <td className="number">{step.rows === null ? "" : count(step.rows)}</td>
                <td className="number">{own?.nulls == null ? "" : count(own.nulls)}</td>
                <td className="number">{own?.distinct == null ? "" : count(own.distinct)}</td>
                <td className="number">{told(own?.mean)}</td>
                <td className="number">{told(own?.min)}</td>
                <td className="number">{told(own?.max)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
