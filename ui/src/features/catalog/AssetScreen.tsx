/** One output: what it holds, its columns, how it changed, where it comes from and goes to, how it is read. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useKeys } from "@/app/keys";
import { ChartView, OutputView } from "@/features/outputs";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { useCurrentInView } from "@/ui/useCurrentInView";
import { type AssetDetail, type AssetPlace, catalog, type DescribedVersion } from "./api";
import styles from "./catalog.module.css";
import { shapeOf, sizeOf, titleOf } from "./model/words";
import { outputLink, RunLink } from "./parts/AssetLink";
import { Freshness } from "./parts/Freshness";
import { HistoryView } from "./parts/HistoryView";
import { LineageView } from "./parts/LineageView";
import { SchemaView } from "./parts/SchemaView";
import { UseView } from "./parts/UseView";
import { VersionsView } from "./parts/VersionsView";
import { type Keeping, useKeeping } from "./useKeeping";

const TABS = [
  ["preview", "Preview"],
  ["chart", "Chart"],
  ["schema", "Schema"],
  ["profile", "Profile over time"],
  ["versions", "Versions"],
  ["lineage", "Lineage"],
  ["use", "Use"],
] as const;
type Tab = (typeof TABS)[number][0];

interface AssetSearch {
  readonly output?: string;
  readonly tab?: Tab;
  readonly v?: number;
  readonly compare?: string;
  readonly column?: string;
  readonly node?: string;
  readonly up?: number;
  readonly down?: number;
}

export function AssetScreen() {
  const project = useProject();
  const { pipeline = "", block = "" } = useParams({ strict: false }) as { pipeline?: string; block?: string };
  const { output } = useSearch({ strict: false }) as AssetSearch;
  const place: AssetPlace = { project, pipeline, block, name: output };
  const { data, error, refetch } = useQuery(catalog.asset(place));
  if (!data)
    return (
      <>
        <PageHead title={block} tabTitle={`${pipeline} · ${block}`} />
        <div className={styles.scroll}>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <Bones rows={10} />}
        </div>
      </>
    );
  return <Shown place={place} asset={data} />;
}

function Shown({ place, asset }: { readonly place: AssetPlace; readonly asset: AssetDetail }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as AssetSearch;
  const { pipeline, block, project } = place;
  const tab = search.tab ?? "preview";
  const keeping = useKeeping(pipeline);
  const older = search.v !== undefined && search.v !== asset.newest.version ? search.v : undefined;
  const { data: found, error } = useQuery({
    ...catalog.version(project, older ?? 0),
    enabled: older !== undefined,
  });
  const version = older === undefined ? asset.newest : found?.asset === asset.id ? found : undefined;
  const go = (changed: Partial<Record<keyof AssetSearch, string | number | undefined>>, replace = false) =>
    void navigate({
      to: "/data/$pipeline/$block",
      params: { pipeline, block },
      search: kept({ ...search, ...changed }),
      replace,
    });

  const tabs = useRef<HTMLElement>(null);
  useCurrentInView(tabs, tab);
  useKeys(
    TABS.map(([name, title], index) => ({
      keys: String(index + 1),
      does: title,
      act: () => go({ tab: name === "preview" ? undefined : name }, true),
    })),
  );

  return (
    <>
      <Head asset={asset} />
      <div className={styles.tabBar}>
        <nav ref={tabs} aria-label="About this output" className={ui.tabs}>
          {TABS.map(([name, title]) => (
            <Link
              key={name}
              to="/data/$pipeline/$block"
              params={{ pipeline, block }}
              search={kept({ ...search, tab: name === "preview" ? undefined : name })}
              className={ui.tab}
              activeOptions={{ exact: true, includeSearch: true }}
            >
              {title}
            </Link>
          ))}
        </nav>
        <span className={styles.grow} />
        {asset.names.length > 1 ? (
          <select
            className={styles.steps}
            aria-label="Which output of the block"
            value={asset.name ?? ""}
            onChange={(event) => void navigate({ ...outputLink(pipeline, block, event.target.value) })}
          >
            {asset.names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : null}
      </div>
      <Standing
        asset={asset}
        shown={older === undefined ? undefined : version}
        keeping={keeping}
        onNewest={() => go({ v: undefined })}
      />
      {keeping.wrong ? (
        <div className={styles.wrong}>
          <Problem error={keeping.wrong} />
        </div>
      ) : null}
      {version ? (
        <Panel
          tab={tab}
          place={{ ...place, name: asset.name ?? undefined }}
          asset={asset}
          version={version}
          keeping={keeping}
          search={search}
          onGo={go}
        />
      ) : error ? (
        <div className={styles.wrong}>
          <Problem error={error} />
        </div>
      ) : found ? (
        <Empty action={<Button onClick={() => go({ v: undefined })}>Show the newest</Button>}>
          Version {found.version} is one of {found.asset}, not of this output.
        </Empty>
      ) : (
        <Bones />
      )}
    </>
  );
}

/** Without what is as usual, so that addresses stay short. */
function kept(search: Partial<Record<keyof AssetSearch, string | number | undefined>>): AssetSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== ""),
  ) as AssetSearch;
}

function Head({ asset }: { readonly asset: AssetDetail }) {
  const title = titleOf(asset);
  return (
    <PageHead
      title={title}
      tabTitle={`${asset.pipeline} · ${title}`}
      actions={
        asset.defined ? (
          <Link
            to="/pipelines/$pipeline"
            params={{ pipeline: asset.pipeline }}
            search={{ block: asset.block ?? undefined }}
            className={ui.button}
          >
            Open the block
          </Link>
        ) : null
      }
    >
      <span className={`quiet ${styles.facts}`}>
        <Link to="/pipelines/$pipeline" params={{ pipeline: asset.pipeline }}>
          {asset.pipeline}
        </Link>
        {asset.defined ? null : <span>the block is gone</span>}
        <span>{shapeOf(asset.newest)}</span>
        <span>{sizeOf(asset.bytes)}</span>
        <span>
          <Ago at={asset.made} /> by {asset.run === null ? "a run" : <RunLink run={asset.run} />}
        </span>
        <span>{asset.readers ? `read by ${count(asset.readers)}` : "read by nobody"}</span>
        {asset.tags.length ? <span>{asset.tags.join(", ")}</span> : null}
      </span>
      {asset.product ? (
        <span className={styles.facts}>
          <Freshness asset={asset} />
          <Link to="/data/$product" params={{ product: asset.product }}>
            {asset.product}
          </Link>
        </span>
      ) : null}
    </PageHead>
  );
}

interface StandingProps {
  readonly asset: AssetDetail;
  /** The version that is looked at, when it is not the newest. */
  readonly shown: DescribedVersion | undefined;
  readonly keeping: Keeping;
  readonly onNewest: () => void;
}

/** Which version one looks at, and which one readers get, when that is not the newest. */
function Standing({ asset, shown, keeping, onNewest }: StandingProps) {
  const { current, newest } = asset;
  return (
    <>
      {shown ? (
        <div className={styles.notice}>
          <span>
            Version {shown.version} by <RunLink run={shown.run} />, <Ago at={shown.made} />: {shapeOf(shown)}.
          </span>
          <Button onClick={onNewest}>Show the newest</Button>
        </div>
      ) : null}
      {current !== null && current !== newest.version ? (
        <div className={styles.notice}>
          <span>Readers of the latest result get version {current}, not the newest: it was restored.</span>
          <Button blocked={keeping.refusal} onClick={() => keeping.unrestore(current)}>
            Give them the newest
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface PanelProps {
  readonly tab: Tab;
  readonly place: AssetPlace;
  readonly asset: AssetDetail;
  readonly version: DescribedVersion;
  readonly keeping: Keeping;
  readonly search: AssetSearch;
  readonly onGo: (changed: Partial<Record<keyof AssetSearch, string | number | undefined>>, replace?: boolean) => void;
}

function Panel({ tab, place, asset, version, keeping, search, onGo }: PanelProps) {
  switch (tab) {
    case "preview":
    case "chart":
      return (
        <div className={styles.panel}>
          <Value project={place.project} version={version} drawn={tab === "chart"} />
        </div>
      );
    case "schema":
      return <SchemaView place={place} version={version} />;
    case "profile":
      return (
        <HistoryView
          place={place}
          shown={version.version}
          column={search.column}
          onColumn={(column) => onGo({ column }, true)}
        />
      );
    case "versions":
      return (
        <VersionsView
          place={place}
          current={asset.current}
          newest={asset.newest.version}
          compare={search.compare}
          keeping={keeping}
          onCompare={(compare) => onGo({ compare })}
          onShow={(number) => onGo({ v: number, tab: undefined })}
        />
      );
    case "lineage":
      return (
        <LineageView
          project={place.project}
          start={{ pipeline: place.pipeline, block: place.block, up: search.up ?? 2, down: search.down ?? 2 }}
          node={search.node}
          onNode={(node) => onGo({ node }, true)}
          onSteps={(steps) => onGo(steps, true)}
        />
      );
    case "use":
      return <UseView place={place} asset={asset} version={version} />;
  }
}

interface ValueProps {
  readonly project: string;
  readonly version: DescribedVersion;
  /** As a chart. */
  readonly drawn: boolean;
}

function Value({ project, version, drawn }: ValueProps) {
  const { parts, available, read_run: run, read_block: block } = version;
  if (parts !== null)
    return (
      <Empty
        action={
          <Link
            to="/runs/$run"
            params={{ run: String(version.run) }}
            search={{ block: version.block }}
            className={ui.button}
          >
            Open run {version.run}
          </Link>
        }
      >
        This version is made of what {counted(parts, "child", "children")} of the block gave. Each of them stands in the
        run.
      </Empty>
    );
  if (!available || run === null || block === null)
    return (
      <Empty>
        The bytes of version {version.version} are gone: retention took them, or the value was never written. Its
        columns and figures are still known. Pin a version, or give it an alias, to keep it.
      </Empty>
    );
  const place = { project, run, block, name: version.name, version: version.digest };
  if (drawn) return <ChartView place={place} />;
  return <OutputView place={place} label={`${version.block} of ${version.pipeline}`} />;
}
