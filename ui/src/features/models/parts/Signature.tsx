/** What a version takes and gives, and rows to try it with. */
import type { Version } from "../api";
import styles from "../models.module.css";

type Fields = NonNullable<Version["signature"]>["inputs"];

export function Signature({ signature }: { readonly signature: Version["signature"] }) {
  return (
    <section aria-labelledby="signature" className={styles.section}>
      <h2 id="signature">Signature</h2>
      {signature ? (
        <>
          <FieldTable label="What it takes, in this order" fields={signature.inputs} />
          {signature.outputs.length ? <FieldTable label="What it gives" fields={signature.outputs} /> : null}
        </>
      ) : (
        <p className="quiet">
          It was registered without one: requests are handed over as they come. Register with <code>example</code>, and
          wrong requests are refused with the field.
        </p>
      )}
    </section>
  );
}

function FieldTable({ label, fields }: { readonly label: string; readonly fields: Fields }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.card} tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{label}</th>
            <th scope="col">Type</th>
            <th scope="col">May be missing</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, type, nullable }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{type}</td>
              <td>{nullable ? "yes" : "no"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Example({ rows }: { readonly rows: Version["example"] }) {
  const [first] = rows;
  if (!first) return null;
  const names = Object.keys(first);
  return (
    <section aria-labelledby="example" className={styles.section}>
      <h2 id="example">Input example</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label="Input example, rows">
        <table>
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
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of an example have no name
              <tr key={index}>
                {names.map((name) => (
                  <td key={name}>{told(row[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

const told = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
