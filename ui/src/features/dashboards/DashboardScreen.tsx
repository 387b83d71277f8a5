/** One dashboard: its charts on the grid, and the variables that choose their rows; looked at, or changed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Pencil, Plus, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageBody, PageHead } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { Problem } from "@/ui/Problem";
import { announce, tell } from "@/ui/toasts";
import { type DashboardDocument, dashboards, deleteDashboard, saveDashboard, type Tile, undoChange } from "./api";
import styles from "./dashboards.module.css";
import { Grid } from "./Grid";
import { added } from "./model/grid";
import { TileSheet } from "./TileSheet";
import { VariablesBar } from "./VariablesBar";
import { VariablesSheet } from "./VariablesSheet";

export function DashboardScreen() {
  const project = useProject();
  const { dashboard } = useParams({ strict: false }) as { dashboard: string };
  const { data, error, refetch } = useQuery(dashboards.one(project, dashboard));
  if (!data)
    return (
      <>
        <PageHead title={dashboard} />
        <PageBody>{error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />}</PageBody>
      </>
    );
  return <Shown key={`${project} ${dashboard}`} project={project} document={data} />;
}

type Editing = { readonly what: "tile"; readonly tile: Tile | undefined } | { readonly what: "variables" | "delete" };

function Shown({ project, document }: { readonly project: string; readonly document: DashboardDocument }) {
  const navigate = useNavigate();
  const known = useQueryClient();
  const { v: chosen = [] } = useSearch({ strict: false }) as { v?: readonly string[] };
  /** As it would be; undefined: it is only looked at. */
  const [draft, setDraft] = useState<DashboardDocument>();
  const [editing, setEditing] = useState<Editing>();
  const [wrong, setWrong] = useState<unknown>();
  const shown = draft ?? document;
  const refusal = document.may_edit ? undefined : "Your role does not let you change this dashboard.";
  const again = () => known.invalidateQueries({ queryKey: ["dashboards", project] });
  const choose = (next: readonly string[]) =>
    void navigate({
      to: "/dashboards/$dashboard",
      params: { dashboard: document.id },
      search: next.length ? { v: [...next] } : {},
      replace: true,
    });
  const begin = () => {
    if (refusal) return;
    setDraft(document);
    announce("Edit mode. Arrow keys move the chosen chart, with Shift they change its size.");
  };
  const drop = () => {
    setDraft(undefined);
    setWrong(undefined);
  };
  const undo = (change: number | null) =>
    change === null ? undefined : () => void undoChange(project, change).then(again, setWrong);
  const save = async () => {
    if (!draft) return;
    try {
      const { change } = await saveDashboard(project, draft);
      await again();
      drop();
      tell(`Dashboard ${draft.name} saved`, undo(change));
    } catch (problem) {
      setWrong(problem);
    }
  };
  const remove = async () => {
    try {
      const { change } = await deleteDashboard(project, document.id);
      void navigate({ to: "/dashboards" });
      tell(`Dashboard ${document.name} deleted`, undo(change));
      await again();
    } catch (problem) {
      setEditing(undefined);
      setWrong(problem);
    }
  };
  const put = (tile: Tile, before: Tile | undefined) => {
    const at = draft ?? document;
    setDraft(
      before
        ? { ...at, tiles: at.tiles.map((each) => (each.name === before.name ? tile : each)) }
        : { ...at, tiles: [...at.tiles, tile], layout: [...added(at.layout, tile.name)] },
    );
    setEditing(undefined);
  };
  const take = (tile: Tile) => {
    const at = draft ?? document;
    setDraft({
      ...at,
      tiles: at.tiles.filter(({ name }) => name !== tile.name),
      layout: at.layout.filter((place) => place.tile !== tile.name),
    });
  };
  const add = () => {
    if (refusal) return;
    setDraft(draft ?? document);
    setEditing({ what: "tile", tile: undefined });
  };
  useKeys([
    {
      keys: "e",
      does: draft ? "Save the dashboard" : "Edit the dashboard",
      act: () => (draft ? void save() : begin()),
    },
    { keys: "a", does: "Add a chart", act: add },
  ]);
  useCommands([
    {
      name: draft ? "Save the dashboard" : "Edit the dashboard",
      act: () => (draft ? void save() : begin()),
      keys: "e",
    },
    { name: "Add a chart to the dashboard", act: add, keys: "a" },
  ]);
  const addButton = (
    <Button icon={<Plus size={15} aria-hidden />} blocked={refusal} onClick={add}>
      Add chart
    </Button>
  );
  return (
    <>
      <PageHead
        title={shown.name}
        tabTitle={`${shown.name} · Dashboard`}
        actions={
          draft ? (
            <>
              {addButton}
              <Button
                icon={<SlidersHorizontal size={15} aria-hidden />}
                onClick={() => setEditing({ what: "variables" })}
              >
                Variables
              </Button>
              <Button look="danger" onClick={() => setEditing({ what: "delete" })}>
                Delete
              </Button>
              <Button onClick={drop}>Cancel</Button>
              <Button look="primary" onClick={() => void save()}>
                Save
              </Button>
            </>
          ) : (
            <Button icon={<Pencil size={14} aria-hidden />} blocked={refusal} onClick={begin}>
              Edit
            </Button>
          )
        }
      >
        <span className="quiet ellipsis">
          {shown.pipeline ? (
            <Link to="/pipelines/$pipeline" params={{ pipeline: shown.pipeline }}>
              {shown.pipeline}
            </Link>
          ) : null}{" "}
          {shown.description}
        </span>
      </PageHead>
      {wrong ? <Problem error={wrong} /> : null}
      {document.problems.map((problem) => (
        <p key={problem} className={styles.problem} role="alert">
          <code>{document.path}</code> {problem}
        </p>
      ))}
      {shown.variables.length ? (
        <VariablesBar variables={shown.variables} choices={shown.choices} chosen={chosen} onChosen={choose} />
      ) : null}
      <div className={styles.scroll}>
        {shown.tiles.length === 0 ? (
          <Empty action={addButton}>Nothing stands here yet.</Empty>
        ) : (
          <Grid
            project={project}
            document={shown}
            saved={document}
            chosen={chosen}
            editing={draft !== undefined}
            onLayout={(layout) => setDraft({ ...shown, layout: [...layout] })}
            onEdit={(tile) => {
              setDraft(shown);
              setEditing({ what: "tile", tile });
            }}
            onRemove={take}
            refusal={refusal}
          />
        )}
      </div>
      {editing?.what === "tile" ? (
        <TileSheet
          project={project}
          dashboard={shown}
          tile={editing.tile}
          onDone={(tile) => (tile ? put(tile, editing.tile) : setEditing(undefined))}
        />
      ) : null}
      {editing?.what === "variables" ? (
        <VariablesSheet
          dashboard={shown}
          onDone={(changed) => {
            if (changed) setDraft({ ...shown, ...changed });
            setEditing(undefined);
          }}
        />
      ) : null}
      {editing?.what === "delete" ? (
        <Dialog
          title={`Delete ${document.name}?`}
          onClose={() => setEditing(undefined)}
          foot={
            <>
              <Button onClick={() => setEditing(undefined)}>Keep it</Button>
              <Button look="danger-filled" onClick={() => void remove()}>
                Delete
              </Button>
            </>
          }
        >
          <p>
            Its file <code>{document.path}</code> is deleted. What blocks gave stays as it is.
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
