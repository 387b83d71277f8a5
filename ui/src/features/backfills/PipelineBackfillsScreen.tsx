import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { PipelineTabs } from "@/features/pipelines";
import { useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { PageHead } from "@/ui/blocks";
import { BackfillSheet } from "./BackfillSheet";
import { BackfillsOf } from "./BackfillsOf";
import styles from "./backfills.module.css";

const HERE = "/pipelines/$pipeline/backfills";

export function PipelineBackfillsScreen() {
  const navigate = useNavigate();
  const { pipeline } = useParams({ from: "/inside/pipelines/$pipeline/backfills" });
  const search = useSearch({ from: "/inside/pipelines/$pipeline/backfills" });
  const refusal = useRefusal("run", pipeline);
  const make = () => !refusal && void navigate({ to: HERE, params: { pipeline }, search: { new: true } });
  useKeys([{ keys: "n", does: "New backfill", act: make }]);
  useCommands([{ name: "New backfill", act: make, keys: "n" }]);
  return (
    <>
      <PageHead
        title={pipeline}
        tabTitle={`Backfills of ${pipeline}`}
        actions={
          <Button look="primary" blocked={refusal} onClick={make}>
            New backfill
          </Button>
        }
      >
        <PipelineTabs pipeline={pipeline} />
      </PageHead>
      <div className={styles.list}>
        <BackfillsOf pipeline={pipeline} onNew={make} />
      </div>
      {search.new ? (
        <BackfillSheet
          pipeline={pipeline}
          onClose={() => void navigate({ to: HERE, params: { pipeline }, search: {} })}
          onStarted={({ id }) => void navigate({ to: "/backfills/$backfill", params: { backfill: String(id) } })}
        />
      ) : null}
    </>
  );
}
