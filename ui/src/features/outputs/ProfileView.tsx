/** Each column of a table in figures. */
import { useQuery } from "@tanstack/react-query";
import { Bones, Empty } from "@/ui/blocks";
import { count } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { type ColumnStatistics, type OutputPlace, outputs } from "./api";
import { Histogram } from "./Histogram";
import { isTime, moment, oneLine, shortType } from "./model/cells";
import styles from "./outputs.module.css";

export function ProfileView({ place }: { readonly place: OutputPlace }) {
  const { data, error, refetch } = useQuery(outputs.profile(place));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={8} />;
  if (data.length === 0) return <Empty>The table has no columns.</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.profile} tabIndex={0} aria-label="Profile of each column">
      <table>
        <thead>
          <tr>
            {["Column", "Type", "Spread", "Null", "Distinct", "Least", "Middle", "Most", "Mean", "Most frequent"].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {data.map((column) => (
            <Row key={column.name} column={column} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ column }: { readonly column: ColumnStatistics }) {
  const told = (value: unknown) =>
    value === null || value === undefined
      ? ""
      : typeof value === "number"
        ? String(Number(value.toPrecision(6)))
        : isTime(column.type)
          ? moment(value)
          : oneLine(value).slice(0, 40);
  const [frequent] = column.top ?? [];
  return (
    <tr>
      <th scope="row">{column.name}</th>
      <td className="quiet">{shortType(column.type)}</td>
      <td>
        <Histogram column={column} />
      </td>
      <td className="number">{column.nulls ? count(column.nulls) : ""}</td>
      <td className="number">{count(column.distinct)}</td>
      <td className="number">{told(column.min)}</td>
      <td className="number">{told(column.quantiles?.[1])}</td>
      <td className="number">{told(column.max)}</td>
      <td className="number">{told(column.mean)}</td>
      <td>{frequent ? `${oneLine(frequent[0]).slice(0, 40)} · ${count(Number(frequent[1]))}` : ""}</td>
    </tr>
  );
}
