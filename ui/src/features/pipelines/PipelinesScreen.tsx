/** Every pipeline of the project: what it is, how it last went. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { pipelineFromTemplate, templates } from "@/features/templates";
import { useOnline } from "@/live/stream";
import { Button } from "@/ui/Button";
import { Empty, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { StateChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { announce } from "@/ui/toasts";
import { createPipeline, type PipelineSummary, pipelines } from "./api";
import styles from "./pipelines.module.css";

const KINDS: Record<string, string> = {
  python: "batch",
  streaming: "streaming",
  integration: "integration",
  pyspark: "Spark",
};

const COLUMNS: readonly Column<PipelineSummary>[] = [
  {
    id: "name",
    title: "Name",
    width: "2fr",
    cell: ({ uuid }) => (
      <Link to="/pipelines/$pipeline" params={{ pipeline: uuid }} className={`plain-link ellipsis ${styles.name}`}>
        {uuid}
      </Link>
    ),
  },
  { id: "last", title: "Last run", width: "2fr", cell: (pipeline) => <LastRun pipeline={pipeline} /> },
  { id: "kind", title: "Kind", width: 96, wide: true, cell: ({ type }) => KINDS[type] ?? type },
  { id: "blocks", title: "Blocks", width: 72, align: "end", cell: ({ blocks }) => count(blocks) },
  {
    id: "tags",
    title: "Tags",
    width: "1fr",
    wide: true,
    cell: ({ tags }) => <span className="quiet ellipsis">{tags?.join(", ")}</span>,
  },
  {
    id: "description",
    title: "About",
    width: "2fr",
    wide: true,
    cell: ({ description }) => <span className="quiet ellipsis">{description}</span>,
  },
];

export function PipelinesScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { q = "", new: making = false } = useSearch({ strict: false }) as { q?: string; new?: boolean };
  const { data, error, refetch } = useQuery(pipelines.list(project));
  const filter = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => data?.filter((each) => matches(each, q)), [data, q]);
  const setMaking = (next: boolean) =>
    void navigate({ to: "/pipelines", search: { ...(q && { q }), ...(next && { new: true }) }, replace: true });
  const make = () => setMaking(true);

  useKeys([
    { keys: "n", does: "New pipeline", act: make },
    { keys: "/", does: "Filter pipelines", act: () => filter.current?.focus() },
  ]);
  useCommands([{ name: "New pipeline", act: make, keys: "n" }]);

  return (
    <>
      <PageHead
        title="Pipelines"
        actions={
          <>
            <Link to="/templates">Templates</Link>
            <Button look="primary" onClick={make}>
              New pipeline
            </Button>
          </>
        }
      >
        <input
          ref={filter}
          className={`${ui.input} ${styles.filter}`}
          type="search"
          placeholder="Filter by name, tag, description"
          aria-label="Filter pipelines"
          value={q}
          onChange={(event) => {
            const typed = event.target.value;
            void navigate({ to: "/pipelines", search: typed ? { q: typed } : {}, replace: true });
          }}
        />
        {shown ? <span className="quiet">{counted(shown.length, "pipeline")}</span> : null}
      </PageHead>
      <div className={styles.list}>
        <Table
          label="Pipelines"
          columns={COLUMNS}
          rows={shown}
          rowKey={(pipeline) => pipeline.uuid}
          onOpen={({ uuid }) => void navigate({ to: "/pipelines/$pipeline", params: { pipeline: uuid } })}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={34}
          empty={
            <Empty
              action={
                q ? (
                  <Button onClick={() => void navigate({ to: "/pipelines", search: {} })}>Show all</Button>
                ) : (
                  <Button look="primary" onClick={make}>
                    New pipeline
                  </Button>
                )
              }
            >
              {q
                ? `No pipeline matches “${q}”.`
                : "A pipeline is a chain of blocks: load data, change it, give it away. The first one takes a name."}
            </Empty>
          }
        />
      </div>
      {making ? <NewPipeline onClose={() => setMaking(false)} /> : null}
    </>
  );
}

function LastRun({ pipeline }: { readonly pipeline: PipelineSummary }) {
  if (pipeline.problem) return <StateChip state="failed" detail="cannot be read" why={pipeline.problem} />;
  const run = pipeline.last_run;
  if (!run) return <span className="hint">never run</span>;
  return (
    <>
      <StateChip state={run.state} />
      <span className="hint">
        <Ago at={run.finished ?? run.started ?? run.created} />
      </span>
    </>
  );
}

function matches(pipeline: PipelineSummary, asked: string): boolean {
  const text = [pipeline.uuid, pipeline.name, pipeline.description ?? "", ...(pipeline.tags ?? [])]
    .join("\n")
    .toLowerCase();
  return asked
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function NewPipeline({ onClose }: { readonly onClose: () => void }) {
  const project = useProject();
  const navigate = useNavigate();
  const online = useOnline();
  const { template = "" } = useSearch({ strict: false }) as { template?: string };
  const [begin, setBegin] = useState(template);
  const known = useQuery(templates.pipelines(project));
  const [wrong, setWrong] = useState<unknown>();
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setWrong(undefined);
    try {
      const name = String(fields.get("name")).trim();
      const pipeline = begin
        ? (await pipelineFromTemplate(project, begin, name)).name
        : (await createPipeline(project, name, String(fields.get("type")))).uuid;
      announce(`Pipeline ${pipeline} was made.`);
      await navigate({ to: "/pipelines/$pipeline", params: { pipeline } });
    } catch (error) {
      setWrong(error);
    }
  };
  const form = "new-pipeline";
  return (
    <Dialog
      title="New pipeline"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            look="primary"
            blocked={online ? undefined : "There is no connection to the server."}
          >
            Create and open
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={(event) => void make(event)}>
        {wrong ? <Problem error={wrong} /> : null}
        <TextField label="Name" name="name" required autoFocus autoComplete="off" hint="Letters, digits and _." />
        <SelectField
          label="Begin with"
          value={begin}
          options={[
            { value: "", label: "Nothing" },
            ...(known.data ?? []).map(({ name, title }) => ({ value: name, label: title })),
          ]}
          onChange={(event) => setBegin(event.target.value)}
        />
        <SelectField
          label="Kind"
          name="type"
          disabled={begin !== ""}
          options={[
            { value: "python", label: "Batch: blocks run one after another" },
            { value: "streaming", label: "Streaming: messages as they come" },
            { value: "integration", label: "Integration: from a source to a destination" },
          ]}
        />
      </form>
    </Dialog>
  );
}
