/** The rows of a block's table in two runs: added, removed, changed; columns and what they hold. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { type DataComparison, runs } from "../api";
import styles from "../diff.module.css";
import { samplesOf, statisticsOf } from "../model/changes";

interface DataDiffProps {
  readonly project: string;
  readonly before: number;
  readonly after: number;
  readonly block: string;
}

export function DataDiff({ project, before, after, block }: DataDiffProps) {
  const [key, setKey] = useState<readonly string[]>([]);
  const { data, error, refetch } = useQuery(runs.dataDiff(project, before, after, block, key));
  const compare = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("key"));
    setKey(
      text
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    );
  };
  return (
    <>
      <form className={styles.keys} onSubmit={compare}>
        <label htmlFor="diff-key">Rows are named by</label>
        <input
          id="diff-key"
          name="key"
          className={`${ui.input} ${styles.key}`}
          placeholder="columns, such as order_id"
          autoComplete="off"
          defaultValue={key.join(", ")}
        />
        <Button type="submit">Compare</Button>
        <span className="hint">Without a key whole rows are compared.</span>
      </form>
      {error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <TableChanges data={data} />
      ) : (
        <Bones rows={4} />
      )}
    </>
  );
}

type Changes = Pick<
  DataComparison,
  | "added"
  | "removed"
  | "changed"
  | "same"
  | "columns_added"
  | "columns_removed"
  | "types_changed"
  | "statistics"
  | "samples"
>;

/** What differs between two tables. */
export function TableChanges({ data }: { readonly data: Changes }) {
  const samples = useMemo(() => samplesOf(data.samples), [data.samples]);
  const statistics = useMemo(() => statisticsOf(data.statistics), [data.statistics]);
  return (
    <>
      <p>
        {data.added + data.removed + data.changed === 0
          ? `All ${counted(data.same, "row")} are the same.`
          : `${counted(data.added, "row")} added, ${count(data.removed)} removed, ${count(data.changed)} changed, ${count(data.same)} the same.`}
      </p>
      {data.columns_added.length || data.columns_removed.length || data.types_changed.length ? (
        <ul className={styles.columns}>
          {data.columns_added.map((name) => (
            <li key={name}>
              Column <code>{name}</code> was added.
            </li>
          ))}
          {data.columns_removed.map((name) => (
            <li key={name}>
              Column <code>{name}</code> was removed.
            </li>
          ))}
          {data.types_changed.map(([name, one, other]) => (
            <li key={name}>
              Column <code>{name}</code> was {one} and is {other}.
            </li>
          ))}
        </ul>
      ) : null}
      <Plain label="Rows that differ" {...samples} />
      <Plain label="Columns" {...statistics} />
    </>
  );
}

interface PlainProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A few rows, as a plain table. */
function Plain({ label, names, rows }: PlainProps) {
  if (rows.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.plain} tabIndex={0} aria-label={label}>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: samples never move
            <tr key={index}>
              {names.map((name) => (
                <td key={name}>{row[name]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
