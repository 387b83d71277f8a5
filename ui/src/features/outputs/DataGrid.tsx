/** A stored table, however large: what one looks at is fetched, sorted and filtered where it lies. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, X } from "lucide-react";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { copyText } from "@/ui/clipboard";
import { count, counted } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { downloadOf, type OutputPlace, outputs, type Question, type TablePage } from "./api";
import { GridBody, type GridColumn, type Window } from "./GridBody";
import { full, widthOf } from "./model/cells";
import styles from "./outputs.module.css";

export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
  /** The first rows, as far as they are known. */
  readonly begin: readonly (readonly unknown[])[];
}

const PLAIN: Question = { sort: "", where: "" };
const FORMATS = ["csv", "parquet", "json", "jsonl"] as const;
const COPIES = [
  { format: "cells", label: "Copy for a spreadsheet", keys: "Ctrl C" },
  { format: "markdown", label: "Copy as Markdown", keys: "Ctrl Shift C" },
  { format: "csv", label: "Copy as CSV", keys: "" },
] as const;

export function DataGrid({
  place,
  table,
  label,
}: {
  readonly place: OutputPlace;
  readonly table: Table;
  readonly label: string;
}) {
  const known = useQueryClient();
  const [question, setQuestion] = useState(PLAIN);
  const [matching, setMatching] = useState(table.rows);
  const [wrong, setWrong] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [choosing, setChoosing] = useState(false);
  const [open, setOpen] = useState<{ readonly row: number; readonly column: string; readonly value: unknown }>();
  const filter = useRef<HTMLInputElement>(null);
  const body = useRef<Window>(null);
  const profile = useQuery({ ...outputs.profile(place), enabled: table.rows > 0 });

  const columns = useMemo(
    () =>
      table.columns.map(
        (column, index): GridColumn => ({
          ...column,
          index,
          width: widthOf(
            column.name,
            column.type,
            table.begin.slice(0, 40).map((row) => row[index]),
          ),
          statistics: profile.data?.[index]?.name === column.name ? profile.data[index] : undefined,
        }),
      ),
    [table, profile.data],
  );
  const shown = useMemo(() => columns.filter(({ name }) => !hidden.has(name)), [columns, hidden]);
  const begin = useMemo(() => beginning(table), [table]);

  // A table of other columns is another question.
  const names = table.columns.map(({ name }) => name).join("\n");
  const before = useRef(names);
  useEffect(() => {
    if (before.current === names) return;
    before.current = names;
    setQuestion(PLAIN);
    setHidden(new Set());
  }, [names]);
  useEffect(() => {
    if (question === PLAIN) setMatching(table.rows);
  }, [question, table.rows]);

  // What is shown stays until the answer is there; a condition that cannot be read changes nothing.
  const ask = async (next: Question) => {
    setBusy(true);
    setWrong(undefined);
    try {
      const page = await known.fetchQuery(outputs.page(place, next, 0));
      setMatching(page.matching);
      setQuestion(next.sort || next.where ? next : PLAIN);
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask({ ...question, where: filter.current?.value.trim() ?? "" });
  };
  const sort = (column: string) => {
    const next = question.sort === column ? `-${column}` : question.sort === `-${column}` ? "" : column;
    void ask({ ...question, sort: next });
  };

  return (
    <div className={styles.grid}>
      <form className={styles.tools} onSubmit={submit}>
        <span className="quiet" role="status">
          {question.where ? `${count(matching)} of ` : ""}
          {counted(table.rows, "row")} × {count(table.columns.length)}
        </span>
        <span className={styles.grow} />
        <input
          ref={filter}
          className={`${ui.input} ${styles.filter}`}
          type="search"
          placeholder={`Filter: ${example(table)}`}
          aria-label="Filter rows by a condition"
          aria-busy={busy}
          aria-invalid={wrong ? true : undefined}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          onChange={(event) => {
            if (event.target.value === "" && question.where) void ask({ ...question, where: "" });
          }}
        />
        <Button look="bare" onClick={() => setChoosing(!choosing)} aria-expanded={choosing}>
          {hidden.size ? `Columns ${shown.length}/${columns.length}` : "Columns"}
        </Button>
        <Menu
          placement="bottom-end"
          button={
            <button type="button" className={styles.export} aria-label="Copy, or save as a file">
              <Download size={15} aria-hidden />
            </button>
          }
          entries={[
            ...COPIES.map(({ format, label: word, keys }, index) => ({
              label: word,
              keys,
              act: () => void body.current?.copy(format),
              ...(index === 0 ? { group: "Copy the chosen cells" } : {}),
            })),
            ...FORMATS.map((format, index) => ({
              label: `Save as ${format}`,
              act: () => window.location.assign(downloadOf(place, format)),
              ...(index === 0 ? { group: "The whole table" } : {}),
            })),
          ]}
        />
      </form>
      {wrong ? <Problem error={wrong} /> : null}
      {choosing ? <ColumnChooser columns={columns} hidden={hidden} onChange={setHidden} /> : null}
      <GridBody
        ref={body}
        key={`${question.sort} ${question.where}`}
        label={label}
        place={place}
        question={question}
        columns={shown}
        rows={question.where ? matching : table.rows}
        begin={begin}
        onSort={sort}
        onOpen={(row, column, value) => setOpen({ row, column, value })}
      />
      {open ? (
        <section className={styles.value} aria-label={`${open.column} of row ${open.row + 1}`}>
          <div className={styles.valueHead}>
            <strong className="ellipsis">{open.column}</strong>
            <span className="hint">row {count(open.row + 1)}</span>
            <span className={styles.grow} />
            <Button look="bare" onClick={() => void copyText(full(open.value), "Copied")}>
              Copy
            </Button>
            <IconButton label="Close" onClick={() => setOpen(undefined)}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <pre tabIndex={0}>{open.value === null ? "null" : full(open.value)}</pre>
        </section>
      ) : null}
    </div>
  );
}

function beginning({ columns, begin, rows }: Table): TablePage | undefined {
  if (begin.length < Math.min(100, rows)) return undefined;
  return {
    columns: columns.map(({ name }) => name),
    types: columns.map(({ type }) => type),
    rows: begin.map((row) => [...row]),
    offset: 0,
    total: rows,
    matching: rows,
  };
}

/** A condition over this very table, as an example of how one is written. */
function example({ columns, begin }: Table): string {
  const place = columns.findIndex((_, index) => typeof begin[0]?.[index] === "number");
  const column = columns[Math.max(0, place)];
  if (!column) return "a > 1";
  const name = /^[A-Za-z_]\w*$/.test(column.name) ? column.name : `"${column.name.replaceAll('"', '""')}"`;
  return place < 0 ? `${name} = 'x'` : `${name} > 1`;
}

interface ChooserProps {
  readonly columns: readonly GridColumn[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

function ColumnChooser({ columns, hidden, onChange }: ChooserProps) {
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <fieldset className={styles.chooser}>
      <legend className="unseen">Columns that are shown</legend>
      {columns.map(({ name }) => (
        <label key={name}>
          <input type="checkbox" checked={!hidden.has(name)} onChange={() => toggle(name)} /> {name}
        </label>
      ))}
    </fieldset>
  );
}
