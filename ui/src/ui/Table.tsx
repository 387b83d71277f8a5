/** The one list: windowed rows, keys, sorting; what is there is shown while more comes. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Bones } from "./blocks";
import { Problem } from "./Problem";
import styles from "./table.module.css";

type Width = number | `${number}fr`;

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** Pixels, or a share of what is left such as `2fr`. */
  readonly width: Width;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: "end";
  readonly sortable?: boolean;
  /** Left out on narrow screens. */
  readonly wide?: boolean;
  /** Its width there, if another one. */
  readonly narrow?: Width;
}

export interface Sort {
  readonly column: string;
  readonly down: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  readonly empty: ReactNode;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  /** How many there are in all, when more than `rows`. */
  readonly total?: number | undefined;
  readonly more?: (() => void) | undefined;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (keys: ReadonlySet<string>) => void;
  readonly rowHeight?: number;
  /** As high as its rows: for short tables among other things. Else it fills its place and scrolls. */
  readonly inline?: boolean;
  /** Told when the first row comes into view or leaves it. */
  readonly onTop?: (inView: boolean) => void;
  /** More keys for the row that has the focus. */
  readonly onKey?: (event: KeyboardEvent, row: Row) => void;
}

const AHEAD = 10;

export function Table<Row>(props: TableProps<Row>) {
  const { rows, error, onRetry, empty } = props;
  if (rows === undefined) {
    return error ? <Problem error={error} onRetry={onRetry} /> : <Bones />;
  }
  return (
    <>
      {error ? <Problem error={error} onRetry={onRetry} /> : null}
      {rows.length === 0 ? empty : <Rows {...props} rows={rows} />}
    </>
  );
}

function Rows<Row>({
  label,
  columns,
  rows,
  rowKey,
  onOpen,
  total,
  more,
  sort,
  onSort,
  selected,
  onSelect,
  rowHeight,
  inline = false,
  onTop,
  onKey,
}: TableProps<Row> & { readonly rows: readonly Row[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const wants = useRef(false);
  const height = rowHeight ?? (document.documentElement.dataset.density === "comfortable" ? 34 : 28);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => rowKey(rows[index] as Row),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - AHEAD) more();
  }, [last, rows.length, more]);

  const current = Math.min(active, rows.length - 1);
  useEffect(() => {
    if (!wants.current) return;
    wants.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)?.focus({ preventScroll: true });
  });

  const go = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    wants.current = true;
    setActive(index);
    virtual.scrollToIndex(index);
  };
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  const press = (event: KeyboardEvent, row: Row) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / height) - 1);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(current + 1),
      j: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      k: () => go(current - 1),
      PageDown: () => go(current + page),
      PageUp: () => go(current - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ...(onOpen && { Enter: () => onOpen(row) }),
      ...(onSelect && { x: () => toggle(rowKey(row)) }),
    };
    const act = moves[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else onKey?.(event, row);
  };
  const template = useMemo(
    () => ({
      "--columns": columns.map(({ width }) => track(width)).join(" "),
      "--narrow-columns": columns
        .filter((column) => !column.wide)
        .map(({ width, narrow }) => track(narrow ?? width))
        .join(" "),
    }),
    [columns],
  );

  return (
    <div className={inline ? styles.inline : styles.frame} style={template as React.CSSProperties}>
      <div
        ref={scroller}
        className={styles.scroller}
        onScroll={onTop && ((event) => onTop(event.currentTarget.scrollTop < height))}
        role="grid"
        aria-label={label}
        aria-rowcount={(total ?? (more ? -1 : rows.length)) + (more && total === undefined ? 0 : 1)}
        aria-multiselectable={onSelect ? true : undefined}
      >
        <div className={styles.head} role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
        <div className={styles.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index] as Row;
            const key = rowKey(row);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={onSelect ? (selected?.has(key) ?? false) : undefined}
                data-row={item.index}
                tabIndex={item.index === current ? 0 : -1}
                className={`${styles.row} ${onOpen ? styles.opens : ""}`}
                style={{ height, transform: `translateY(${item.start}px)` }}
                onFocus={() => setActive(item.index)}
                onKeyDown={(event) => press(event, row)}
                onClick={(event) => {
                  if ((event.target as HTMLElement).closest("a, button, input, [role=menu]")) return;
                  if (onSelect && (event.ctrlKey || event.metaKey || event.shiftKey)) toggle(key);
                  else onOpen?.(row);
                }}
              >
                {columns.map((column) => (
                  <div key={column.id} role="gridcell" className={cellClass(column)}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function Head<Row>({ column, sort, onSort }: HeadProps<Row>) {
  const mine = sort?.column === column.id ? sort : undefined;
  const sorted = mine ? (mine.down ? "descending" : "ascending") : undefined;
  return (
    <div role="columnheader" aria-sort={sorted} className={cellClass(column)}>
      {column.sortable && onSort ? (
        <button type="button" onClick={() => onSort({ column: column.id, down: mine ? !mine.down : false })}>
          {column.title}
          {mine ? mine.down ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden /> : null}
        </button>
      ) : (
        column.title
      )}
    </div>
  );
}

function cellClass<Row>(column: Column<Row>): string {
  return [styles.cell, column.align === "end" ? styles.end : "", column.wide ? styles.wide : ""].join(" ");
}

function track(width: Width): string {
  return typeof width === "number" ? `${width}px` : `minmax(0, ${width})`;
}
