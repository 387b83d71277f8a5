/** Runs, newest first: of all pipelines, or of one. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { PipelineTabs } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { PageHead } from "@/ui/blocks";
import { runs } from "./api";
import { RunList } from "./components/RunList";

export function RunsScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { q = "" } = useSearch({ from: "/inside/runs" });
  // The names to complete come with what the list asks for anyway.
  const { data } = useQuery(runs.usual(project));
  return (
    <>
      <PageHead title="Runs" />
      <RunList
        project={project}
        pipelines={[...(data?.keys() ?? [])]}
        q={q}
        onQ={(next) => void navigate({ to: "/runs", search: next ? { q: next } : {}, replace: true })}
      />
    </>
  );
}

export function PipelineRunsScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { pipeline } = useParams({ from: "/inside/pipelines/$pipeline/runs" });
  const { q = "" } = useSearch({ from: "/inside/pipelines/$pipeline/runs" });
  const to = "/pipelines/$pipeline/runs";
  const params = { pipeline };
  return (
    <>
      <PageHead title={pipeline} tabTitle={`Runs of ${pipeline}`}>
        <PipelineTabs pipeline={pipeline} />
      </PageHead>
      <RunList
        key={pipeline}
        project={project}
        pipeline={pipeline}
        q={q}
        onQ={(next) => void navigate({ to, params, search: next ? { q: next } : {}, replace: true })}
      />
    </>
  );
}
