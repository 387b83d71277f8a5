/** The dashboards of the project and of its pipelines. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { pipelines } from "@/features/pipelines";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { type Column, Table } from "@/ui/Table";
import { createDashboard, type DashboardSummary, dashboards } from "./api";
import styles from "./dashboards.module.css";

const COLUMNS: readonly Column<DashboardSummary>[] = [
  {
    id: "name",
    title: "Name",
    width: "3fr",
    cell: ({ id, name }) => (
      <Link to="/dashboards/$dashboard" params={{ dashboard: id }} className="plain-link ellipsis" tabIndex={-1}>
        <strong>{name}</strong>
      </Link>
    ),
  },
  {
    id: "of",
    title: "Of",
    width: "2fr",
    cell: ({ pipeline }) => <span className="quiet ellipsis">{pipeline || "the project"}</span>,
  },
  { id: "charts", title: "Charts", width: 80, align: "end", cell: ({ charts }) => charts },
  {
    id: "about",
    title: "What for",
    width: "4fr",
    wide: true,
    cell: ({ description, problems }) =>
      problems.length ? (
        <span className={styles.wrong}>{problems[0]}</span>
      ) : (
        <span className="quiet ellipsis">{description}</span>
      ),
  },
];

export function DashboardsScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(dashboards.list(project));
  const refusal = useRefusal("edit");
  const [making, setMaking] = useState(false);
  const open = (dashboard: string) => void navigate({ to: "/dashboards/$dashboard", params: { dashboard } });
  const make = () => !refusal && setMaking(true);
  useKeys([{ keys: "n", does: "New dashboard", act: make }]);
  useCommands([
    { name: "New dashboard", act: make, keys: "n" },
    ...(data ?? []).slice(0, 20).map(({ id, name }) => ({ name: `Dashboard: ${name}`, act: () => open(id) })),
  ]);
  const button = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} blocked={refusal} onClick={make}>
      New dashboard
    </Button>
  );
  return (
    <>
      <PageHead title="Dashboards" actions={button}>
        {data ? <span className="quiet">{counted(data.length, "dashboard")}</span> : null}
      </PageHead>
      <div className={styles.list}>
        <Table
          label="Dashboards"
          columns={COLUMNS}
          rows={data}
          rowKey={({ id }) => id}
          onOpen={({ id }) => open(id)}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={32}
          empty={
            <Empty action={button}>
              Charts of what blocks gave, side by side and live. Each dashboard is a file in the project.
            </Empty>
          }
        />
      </div>
      {making ? <NewDashboard project={project} onClose={() => setMaking(false)} onMade={open} /> : null}
    </>
  );
}

interface NewDashboardProps {
  readonly project: string;
  readonly onClose: () => void;
  readonly onMade: (dashboard: string) => void;
}

function NewDashboard({ project, onClose, onMade }: NewDashboardProps) {
  const known = useQueryClient();
  const { data } = useQuery(pipelines.list(project));
  const [name, setName] = useState("");
  const [pipeline, setPipeline] = useState("");
  const [wrong, setWrong] = useState<unknown>();
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return;
    try {
      const { id } = await createDashboard(project, { name, pipeline });
      await known.invalidateQueries({ queryKey: ["dashboards", project] });
      onMade(id);
    } catch (problem) {
      setWrong(problem);
    }
  };
  return (
    <Dialog
      title="New dashboard"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="new-dashboard"
            look="primary"
            blocked={name.trim() ? undefined : "Give it a name."}
          >
            Make it
          </Button>
        </>
      }
    >
      {wrong ? <Problem error={wrong} /> : null}
      <form id="new-dashboard" className={styles.form} onSubmit={(event) => void make(event)}>
        <TextField
          label="Name"
          value={name}
          maxLength={200}
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
        <SelectField
          label="Of"
          hint="Whoever may see it may see the dashboard."
          value={pipeline}
          options={[
            { value: "", label: "the project" },
            ...(data ?? []).map(({ uuid }) => ({ value: uuid, label: `pipeline ${uuid}` })),
          ]}
          onChange={({ target }) => setPipeline(target.value)}
        />
      </form>
    </Dialog>
  );
}
