/** The charts of a pipeline, beside its blocks: those of the chosen block first. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button";
import { Bones, Empty } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import { tell } from "@/ui/toasts";
import { type ChartEntry, charts, removeChart, undoChange } from "./api";
import { ChartCard } from "./ChartCard";
import { ChartSheet } from "./ChartSheet";
import styles from "./charts.module.css";

interface ChartsSideProps {
  readonly project: string;
  readonly pipeline: string;
  readonly selected: string | undefined;
  readonly refusal: string | undefined;
  /** Show a chart's code. */
  readonly onCode: (chart: string) => void;
}

export function ChartsSide({ project, pipeline, selected, refusal, onCode }: ChartsSideProps) {
  const { data, error, refetch } = useQuery(charts.list(project, pipeline));
  const [editing, setEditing] = useState<ChartEntry | "new">();
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={8} />;
  const first = (chart: ChartEntry) => Number(selected !== undefined && chart.upstream.includes(selected));
  const ordered = [...data].sort((one, other) => first(other) - first(one));
  const add = (
    <Button icon={<Plus size={14} aria-hidden />} blocked={refusal} onClick={() => setEditing("new")}>
      Add chart
    </Button>
  );
  return (
    <div className={styles.side}>
      {data.length ? <div className={styles.sideBar}>{add}</div> : null}
      {data.length === 0 ? (
        <Empty action={add}>Charts of what the blocks give stand here, and follow each run.</Empty>
      ) : (
        ordered.map((chart) => (
          <OneChart
            key={chart.uuid}
            project={project}
            pipeline={pipeline}
            chart={chart}
            refusal={refusal}
            onEdit={() => setEditing(chart)}
            onCode={() => onCode(chart.uuid)}
          />
        ))
      )}
      {editing ? (
        <ChartSheet
          project={project}
          pipeline={pipeline}
          chart={editing === "new" ? undefined : editing}
          block={selected ?? ""}
          refusal={refusal}
          onDone={() => setEditing(undefined)}
        />
      ) : null}
    </div>
  );
}

interface OneChartProps {
  readonly project: string;
  readonly pipeline: string;
  readonly chart: ChartEntry;
  readonly refusal: string | undefined;
  readonly onEdit: () => void;
  readonly onCode: () => void;
}

function OneChart({ project, pipeline, chart, refusal, onEdit, onCode }: OneChartProps) {
  const known = useQueryClient();
  const { data, error, refetch } = useQuery(charts.one(project, pipeline, chart.uuid));
  const remove = async () => {
    const again = () => known.invalidateQueries({ queryKey: ["charts", project, pipeline] });
    try {
      const { change } = await removeChart(project, pipeline, chart.uuid);
      const undo = (number: number) => () => void undoChange(project, number).then(again);
      tell(`Chart ${chart.name} removed`, change === null ? undefined : undo(change));
      await again();
    } catch (problem) {
      tell(problem instanceof Error ? problem.message : "It could not be removed.");
    }
  };
  return (
    <div className={styles.tall}>
      <ChartCard
        project={project}
        title={chart.name}
        drawing={data}
        error={error}
        onRetry={() => void refetch()}
        code={chart.by_code ? { pipeline, chart: chart.uuid } : undefined}
        entries={[
          { label: "Edit chart", act: onEdit, blocked: refusal },
          {
            label: "Show its code",
            act: onCode,
            blocked: chart.by_code ? undefined : `It is drawn from its settings. Code would stand in ${chart.path}.`,
          },
          { label: "Remove chart", act: () => void remove(), blocked: refusal },
        ]}
      />
    </div>
  );
}
