import { useQuery } from "@tanstack/react-query";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { settings } from "./api";
import { Facts, Section } from "./frame";
import { ProjectForm } from "./ProjectForm";

const FILE = <code>metadata.yaml</code>;

export function ProjectPage() {
  const project = useProject();
  const { data, error, refetch } = useQuery(settings.project(project));
  const { data: about } = useQuery(settings.about());
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones />;
  const features = Object.entries(data.features).filter(([, on]) => on);
  return (
    <>
      <Section title="Project" lead="Settings of a project stand in its files, so that Git keeps them.">
        <Facts
          facts={[
            { name: "Name", value: data.name, from: "the name of its folder" },
            { name: "Identifier", value: data.uuid ?? "none", from: data.uuid ? FILE : "default" },
            { name: "Pipelines", value: String(data.pipelines), from: "folder pipelines/" },
            { name: "Git commit", value: data.git_commit ? <code>{data.git_commit.slice(0, 12)}</code> : "not in Git" },
            { name: "Runs are kept", value: data.retention ?? "30 days", from: data.retention ? FILE : "default" },
            {
              name: "Features",
              value: features.length ? features.map(([name]) => name).join(", ") : "none switched on",
              from: features.length ? FILE : "default",
            },
            {
              name: "Environment",
              value: about?.env ?? "",
              from: about?.env === "dev" ? "default, or ENV" : "variable ENV",
            },
            { name: "Server", value: about ? `Blockwright ${about.version}` : "" },
          ]}
        />
      </Section>
      <ProjectForm />
      <Check />
    </>
  );
}

interface Finding {
  readonly file?: string;
  readonly line?: number | null;
  readonly key?: string;
  readonly message: string;
  readonly advice?: string;
  readonly severity?: string;
}

const COLUMNS: readonly Column<Finding>[] = [
  {
    id: "severity",
    title: "",
    width: 96,
    cell: ({ severity }) =>
      severity === "error" ? <StateChip state="failed" detail="" small /> : <span className="hint">warning</span>,
  },
  {
    id: "place",
    title: "Place",
    width: "2fr",
    cell: ({ file, line }) => (
      <code className="ellipsis">
        {file}
        {line ? `:${line}` : ""}
      </code>
    ),
  },
  {
    id: "message",
    title: "What is wrong",
    width: "4fr",
    cell: ({ message, advice }) => (
      <span className="ellipsis" title={`${message} ${advice}`}>
        {message} <span className="quiet">{advice}</span>
      </span>
    ),
  },
];

/** Every file of the project, judged. */
function Check() {
  const project = useProject();
  const { data, error, isFetching, refetch } = useQuery({ ...settings.check(project), enabled: false });
  return (
    <Section
      title="Files"
      lead="Reads every file of the project and says what cannot be used, with its line."
      actions={
        <Button blocked={isFetching ? "It is being checked." : undefined} onClick={() => void refetch()}>
          Check all files
        </Button>
      }
    >
      {error ? <Problem error={error} /> : null}
      {data && !data.problems.length ? <StateChip state="completed" detail="nothing to mend" /> : null}
      {data?.problems.length ? (
        <>
          <p>
            {counted(data.errors, "error")}, {counted(data.warnings, "warning")}
          </p>
          <Table
            inline
            label="Problems"
            columns={COLUMNS}
            rows={data.problems}
            rowKey={(found) => `${found.file}:${found.line}:${found.key}:${found.message}`}
            empty={null}
          />
        </>
      ) : null}
    </Section>
  );
}
