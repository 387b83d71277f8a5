/** One output of a block run: a table as a grid, anything else by its kind. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { madeOf, type OutputDocument, type OutputPlace, outputs } from "./api";
import { DataGrid, type Table } from "./DataGrid";
import styles from "./outputs.module.css";
import { Preview, record } from "./Preview";

export function OutputView({ place, label }: { readonly place: OutputPlace; readonly label: string }) {
  const { data, error, refetch } = useQuery(outputs.one(place));
  const table = useMemo(() => tableOf(data), [data]);
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />;
  // What the block gave before stays until the new is there; its pages are asked for by its own address.
  const shown = { ...place, name: data.name };
  return table ? (
    <DataGrid place={shown} table={table} label={label} />
  ) : (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <Preview preview={data.preview} label={label} page={madeOf(shown)} />
    </section>
  );
}

function tableOf(output: OutputDocument | undefined): Table | undefined {
  const preview = record(output?.preview);
  if (!output || preview.kind !== "table" || output.rows === null || !Array.isArray(preview.columns)) return undefined;
  return {
    columns: preview.columns.map((column) => ({
      name: String(record(column).name),
      type: String(record(column).type),
    })),
    rows: output.rows,
    begin: Array.isArray(preview.rows) ? (preview.rows as unknown[][]) : [],
  };
}

export function FramesView({ place }: { readonly place: OutputPlace }) {
  const { data, error, refetch } = useQuery(outputs.frames(place));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={4} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label="What the block showed">
      {data.length === 0 ? <p className={styles.note}>The block showed nothing by display() or a plot.</p> : null}
      {data.map((frame, index) => (
        <Preview
          key={`${frame.time} ${frame.kind}`}
          preview={frame.preview}
          label={`Figure ${index + 1}`}
          page={madeOf(place, index)}
        />
      ))}
    </section>
  );
}
