/** A chart beside the blocks, made or changed. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button";
import { Sheet } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { type ChartEntry, changeChart, createChart, undoChange } from "./api";
import { ChartForm } from "./ChartForm";
import styles from "./charts.module.css";
import { configurationOf, EMPTY, missing, plain, settingsOf } from "./model/settings";

interface ChartSheetProps {
  readonly project: string;
  readonly pipeline: string;
  /** None: a new one. */
  readonly chart: ChartEntry | undefined;
  /** Of a new one: the block whose data it shows at first. */
  readonly block: string;
  readonly refusal: string | undefined;
  readonly onDone: (chart: string | undefined) => void;
}

export function ChartSheet({ project, pipeline, chart, block: first, refusal, onDone }: ChartSheetProps) {
  const known = useQueryClient();
  const [name, setName] = useState(chart?.name ?? "");
  const [block, setBlock] = useState(chart ? (chart.upstream[0] ?? "") : first);
  const [settings, setSettings] = useState(chart ? settingsOf(chart.configuration) : EMPTY);
  const [wrong, setWrong] = useState<unknown>();
  const wanting = !name.trim() ? "Give it a name." : block ? missing(settings) : "Choose a block.";
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (wanting || refusal) return;
    setWrong(undefined);
    const upstream = block ? [block, ...(chart?.upstream.slice(1) ?? [])] : [];
    const configuration = configurationOf(settings);
    try {
      const done = chart
        ? await changeChart(project, pipeline, chart.uuid, { name, upstream, configuration })
        : await createChart(project, pipeline, { name, upstream, configuration: plain(configuration) });
      const again = () => known.invalidateQueries({ queryKey: ["charts", project, pipeline] });
      const { change } = done;
      tell(
        chart ? `Chart ${name} changed` : `Chart ${name} added`,
        change === null ? undefined : () => void undoChange(project, change).then(again, setWrong),
      );
      await again();
      onDone(chart?.uuid ?? done.name);
    } catch (problem) {
      setWrong(problem);
    }
  };
  return (
    <Sheet
      title={chart ? `Chart ${chart.name}` : "New chart"}
      onClose={() => onDone(undefined)}
      foot={
        <>
          <span className={styles.grow} />
          <Button onClick={() => onDone(undefined)}>Cancel</Button>
          <Button type="submit" form="chart" look="primary" blocked={refusal ?? (wanting || undefined)}>
            {chart ? "Save" : "Add"}
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      <form id="chart" className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField
          label="Name"
          value={name}
          maxLength={200}
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
        <ChartForm
          project={project}
          pipeline={pipeline}
          block={block}
          settings={settings}
          custom
          onBlock={setBlock}
          onSettings={setSettings}
        />
      </form>
    </Sheet>
  );
}
