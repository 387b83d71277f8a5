/** What is done with the whole pipeline. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Play, Square } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { counted } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Problem } from "@/ui/Problem";
import { type WorkspaceDocument, workspaces } from "../api";
import type { Actions } from "../useActions";
import styles from "../workspace.module.css";

interface RunBarProps {
  readonly project: string;
  readonly document: WorkspaceDocument;
  readonly actions: Actions;
}

export function RunBar({ project, document, actions }: RunBarProps) {
  const [planning, setPlanning] = useState(false);
  const due = document.counts.to_run;
  const going = document.unfinished_runs.length > 0 || document.blocks.some((block) => block.now !== null);
  const blocked = actions.runRefusal ?? (document.blocks.length ? undefined : "There is no block yet.");
  return (
    <>
      {going ? (
        <IconButton label="Stop what runs" keys="i i" onClick={actions.stopAll}>
          <Square size={13} fill="currentColor" aria-hidden />
        </IconButton>
      ) : null}
      <Button
        look="primary"
        icon={<Play size={13} fill="currentColor" aria-hidden />}
        blocked={blocked ?? (due ? undefined : "Every result is of today's code and inputs.")}
        onClick={() => void actions.run([], "stale")}
      >
        {document.refusal ? "Run" : `Run stale (${due})`}
      </Button>
      <Menu
        placement="bottom-end"
        button={
          <button type="button" className={styles.more} aria-label="More ways to run">
            <ChevronDown size={14} aria-hidden />
          </button>
        }
        entries={[
          { label: "Run all", act: () => void actions.run([], "only"), blocked },
          { label: "Run all, reuse nothing", act: () => void actions.run([], "only", false), blocked },
          { label: "Show the plan only", act: () => setPlanning(true), blocked },
        ]}
      />
      {planning ? <PlanDialog project={project} document={document} onClose={() => setPlanning(false)} /> : null}
    </>
  );
}

function PlanDialog({ project, document, onClose }: Omit<RunBarProps, "actions"> & { readonly onClose: () => void }) {
  const { data, error, refetch } = useQuery(workspaces.plan(project, document.uuid, []));
  return (
    <Dialog title="What a run of all blocks would do" wide onClose={onClose}>
      {data ? (
        <>
          <p>
            {counted(data.run, "block")} to run, {data.reuse} reused.
          </p>
          <table className={styles.plan}>
            <tbody>
              {data.blocks.map((block) => (
                <tr key={block.block}>
                  <th scope="row">{block.block}</th>
                  <td>{block.action}</td>
                  <td className="quiet">{block.why}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Bones rows={6} />
      )}
    </Dialog>
  );
}
