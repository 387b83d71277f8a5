import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { PipelineTabs } from "@/features/pipelines";
import { useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { PageHead } from "@/ui/blocks";
import { TriggerSheet } from "./TriggerSheet";
import { TriggersOf } from "./TriggersOf";
import styles from "./triggers.module.css";

const HERE = "/pipelines/$pipeline/triggers";

export function PipelineTriggersScreen() {
  const navigate = useNavigate();
  const { pipeline } = useParams({ from: "/inside/pipelines/$pipeline/triggers" });
  const search = useSearch({ from: "/inside/pipelines/$pipeline/triggers" });
  const refusal = useRefusal("edit", pipeline);
  const make = () => !refusal && void navigate({ to: HERE, params: { pipeline }, search: { new: "time" } });
  useKeys([{ keys: "n", does: "New trigger", act: make }]);
  useCommands([{ name: "New trigger", act: make, keys: "n" }]);
  return (
    <>
      <PageHead
        title={pipeline}
        tabTitle={`Triggers of ${pipeline}`}
        actions={
          <Button look="primary" blocked={refusal} onClick={make}>
            New trigger
          </Button>
        }
      >
        <PipelineTabs pipeline={pipeline} />
      </PageHead>
      <div className={styles.list}>
        <TriggersOf pipeline={pipeline} onNew={make} />
      </div>
      {search.new ? (
        <TriggerSheet
          kind={search.new}
          pipeline={pipeline}
          onClose={() => void navigate({ to: HERE, params: { pipeline }, search: {} })}
          onSaved={({ id }) => void navigate({ to: "/triggers/$trigger", params: { trigger: String(id) } })}
        />
      ) : null}
    </>
  );
}
