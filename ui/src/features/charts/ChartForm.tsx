/** What a chart shows, chosen: the block, the type, the columns. */
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { outputs } from "@/features/outputs";
import { Button, IconButton } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { CheckField, SelectField, TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { charts } from "./api";
import styles from "./charts.module.css";
import { DrawingView } from "./DrawingView";
import {
  AGGREGATIONS,
  ASKS,
  configurationOf,
  INTERVALS,
  type Metric,
  missing,
  plain,
  type Settings,
  TYPES,
} from "./model/settings";

interface ChartFormProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly settings: Settings;
  readonly custom: boolean;
  readonly onBlock: (block: string) => void;
  readonly onSettings: (settings: Settings) => void;
}

export function ChartForm({ project, pipeline, block, settings, custom, onBlock, onSettings }: ChartFormProps) {
  const { data } = useQuery({ ...charts.blocks(project, pipeline), enabled: pipeline !== "" });
  const blocks = data?.blocks.filter(({ role }) => role === "block") ?? [];
  const result = blocks.find(({ uuid }) => uuid === block)?.result;
  const columns = useColumns(project, result?.run, block, result?.rows !== null);
  const asks = ASKS[settings.type];
  const set = (part: Partial<Settings>) => onSettings({ ...settings, ...part });
  return (
    <>
      <SelectField
        label="Block"
        hint="Its newest result is drawn."
        value={block}
        options={[{ value: "", label: "Choose a block" }, ...blocks.map(({ uuid }) => ({ value: uuid, label: uuid }))]}
        onChange={({ target }) => onBlock(target.value)}
      />
      <SelectField
        label="Type"
        value={settings.type}
        options={TYPES.filter(([name]) => custom || name !== "custom").map(([value, label]) => ({ value, label }))}
        onChange={({ target }) => {
          const found = TYPES.find(([name]) => name === target.value);
          if (found) set({ type: found[0] });
        }}
      />
      {asks.x ? (
        <ColumnField
          label={settings.type === "heat map" || settings.type === "scatter plot" ? "Along x" : "By column"}
          value={settings.x}
          columns={columns}
          empty={asks.x === "may" ? "all rows" : "Choose a column"}
          onChange={(x) => set({ x })}
        />
      ) : null}
      {asks.by ? (
        <ColumnField
          label={settings.type === "heat map" ? "Upwards" : "Colour"}
          value={settings.by}
          columns={columns}
          empty={asks.by === "may" ? "none" : "Choose a column"}
          onChange={(by) => set({ by })}
        />
      ) : null}
      {asks.metrics ? (
        <Metrics
          metrics={settings.metrics}
          columns={columns}
          raw={asks.metrics === "raw"}
          one={asks.metrics === "one"}
          onChange={(metrics) => set({ metrics })}
        />
      ) : null}
      {asks.time ? (
        <SelectField
          label="In steps of"
          value={settings.interval}
          options={INTERVALS.map((value) => ({
            value,
            label: value === "original" ? "as they are" : `a ${value}`.replace("a hour", "an hour"),
          }))}
          onChange={({ target }) => set({ interval: target.value })}
        />
      ) : null}
      {asks.limit ? (
        <TextField
          label={settings.type === "histogram" ? "Bins" : "At most"}
          type="number"
          min={1}
          max={settings.type === "histogram" ? 200 : 100}
          value={settings.limit}
          onChange={({ target }) => set({ limit: target.value })}
        />
      ) : null}
      {asks.order ? (
        <>
          <SelectField
            label="Order"
            value={settings.order}
            options={[
              { value: "", label: "largest first" },
              { value: "ascending", label: "by figure, ascending" },
              { value: "descending", label: "by figure, descending" },
              { value: "x", label: "by column" },
            ]}
            onChange={({ target }) => set({ order: target.value })}
          />
          <CheckField
            label="Bars lie"
            hint="Long words have more room."
            checked={settings.horizontal}
            onChange={({ target }) => set({ horizontal: target.checked })}
          />
        </>
      ) : null}
      <Seen project={project} pipeline={pipeline} block={block} settings={settings} />
    </>
  );
}

function useColumns(project: string, run: number | undefined, block: string, table: boolean): readonly string[] {
  const { data } = useQuery({
    ...outputs.one({ project, run: run ?? 0, block, version: "" }),
    enabled: run !== undefined && table,
  });
  return run === undefined ? [] : (data?.columns_described.map(({ name }) => name) ?? []);
}

interface ColumnFieldProps {
  readonly label: string;
  readonly value: string;
  readonly columns: readonly string[];
  readonly empty: string;
  readonly onChange: (column: string) => void;
}

/** One that the data has not now stays choosable: it may come. */
function ColumnField({ label, value, columns, empty, onChange }: ColumnFieldProps) {
  const known = value && !columns.includes(value) ? [value, ...columns] : columns;
  return (
    <SelectField
      label={label}
      value={value}
      options={[{ value: "", label: empty }, ...known.map((name) => ({ value: name, label: name }))]}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

interface MetricsProps {
  readonly metrics: readonly Metric[];
  readonly columns: readonly string[];
  /** The values themselves, not a figure of them. */
  readonly raw: boolean;
  readonly one: boolean;
  readonly onChange: (metrics: readonly Metric[]) => void;
}

function Metrics({ metrics, columns, raw, one, onChange }: MetricsProps) {
  const shown = metrics.length ? metrics : [{ column: "", aggregation: raw ? "sum" : "count" }];
  const change = (index: number, part: Partial<Metric>) =>
    onChange(shown.map((each, place) => (place === index ? { ...each, ...part } : each)));
  return (
    <fieldset className={styles.metrics}>
      <legend>{raw ? "Values" : "Figures"}</legend>
      {shown.slice(0, one ? 1 : undefined).map((metric, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are told apart by their place only
        <div key={index} className={styles.metric}>
          {raw ? null : (
            <select
              aria-label={`Figure ${index + 1}`}
              value={metric.aggregation}
              onChange={({ target }) => change(index, { aggregation: target.value })}
            >
              {AGGREGATIONS.map((name) => (
                <option key={name} value={name}>
                  {name.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          )}
          <select
            aria-label={`Column of ${raw ? "value" : "figure"} ${index + 1}`}
            value={metric.column}
            onChange={({ target }) =>
              change(index, {
                column: target.value,
                // Counting rows would not show the column that was chosen.
                ...(target.value && metric.aggregation === "count" && !metric.column ? { aggregation: "sum" } : {}),
              })
            }
          >
            <option value="">{raw ? "Choose a column" : "rows"}</option>
            {[...(metric.column && !columns.includes(metric.column) ? [metric.column] : []), ...columns].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          {metrics.length > 1 ? (
            <IconButton
              label={`Without figure ${index + 1}`}
              onClick={() => onChange(shown.filter((_, place) => place !== index))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          ) : null}
        </div>
      ))}
      {one || shown.length >= 8 ? null : (
        <Button
          look="bare"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...shown, { column: "", aggregation: "sum" }])}
        >
          One more
        </Button>
      )}
    </fieldset>
  );
}

interface SeenProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly settings: Settings;
}

/** What the settings draw, as they are chosen. */
function Seen({ project, pipeline, block, settings }: SeenProps) {
  const wanting = missing(settings);
  const custom = settings.type === "custom";
  const { data, error } = useQuery({
    ...charts.preview(project, pipeline, block, plain(configurationOf(settings))),
    enabled: block !== "" && pipeline !== "" && !wanting && !custom,
  });
  if (custom) return <p className="hint">Its code is a file of the project: it is opened beside the blocks.</p>;
  return (
    <div className={styles.seen} role="group" aria-label="Preview">
      {!block || wanting ? (
        <Empty>{block ? wanting : "Choose a block."}</Empty>
      ) : error ? (
        <Problem error={error} />
      ) : data ? (
        <DrawingView project={project} drawing={data} title="Preview" asTable={false} />
      ) : (
        <Bones rows={4} />
      )}
    </div>
  );
}
