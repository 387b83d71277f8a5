/** What the list of tracked runs shows of each. */
import { Link } from "@tanstack/react-router";
import { duration } from "@/ui/format";
import { StateChip } from "@/ui/StateChip";
import type { Column } from "@/ui/Table";
import { Ago } from "@/ui/time";
import type { Tracked } from "../api";
import styles from "../experiments.module.css";
import { type ColumnName, nameOf, valueIn } from "../model/columns";
import { told } from "../model/words";

const VALUE_WIDTH = 104;
/** Of the columns beside the values. */
const OTHERS = 36 + 122 + 170 + 76 + 112 + 84;

/** So wide that every column can be read; narrower places scroll. */
export const leastWidth = (values: number): number => OTHERS + values * VALUE_WIDTH;

export function runColumns(
  shown: readonly ColumnName[],
  selected: ReadonlySet<string>,
  onSelect: (selected: ReadonlySet<string>) => void,
): readonly Column<Tracked>[] {
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  // On a narrow screen there is room for one value: the last, which is a metric where there is one.
  const kept = shown.at(-1);
  return [
    {
      id: "choose",
      title: "",
      width: 36,
      cell: (run) => (
        <input
          type="checkbox"
          className={styles.check}
          aria-label={`Choose ${run.name}`}
          checked={selected.has(run.id)}
          onChange={() => toggle(run.id)}
        />
      ),
    },
    { id: "state", title: "State", width: 122, wide: true, cell: (run) => <State run={run} /> },
    {
      id: "name",
      title: "Name",
      width: "2fr",
      cell: (run) => (
        <Link
          to="/experiments/runs/$tracked"
          params={{ tracked: run.id }}
          className={`plain-link ellipsis ${styles.name}`}
          tabIndex={-1}
        >
          {run.name}
        </Link>
      ),
    },
    ...shown.map(
      (column): Column<Tracked> => ({
        id: column,
        title: nameOf(column),
        width: VALUE_WIDTH,
        align: "end",
        sortable: true,
        wide: column !== kept,
        cell: (run) => <Value value={valueIn(run, column)} />,
      }),
    ),
    {
      id: "run",
      title: "Made by",
      width: 76,
      wide: true,
      cell: ({ run, block }) => (
        <Link to="/runs/$run" params={{ run: String(run) }} search={{ block }}>
          run {run}
        </Link>
      ),
    },
    { id: "when", title: "Begun", width: 112, wide: true, cell: ({ created }) => <Ago at={created} /> },
    {
      id: "time",
      title: "Time",
      width: 84,
      align: "end",
      wide: true,
      cell: ({ created, ended }) => (ended ? duration((Date.parse(ended) - Date.parse(created)) / 1000) : ""),
    },
  ];
}

function Value({ value }: { readonly value: string | number | null }) {
  const text = told(value);
  return (
    <span className="ellipsis" title={text}>
      {text}
    </span>
  );
}

export function State({ run: { state, waiting, missing } }: { readonly run: Tracked }) {
  return (
    <StateChip
      state={state}
      detail={waiting ? "to be sent" : undefined}
      why={
        waiting
          ? "The tracking server did not answer: what was recorded is kept here and sent when it does."
          : missing
            ? "The tracking server does not know this run."
            : undefined
      }
    />
  );
}
