/** The window onto a table: only the rows and columns that are seen exist. */
import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type KeyboardEvent,
  memo,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { copyText } from "@/ui/clipboard";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { type ColumnStatistics, type OutputPlace, outputs, PAGE, type Question, type TablePage } from "./api";
import { Histogram } from "./Histogram";
import { csv, inCell, isNumber, markdown, shortType, shownBetween, tsv } from "./model/cells";
import styles from "./outputs.module.css";
import { usePages } from "./usePages";

export interface GridColumn {
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly width: number;
  readonly statistics: ColumnStatistics | undefined;
}

/** How what is chosen is copied: cells between tabs for spreadsheets, or with the names of the columns. */
export type Copied = "cells" | "csv" | "markdown";

/** What can be asked of the window from outside. */
export interface Window {
  readonly copy: (format: Copied) => Promise<void>;
}

interface GridBodyProps {
  readonly ref?: Ref<Window>;
  readonly label: string;
  readonly place: OutputPlace;
  readonly question: Question;
  readonly columns: readonly GridColumn[];
  readonly rows: number;
  readonly begin: TablePage | undefined;
  readonly onSort: (column: string) => void;
  readonly onOpen: (row: number, column: string, value: unknown) => void;
}

const ROW = 27;
const HEAD = 66;
const AHEAD = 8;
/** Taller than this a browser does not scroll; then one pixel of the bar is several of the table. */
const TALLEST = 15_000_000;
/** Rows that are copied at once; more is what files are for. */
const MOST_COPIED = 10_000;

interface Cell {
  readonly row: number;
  readonly column: number;
}

export function GridBody({ ref, label, place, question, columns, rows, begin, onSort, onOpen }: GridBodyProps) {
  const known = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [seen, setSeen] = useState({ top: 0, left: 0, width: 800, height: 600 });
  const [at, setAt] = useState<Cell>({ row: 0, column: 0 });
  const [from, setFrom] = useState<Cell>();

  const edges = useMemo(() => {
    const found = [0];
    for (const { width } of columns) found.push((found.at(-1) ?? 0) + width);
    return found;
  }, [columns]);
  const wide = edges.at(-1) ?? 0;
  const tall = Math.min(rows * ROW, TALLEST);
  const room = Math.max(ROW, seen.height - HEAD);
  const scale = rows * ROW > TALLEST ? (rows * ROW - room) / (TALLEST - room) : 1;
  const top = seen.top * scale;
  const first = Math.max(0, Math.floor(top / ROW) - AHEAD);
  const last = Math.min(rows - 1, Math.ceil((top + room) / ROW) + AHEAD);
  const [left, right] = shownBetween(edges, seen.left - 120, seen.width + 240);
  const pages = usePages(place, question, first, Math.max(first, last), begin);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () =>
      setSeen({
        top: element.scrollTop,
        left: element.scrollLeft,
        width: element.clientWidth,
        height: element.clientHeight,
      });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);

  const go = (row: number, column: number, reach: boolean) => {
    const next = {
      row: Math.max(0, Math.min(rows - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    };
    setFrom(reach ? (from ?? at) : undefined);
    setAt(next);
    const element = scroller.current;
    if (!element) return;
    const start = (next.row * ROW) / scale;
    if (start < element.scrollTop) element.scrollTop = start;
    else if (start + ROW > element.scrollTop + room) element.scrollTop = start + ROW - room;
    const begins = edges[next.column] ?? 0;
    const ends = edges[next.column + 1] ?? begins;
    if (begins < element.scrollLeft) element.scrollLeft = begins;
    else if (ends > element.scrollLeft + element.clientWidth) element.scrollLeft = ends - element.clientWidth;
  };
  const valueAt = (row: number, column: number) => pages.at(row)?.[columns[column]?.index ?? 0];
  const copy = async (format: Copied) => {
    const other = from ?? at;
    const chosenRows = range(at.row, other.row);
    if (chosenRows.length > MOST_COPIED) {
      tell(`At most ${count(MOST_COPIED)} rows are copied at once: save more as a file.`);
      return;
    }
    const chosenColumns = columns.slice(Math.min(at.column, other.column), Math.max(at.column, other.column) + 1);
    const all: (readonly unknown[])[] = [];
    for (const row of chosenRows) {
      // What was never looked at is fetched, so that all is copied that was chosen.
      const found =
        pages.at(row) ??
        (await known.fetchQuery(outputs.page(place, question, Math.floor(row / PAGE)))).rows[row % PAGE] ??
        [];
      all.push(chosenColumns.map(({ index }) => found[index]));
    }
    const text =
      format === "cells"
        ? tsv(all)
        : format === "csv"
          ? csv(
              chosenColumns.map(({ name }) => name),
              all,
            )
          : markdown(chosenColumns, all);
    await copyText(text, `Copied ${counted(all.length, "row")} × ${counted(chosenColumns.length, "column")}`);
  };
  useImperativeHandle(ref, () => ({ copy }));
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(room / ROW) - 1);
    const reach = event.shiftKey;
    const jump = event.ctrlKey || event.metaKey;
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at.row + 1, at.column, reach),
      ArrowUp: () => go(at.row - 1, at.column, reach),
      ArrowRight: () => go(at.row, at.column + 1, reach),
      ArrowLeft: () => go(at.row, at.column - 1, reach),
      PageDown: () => go(at.row + page, at.column, reach),
      PageUp: () => go(at.row - page, at.column, reach),
      Home: () => go(jump ? 0 : at.row, jump ? at.column : 0, reach),
      End: () => go(jump ? rows - 1 : at.row, jump ? at.column : columns.length - 1, reach),
      Enter: () => onOpen(at.row, columns[at.column]?.name ?? "", valueAt(at.row, at.column)),
      ...(jump ? { c: () => void copy(reach ? "markdown" : "cells") } : {}),
    };
    // With Shift or its lock a letter comes as a capital.
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = moves[key];
    if (!act || (jump && !["Home", "End", "c"].includes(key))) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const other = from ?? at;
  const chosen = (row: number, column: number) =>
    between(row, at.row, other.row) && between(column, at.column, other.column);
  const sorted = question.sort.replace(/^-/, "");
  const visible = columns.slice(left, right + 1);

  return (
    <>
      {pages.error ? <Problem error={pages.error} /> : null}
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-activedescendant={rows ? `${id}-${at.row}-${at.column}` : undefined}
        tabIndex={0}
        onKeyDown={press}
      >
        <div className={styles.head} role="row" aria-rowindex={1} style={{ width: wide }}>
          {visible.map((column, offset) => (
            <div
              key={column.name}
              role="columnheader"
              aria-colindex={left + offset + 1}
              aria-sort={column.name === sorted ? (question.sort === sorted ? "ascending" : "descending") : undefined}
              className={styles.headCell}
              data-numeric={isNumber(column.type) || undefined}
              style={{ left: edges[left + offset], width: column.width }}
            >
              <button type="button" tabIndex={-1} onClick={() => onSort(column.name)} title={`Sort by ${column.name}`}>
                <span className="ellipsis">{column.name}</span>
                {column.name === sorted ? (
                  question.sort === sorted ? (
                    <ArrowUp size={12} aria-hidden />
                  ) : (
                    <ArrowDown size={12} aria-hidden />
                  )
                ) : null}
              </button>
              <span className={styles.type}>
                {shortType(column.type)}
                {column.statistics?.nulls ? ` · ${share(column.statistics)} null` : ""}
              </span>
              {column.statistics ? <Histogram column={column.statistics} /> : null}
            </div>
          ))}
        </div>
        <div role="rowgroup" className={styles.rows} style={{ height: tall, width: wide }}>
          {Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => {
            const row = first + offset;
            return (
              <div
                key={row}
                role="row"
                aria-rowindex={row + 2}
                className={styles.row}
                style={{ transform: `translateY(${row * ROW - top + seen.top}px)`, width: wide }}
              >
                {visible.map((column, place) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
                  <div
                    key={column.name}
                    id={`${id}-${row}-${left + place}`}
                    role="gridcell"
                    tabIndex={-1}
                    aria-colindex={left + place + 1}
                    aria-selected={chosen(row, left + place)}
                    className={isNumber(column.type) ? styles.numeric : styles.cell}
                    style={{ left: edges[left + place], width: column.width }}
                    onClick={(event) => {
                      if (event.shiftKey) setFrom(from ?? at);
                      else setFrom(undefined);
                      setAt({ row, column: left + place });
                    }}
                    onDoubleClick={() => onOpen(row, column.name, pages.at(row)?.[column.index])}
                  >
                    <Value row={pages.at(row)} column={column} />
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

const Value = memo(function Value({
  row,
  column,
}: {
  readonly row: readonly unknown[] | undefined;
  readonly column: GridColumn;
}) {
  if (!row) return <span className={styles.coming} />;
  const value = row[column.index];
  if (value === null || value === undefined) return <span className={styles.nothing}>∅</span>;
  return <>{inCell(column.type, value)}</>;
});

function share({ nulls, rows }: ColumnStatistics): string {
  const part = (nulls / Math.max(1, rows)) * 100;
  return part < 1 ? "<1 %" : `${Math.round(part)} %`;
}

const between = (value: number, one: number, other: number) =>
  value >= Math.min(one, other) && value <= Math.max(one, other);
const range = (one: number, other: number) =>
  Array.from({ length: Math.abs(one - other) + 1 }, (_, index) => Math.min(one, other) + index);
