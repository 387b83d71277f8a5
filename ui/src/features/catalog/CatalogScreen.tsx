/** Every output that a run made and every data product: how fresh, how large, who made it, who reads it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Package, Waypoints } from "lucide-react";
import { useMemo, useRef } from "react";
import { useCommands } from "@/app/commands";
import { useKeys } from "@/app/keys";
import { pipelines } from "@/features/pipelines";
import { useProject } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty, PageHead } from "@/ui/blocks";
import { FilterBox } from "@/ui/filter/FilterBox";
import { parse, toggled, valuesOf } from "@/ui/filter/grammar";
import { count, counted } from "@/ui/format";
import ui from "@/ui/parts.module.css";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type Asset, catalog } from "./api";
import styles from "./catalog.module.css";
import { askedOf, fieldsOf } from "./model/asked";
import { sizeOf, titleOf } from "./model/words";
import { BlockLink, linkOf, RunLink } from "./parts/AssetLink";
import { Freshness } from "./parts/Freshness";

const COLUMNS: readonly Column<Asset>[] = [
  { id: "name", title: "Name", width: "4fr", narrow: "3fr", cell: (asset) => <Name asset={asset} /> },
  { id: "pipeline", title: "Pipeline", width: "2fr", cell: (asset) => <Origin asset={asset} /> },
  { id: "fresh", title: "Freshness", width: "3fr", wide: true, cell: (asset) => <Freshness asset={asset} /> },
  {
    id: "rows",
    title: "Rows",
    width: 88,
    narrow: 64,
    align: "end",
    cell: ({ rows }) => (rows === null ? "" : count(rows)),
  },
  {
    id: "columns",
    title: "Columns",
    width: 72,
    align: "end",
    wide: true,
    cell: ({ columns }) => (columns === null ? "" : count(columns)),
  },
  { id: "size", title: "Size", width: 84, align: "end", wide: true, cell: (asset) => sizeOf(asset.bytes) },
  {
    id: "type",
    title: "Type",
    width: 104,
    wide: true,
    cell: ({ kind, type }) => <span className="quiet ellipsis">{kind === "product" ? "data product" : type}</span>,
  },
  { id: "made", title: "Last written", width: 118, narrow: 92, cell: ({ made }) => <Ago at={made} /> },
  { id: "by", title: "By", width: 76, wide: true, cell: ({ run }) => (run === null ? "" : <RunLink run={run} />) },
  {
    id: "readers",
    title: "Readers",
    width: 76,
    align: "end",
    wide: true,
    cell: ({ readers }) => (readers ? count(readers) : <span className="hint">none</span>),
  },
];

export function CatalogScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { q = "" } = useSearch({ strict: false }) as { q?: string };
  const box = useRef<HTMLInputElement>(null);
  const tags = useTags(project);
  const fields = useMemo(() => fieldsOf(tags), [tags]);
  const asked = useMemo(() => askedOf(q, fields).asked, [q, fields]);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    catalog.list(project, asked),
  );
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const go = (text: string) => void navigate({ to: "/data", search: text ? { q: text } : {}, replace: true });
  const lineage = () => void navigate({ to: "/data/lineage" });

  useKeys([
    { keys: "/", does: "Filter the catalogue", act: () => box.current?.focus() },
    { keys: "L", does: "Lineage of the project", act: lineage },
  ]);
  useCommands([{ name: "Lineage of the project", act: lineage, keys: "L" }]);

  return (
    <>
      <PageHead
        title="Data"
        actions={
          <Link to="/data/lineage" className={ui.button}>
            <Waypoints size={15} aria-hidden /> Lineage
          </Link>
        }
      >
        {rows ? (
          <span className="quiet">
            {counted(rows.length, "entry", "entries")}
            {hasNextPage ? " and more" : ""}
          </span>
        ) : null}
      </PageHead>
      <div className={styles.list}>
        <div className={styles.bar}>
          <FilterBox
            label="Filter the catalogue"
            placeholder="Part of a name, column:… tag:…"
            fields={fields}
            value={q}
            onChange={go}
            judge={(text) => askedOf(text, fields).wrong}
            box={box}
          />
          {tags.slice(0, MOST_TAGS).map((tag) => (
            <button
              key={tag}
              type="button"
              className={styles.tag}
              aria-pressed={valuesOf(parse(q), "tag").includes(tag)}
              onClick={() => go(toggled(q, "tag", tag))}
            >
              {tag}
            </button>
          ))}
        </div>
        <Table
          label="Outputs and data products"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ kind, id }) => `${kind} ${id}`}
          onOpen={(asset) => void navigate(linkOf(asset))}
          more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={32}
          empty={
            <Empty
              action={
                q ? (
                  <Button onClick={() => go("")}>Show all</Button>
                ) : (
                  <Link to="/pipelines" className={ui.button}>
                    Go to the pipelines
                  </Link>
                )
              }
            >
              {q
                ? `Nothing is found by “${q}”.`
                : "Whatever a block gives will stand here with its columns, versions and readers, as soon as a pipeline has run. Nothing has to be declared for it."}
            </Empty>
          }
        />
      </div>
    </>
  );
}

const MOST_TAGS = 8;

function useTags(project: string): readonly string[] {
  const { data } = useQuery(pipelines.list(project));
  return useMemo(() => [...new Set(data?.flatMap(({ tags }) => tags ?? []))].sort(), [data]);
}

function Name({ asset }: { readonly asset: Asset }) {
  return (
    <>
      {asset.kind === "product" ? <Package size={14} strokeWidth={1.6} aria-label="Data product" role="img" /> : null}
      <Link {...linkOf(asset)} className={`plain-link ellipsis ${styles.name}`} tabIndex={-1}>
        {titleOf(asset)}
      </Link>
      {asset.pinned ? <span className="hint">pinned</span> : null}
      {asset.aliases.length ? <span className="hint ellipsis">{asset.aliases.join(", ")}</span> : null}
    </>
  );
}

function Origin({ asset }: { readonly asset: Asset }) {
  if (!asset.defined) return <span className="hint ellipsis">{asset.pipeline} · the block is gone</span>;
  return asset.block === null ? (
    <span className="quiet ellipsis">{asset.pipeline}</span>
  ) : (
    <BlockLink pipeline={asset.pipeline} block={asset.block} />
  );
}
