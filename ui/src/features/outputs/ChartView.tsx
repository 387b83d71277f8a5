/** A table as a chart: proposed from its types, changed by choosing; folded on the server, however long the table. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Chart, Legend } from "@/ui/charts/Chart";
import styles from "@/ui/charts/charts.module.css";
import { type Marks, tableOf } from "@/ui/charts/marks";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { useSize } from "@/ui/useSize";
import { type OutputPlace, outputs } from "./api";
import { AGGREGATES, acrossOf, changed, figuresOf, KINDS, proposed, type Typed, type Wish } from "./model/chart";

export function ChartView({ place }: { readonly place: OutputPlace }) {
  const { data, error, refetch } = useQuery(outputs.one(place));
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={8} />;
  if (data.rows === null || data.columns_described.length === 0)
    return <Empty>This value is a {data.type}: only tables are drawn as charts.</Empty>;
  const columns = data.columns_described;
  // Another table is another question.
  const names = columns.map(({ name, type }) => `${name} ${type}`).join("\n");
  return <Chosen key={names} place={{ ...place, name: data.name }} columns={columns} />;
}

function Chosen({ place, columns }: { readonly place: OutputPlace; readonly columns: readonly Typed[] }) {
  const [wish, setWish] = useState(() => proposed(columns));
  const [asTable, setAsTable] = useState(false);
  if (!wish) return <Empty>There is nothing in it to draw.</Empty>;
  return (
    <div className={styles.chart}>
      <Choices wish={wish} columns={columns} onWish={setWish}>
        <Button look="bare" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? "Show as chart" : "Show as table"}
        </Button>
      </Choices>
      <Answer place={place} wish={wish} asTable={asTable} />
    </div>
  );
}

interface ChoicesProps {
  readonly wish: Wish;
  readonly columns: readonly Typed[];
  readonly onWish: (wish: Wish) => void;
  readonly children: React.ReactNode;
}

const NAMES = { bar: "Bars", line: "Line", scatter: "Points", histogram: "Histogram" } as const;

function Choices({ wish, columns, onWish, children }: ChoicesProps) {
  const change = (part: Partial<Wish>) => {
    const next = changed(wish, part, columns);
    if (next) onWish(next);
  };
  const kinds = KINDS.filter((kind) => changed(wish, { kind }, columns) !== undefined);
  const plain = wish.kind === "histogram";
  return (
    <div className={styles.choices} role="group" aria-label="What is drawn">
      <Choice
        label="Chart"
        value={wish.kind}
        options={kinds.map((kind) => [kind, NAMES[kind]])}
        onChange={(kind) => change({ kind })}
      />
      <Choice label="x" value={wish.x} options={named(acrossOf(wish.kind, columns))} onChange={(x) => change({ x })} />
      {plain ? null : (
        <Choice
          label="y"
          value={wish.y}
          options={[...(wish.kind === "scatter" ? [] : [["", "rows"] as const]), ...named(figuresOf(columns))]}
          onChange={(y) => change({ y })}
        />
      )}
      {plain || wish.kind === "scatter" || !wish.y ? null : (
        <Choice
          label="as"
          value={wish.aggregate}
          options={AGGREGATES.map((each) => [each, each])}
          onChange={(aggregate) => change({ aggregate })}
        />
      )}
      {plain ? null : (
        <Choice
          label="Colour"
          value={wish.colour}
          options={[["", "none"], ...named(columns)]}
          onChange={(colour) => change({ colour })}
        />
      )}
      {children}
    </div>
  );
}

const named = (columns: readonly Typed[]) => columns.map(({ name }) => [name, name] as const);

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={(event) => {
          const found = options.find(([each]) => each === event.target.value);
          if (found) onChange(found[0]);
        }}
      >
        {options.map(([each, word]) => (
          <option key={each} value={each}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

interface AnswerProps {
  readonly place: OutputPlace;
  readonly wish: Wish;
  readonly asTable: boolean;
}

function Answer({ place, wish, asTable }: AnswerProps) {
  const { data, error, refetch } = useQuery(outputs.chart(place, wish));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={6} />;
  if (data.series.length === 0) return <Empty>No row has a value to be drawn.</Empty>;
  const told =
    wish.kind === "scatter" ? wish.y : wish.y && wish.kind !== "histogram" ? `${wish.aggregate} of ${wish.y}` : "rows";
  return (
    <>
      <Legend marks={data} />
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <section className={styles.paper} style={{ overflow: "auto" }} tabIndex={0} aria-label="The chart as a table">
          <Rows marks={data} x={wish.x} y={told} />
        </section>
      ) : (
        <Paper marks={data} label={`${NAMES[wish.kind]}: ${told} by ${wish.x}`} xTitle={wish.x} yTitle={told} />
      )}
      <p className="hint">
        {counted(data.rows, "row")} of {count(data.total)}
        {data.left_out ? `; ${count(data.left_out)} ${data.kind === "bar" ? "bars" : "points"} more are not drawn` : ""}
        .
      </p>
    </>
  );
}

interface PaperProps {
  readonly marks: Marks;
  readonly label: string;
  readonly xTitle: string;
  readonly yTitle: string;
}

const LOWEST = 260;
const HIGHEST = 460;

/** As large as its place. */
function Paper(props: PaperProps) {
  const paper = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(paper);
  return (
    <div ref={paper} className={styles.paper}>
      {width ? <Chart {...props} width={width} height={Math.max(LOWEST, Math.min(height, HIGHEST))} /> : null}
    </div>
  );
}

function Rows({ marks, x, y }: { readonly marks: Marks; readonly x: string; readonly y: string }) {
  const rows = tableOf(marks);
  const coloured = marks.series.length > 1 || marks.series[0]?.name;
  const heads =
    marks.kind === "scatter"
      ? [...(coloured ? ["Colour"] : []), x, y]
      : [x, ...(coloured ? marks.series.map(({ name }) => `${y}, ${name}`) : [y])];
  return (
    <table className={styles.rows}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST_ROWS).map(([first, ...rest], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a chart never move
          <tr key={index}>
            <th scope="row">{first}</th>
            {rest.map((figure, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they stand under their head
              <td key={place}>{figure}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MOST_ROWS = 500;
