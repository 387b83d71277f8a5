/** The whole project: blocks, data products and pipelines, and what flows between them. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { PageHead } from "@/ui/blocks";
import ui from "@/ui/parts.module.css";
import styles from "./catalog.module.css";
import { LineageView } from "./parts/LineageView";

interface LineageSearch {
  readonly pipeline?: string;
  readonly node?: string;
}

const FAR = 50;

export function LineageScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as LineageSearch;
  const { data: known } = useQuery(pipelines.list(project));
  const go = (next: LineageSearch) => void navigate({ to: "/data/lineage", search: next, replace: true });
  return (
    <>
      <PageHead
        title="Lineage"
        actions={
          <Link to="/data" className={ui.button}>
            Catalogue
          </Link>
        }
      >
        <label className={styles.facts}>
          Around
          <select
            className={styles.steps}
            value={search.pipeline ?? ""}
            onChange={(event) => go(event.target.value ? { pipeline: event.target.value } : {})}
          >
            <option value="">the whole project</option>
            {known?.map(({ uuid }) => (
              <option key={uuid} value={uuid}>
                {uuid}
              </option>
            ))}
          </select>
        </label>
      </PageHead>
      <div className={styles.panel}>
        <LineageView
          project={project}
          start={search.pipeline ? { pipeline: search.pipeline, up: FAR, down: FAR } : {}}
          node={search.node}
          onNode={(node) => go({ ...search, node })}
        />
      </div>
    </>
  );
}
