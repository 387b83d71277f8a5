/** What a block gave or showed, by its kind. Nothing of it is ever run in the page. */
import { bytes, count } from "@/ui/format";
import { Json } from "./Json";
import { oneLine } from "./model/cells";
import styles from "./outputs.module.css";

/** Pictures that can hold no script. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

interface PreviewProps {
  readonly preview: unknown;
  readonly label: string;
  /** Where it is a page of its own, if it is of a kind that is one. */
  readonly page: string;
}

export function Preview({ preview, label, page }: PreviewProps) {
  const made = record(preview);
  switch (made.kind) {
    case "json":
      return (
        <>
          {made.cut ? <p className={styles.note}>This is the beginning: the value is larger.</p> : null}
          <Json value={made.value} />
        </>
      );
    case "value":
      return (
        <pre className={styles.text}>{typeof made.value === "string" ? made.value : JSON.stringify(made.value)}</pre>
      );
    case "text":
      return (
        <>
          {Number(made.length) > String(made.text).length ? (
            <p className={styles.note}>The beginning of {count(Number(made.length))} characters.</p>
          ) : null}
          <pre className={styles.text}>{String(made.text)}</pre>
        </>
      );
    case "bytes":
      return <p className={styles.note}>{bytes(Number(made.length))} of bytes.</p>;
    case "image":
      return PICTURES.has(String(made.mime)) ? (
        <img className={styles.picture} alt={label} src={`data:${String(made.mime)};base64,${String(made.data)}`} />
      ) : (
        <p className={styles.note}>A picture of a kind that is not shown: {String(made.mime)}.</p>
      );
    case "table":
      return <PlainTable columns={made.columns} rows={made.rows} />;
    case "array":
      return (
        <>
          <p className={styles.note}>
            {String(made.dtype)} · {Array.isArray(made.shape) ? made.shape.join(" × ") : ""}
          </p>
          <Json value={made.values} />
        </>
      );
    case "model":
      return (
        <>
          <p className={styles.note}>{String(made.class)}</p>
          <Json value={made.params} />
        </>
      );
    case "plotly":
    case "html":
      // Without an origin: its scripts reach neither this page nor the session nor any host (`web/shown.py`).
      return <iframe className={styles.made} title={label} src={page} sandbox="allow-scripts" loading="lazy" />;
    case "object":
      return (
        <>
          <p className={styles.note}>{String(made.class)}</p>
          <pre className={styles.text}>{String(made.repr)}</pre>
        </>
      );
    default:
      return preview === null || preview === undefined ? (
        <p className={styles.note}>Nothing was kept to be shown.</p>
      ) : (
        <Json value={preview} />
      );
  }
}

function PlainTable({ columns, rows }: { readonly columns: unknown; readonly rows: unknown }) {
  const names = Array.isArray(columns) ? columns.map((column) => String(record(column).name ?? column)) : [];
  const lines = Array.isArray(rows) ? rows.slice(0, 100) : [];
  return (
    <div className={styles.plain}>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a stored value never move
            <tr key={index}>
              {names.map((name, place) => (
                <td key={name}>{Array.isArray(row) ? oneLine(row[place]) : ""}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
