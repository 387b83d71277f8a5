/** One model: what answers, every version newest first, and who decided what. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import { Table } from "@/ui/Table";
import { type Model, models } from "./api";
import styles from "./models.module.css";
import { PromotionLog } from "./parts/PromotionLog";
import { Requests } from "./parts/Requests";
import { Served } from "./parts/Served";
import { versionColumns } from "./parts/versionColumns";

const OverVersions = lazy(() => import("./parts/OverVersions").then((module) => ({ default: module.OverVersions })));
const PromoteDialog = lazy(() => import("./parts/PromoteDialog").then((module) => ({ default: module.PromoteDialog })));
const RollBackDialog = lazy(() =>
  import("./parts/RollBackDialog").then((module) => ({ default: module.RollBackDialog })),
);
const TrafficSheet = lazy(() => import("./parts/TrafficSheet").then((module) => ({ default: module.TrafficSheet })));

interface ModelSearch {
  readonly panel?: "promote" | "back" | "traffic" | undefined;
  /** The one to be promoted. */
  readonly version?: number | undefined;
  readonly metric?: string | undefined;
}

export function ModelScreen() {
  const project = useProject();
  const { model } = useParams({ strict: false }) as { model: string };
  const { data, error, refetch } = useQuery(models.one(project, model));
  if (!data)
    return (
      <>
        <PageHead title={model} />
        <div className={styles.scroll}>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />}
        </div>
      </>
    );
  return <Shown model={data} />;
}

function Shown({ model: { model, endpoint, newest, versions } }: { readonly model: Model }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ModelSearch;
  const refusal = useRefusal("edit");
  const go = (changed: ModelSearch, replace = false) =>
    void navigate({ to: "/models/$model", params: { model }, search: kept({ ...search, ...changed }), replace });
  const close = () => go({ panel: undefined, version: undefined });
  const back = endpoint?.previous ?? undefined;
  const candidate = newest.stage === "champion" ? undefined : newest.version;
  const promote = (version: number) => go({ panel: "promote", version });

  useKeys([
    ...(candidate === undefined
      ? []
      : [{ keys: "p", does: `Promote version ${candidate}`, act: () => promote(candidate) }]),
    ...(back === undefined
      ? []
      : [{ keys: "b", does: `Roll back to version ${back}`, act: () => go({ panel: "back" }) }]),
    ...(endpoint ? [{ keys: "s", does: "Change traffic", act: () => go({ panel: "traffic" }) }] : []),
  ]);
  useCommands([
    ...(candidate === undefined
      ? []
      : [{ name: `Promote ${model} version ${candidate}`, act: () => promote(candidate), keys: "p" }]),
    ...(endpoint ? [{ name: `Change traffic of ${model}`, act: () => go({ panel: "traffic" }), keys: "s" }] : []),
  ]);

  return (
    <>
      <PageHead
        title={model}
        actions={
          <>
            {endpoint ? (
              <Button blocked={refusal} onClick={() => go({ panel: "traffic" })}>
                Change traffic
              </Button>
            ) : null}
            {back === undefined ? null : (
              <Button look="danger" blocked={refusal} onClick={() => go({ panel: "back" })}>
                Roll back to {back}
              </Button>
            )}
            {candidate === undefined ? null : (
              <Button look="primary" blocked={refusal} onClick={() => promote(candidate)}>
                Promote {candidate}
              </Button>
            )}
          </>
        }
      >
        <span className="quiet">{counted(versions, "version")}</span>
      </PageHead>
      <div className={styles.scroll}>
        <Requests model={model} />
        <section aria-labelledby="served" className={styles.section}>
          <h2 id="served">What answers</h2>
          {endpoint ? (
            <Served endpoint={endpoint} />
          ) : (
            <p className="quiet">
              No version answers yet. Promote one, here or in a block by <code>promote_model("{model}")</code>.
            </p>
          )}
        </section>
        <Versions
          model={model}
          champion={endpoint?.version}
          metric={search.metric}
          onMetric={(metric) => go({ metric }, true)}
          onPromote={promote}
          refusal={refusal}
        />
        <PromotionLog model={model} />
      </div>
      <Suspense>
        {search.panel === "promote" && search.version !== undefined && search.version !== endpoint?.version ? (
          <PromoteDialog
            key={search.version}
            model={model}
            version={search.version}
            endpoint={endpoint}
            onClose={close}
          />
        ) : null}
        {search.panel === "back" && endpoint ? <RollBackDialog endpoint={endpoint} onClose={close} /> : null}
        {search.panel === "traffic" && endpoint ? (
          <TrafficSheet key={endpoint.revision} endpoint={endpoint} onClose={close} />
        ) : null}
      </Suspense>
    </>
  );
}

const kept = (search: ModelSearch): ModelSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as ModelSearch;

interface VersionsProps {
  readonly model: string;
  readonly champion: number | undefined;
  readonly metric: string | undefined;
  readonly onMetric: (metric: string) => void;
  readonly onPromote: (version: number) => void;
  readonly refusal: string | undefined;
}

function Versions({ model, champion, metric, onMetric, onPromote, refusal }: VersionsProps) {
  const navigate = useNavigate();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    models.versions(useProject(), model),
  );
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [first, second] = useMemo(() => [...selected].map(Number).sort((one, other) => one - other), [selected]);
  const compare = () => {
    if (selected.size === 2 && first !== undefined && second !== undefined)
      void navigate({ to: "/models/$model/compare", params: { model }, search: { first, second } });
  };
  useKeys([{ keys: "c", does: "Compare the two chosen versions", act: compare }]);
  const columns = useMemo(
    () => versionColumns({ rows: rows ?? [], champion, selected, onSelect: setSelected, onPromote, refusal }),
    [rows, champion, selected, onPromote, refusal],
  );
  return (
    <>
      <Suspense>{rows ? <OverVersions versions={rows} metric={metric} onMetric={onMetric} /> : null}</Suspense>
      <section aria-labelledby="versions" className={styles.section}>
        <div className={styles.sectionHead}>
          <h2 id="versions">Versions</h2>
          {rows && rows.length > 1 ? (
            <Button blocked={selected.size === 2 ? undefined : "Choose two versions to compare."} onClick={compare}>
              {selected.size === 2 ? `Compare ${first} with ${second}` : "Compare"}
            </Button>
          ) : null}
        </div>
        <Table
          label="Versions"
          inline
          columns={columns}
          rows={rows}
          rowKey={({ version }) => String(version)}
          onOpen={({ version }) =>
            void navigate({ to: "/models/$model/$version", params: { model, version: String(version) } })
          }
          selected={selected}
          onSelect={setSelected}
          more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={36}
          empty={<Empty>There is no version.</Empty>}
        />
      </section>
    </>
  );
}
