/** A chart of a dashboard, made or changed: of a block's data, or one that a pipeline has. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ChartForm, charts, configurationOf, EMPTY, missing, plain, settingsOf } from "@/features/charts";
import { pipelines } from "@/features/pipelines";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import type { DashboardDocument, Tile } from "./api";
import styles from "./dashboards.module.css";

interface TileSheetProps {
  readonly project: string;
  readonly dashboard: DashboardDocument;
  readonly tile: Tile | undefined;
  readonly onDone: (tile: Tile | undefined) => void;
}

export function TileSheet({ project, dashboard, tile, onDone }: TileSheetProps) {
  const { data: listed } = useQuery(pipelines.list(project));
  const [title, setTitle] = useState(tile?.title ?? "");
  const [pipeline, setPipeline] = useState(tile?.pipeline || dashboard.pipeline);
  const [stored, setStored] = useState(tile?.chart !== undefined && tile.chart !== "");
  const [chart, setChart] = useState(tile?.chart ?? "");
  const [block, setBlock] = useState(tile?.block ?? "");
  const [settings, setSettings] = useState(tile && !tile.chart ? settingsOf(tile.configuration) : EMPTY);
  const { data: beside } = useQuery({ ...charts.list(project, pipeline), enabled: pipeline !== "" && stored });
  const wanting = !pipeline
    ? "Choose a pipeline."
    : stored
      ? chart
        ? ""
        : "Choose a chart."
      : block
        ? missing(settings)
        : "Choose a block.";
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (wanting) return;
    const told = title.trim() || (stored ? (beside?.find(({ uuid }) => uuid === chart)?.name ?? chart) : block);
    const kept = tile && !stored ? tile.configuration : {};
    onDone({
      name: tile?.name ?? freeName(told, dashboard),
      title: told,
      pipeline,
      block: stored ? "" : block,
      chart: stored ? chart : "",
      configuration: stored ? {} : plain({ ...kept, ...configurationOf(settings) }),
      problem: "",
    });
  };
  return (
    <Sheet
      title={tile ? `Chart ${tile.title}` : "Add a chart"}
      onClose={() => onDone(undefined)}
      foot={
        <>
          <span className={styles.grow} />
          <Button onClick={() => onDone(undefined)}>Cancel</Button>
          <Button type="submit" form="tile" look="primary" blocked={wanting || undefined}>
            {tile ? "Take over" : "Add"}
          </Button>
        </>
      }
    >
      <form id="tile" className={styles.form} onSubmit={save}>
        <TextField
          label="Title"
          value={title}
          maxLength={200}
          autoComplete="off"
          onChange={({ target }) => setTitle(target.value)}
        />
        <SelectField
          label="Pipeline"
          value={pipeline}
          options={[
            { value: "", label: "Choose a pipeline" },
            ...(listed ?? []).map(({ uuid }) => ({ value: uuid, label: uuid })),
          ]}
          onChange={({ target }) => {
            setPipeline(target.value);
            setBlock("");
            setChart("");
          }}
        />
        <SelectField
          label="What"
          value={stored ? "chart" : "block"}
          options={[
            { value: "block", label: "what a block gave" },
            { value: "chart", label: "a chart beside its blocks" },
          ]}
          onChange={({ target }) => setStored(target.value === "chart")}
        />
        {stored ? (
          <SelectField
            label="Chart"
            hint="Also one that is drawn by code; it is changed beside its blocks."
            value={chart}
            options={[
              { value: "", label: beside?.length === 0 ? "It has no charts" : "Choose a chart" },
              ...(beside ?? []).map(({ uuid, name }) => ({ value: uuid, label: name })),
            ]}
            onChange={({ target }) => setChart(target.value)}
          />
        ) : pipeline ? (
          <ChartForm
            project={project}
            pipeline={pipeline}
            block={block}
            settings={settings}
            custom={false}
            onBlock={setBlock}
            onSettings={setSettings}
          />
        ) : null}
      </form>
    </Sheet>
  );
}

/** A key in the file that no other chart has. */
function freeName(title: string, { tiles }: DashboardDocument): string {
  const stem =
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "_")
      .replace(/^_+|_+$/g, "") || "chart";
  const taken = new Set(tiles.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}_${number}`;
    if (!taken.has(name)) return name;
  }
}
