/** All versions of an output: which is kept, which one readers get; two are compared. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Ellipsis, X } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { useKeys } from "@/app/keys";
import { Button, IconButton } from "@/ui/Button";
import { Empty } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import { Menu, type MenuEntry } from "@/ui/Menu";
import ui from "@/ui/parts.module.css";
import { FreshnessChip } from "@/ui/StateChip";
import { type Column, Table } from "@/ui/Table";
import { Tip } from "@/ui/Tip";
import { Ago } from "@/ui/time";
import { type AssetPlace, catalog, type Version } from "../api";
import styles from "../catalog.module.css";
import { sizeOf } from "../model/words";
import type { Keeping } from "../useKeeping";
import { RunLink } from "./AssetLink";
import { Comparison } from "./Comparison";

interface VersionsViewProps {
  readonly place: AssetPlace;
  /** What readers of the latest result get. */
  readonly current: number | null;
  readonly newest: number;
  /** `12-15`: from one version to another. */
  readonly compare: string | undefined;
  readonly keeping: Keeping;
  readonly onCompare: (pair: string | undefined) => void;
  readonly onShow: (version: number) => void;
}

export function VersionsView({ place, current, newest, compare, keeping, onCompare, onShow }: VersionsViewProps) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    catalog.versions(place),
  );
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [naming, setNaming] = useState<Version>();
  const chosen = useMemo(() => [...selected].map(Number).sort((one, other) => one - other), [selected]);
  const pair = pairOf(compare);
  const [from, to] = chosen;
  const compareChosen = () => {
    if (chosen.length === 2 && from !== undefined && to !== undefined) onCompare(`${from}-${to}`);
  };
  useKeys([{ keys: "c", does: "Compare the two chosen versions", act: compareChosen }]);

  const columns = useMemo(
    () =>
      columnsOf({
        current,
        newest,
        keeping,
        entries: (version) => entriesOf(version, { newest, keeping, onCompare, onShow, onName: setNaming }),
      }),
    [current, newest, keeping, onCompare, onShow],
  );

  return (
    <div className={styles.list}>
      {pair ? (
        <Comparison project={place.project} before={pair[0]} after={pair[1]} onClose={() => onCompare(undefined)} />
      ) : null}
      {naming ? <AliasForm version={naming} keeping={keeping} onClose={() => setNaming(undefined)} /> : null}
      {chosen.length ? (
        <div className={styles.compare}>
          <span>{counted(chosen.length, "version")} chosen</span>
          <Button blocked={chosen.length === 2 ? undefined : "Choose two versions to compare."} onClick={compareChosen}>
            {chosen.length === 2 ? `Compare ${from} with ${to}` : "Compare"}
          </Button>
          <Button look="bare" onClick={() => setSelected(new Set())}>
            Choose none
          </Button>
        </div>
      ) : rows && rows.length > 1 && !pair ? (
        <p className="hint">Choose two with Ctrl and a click, or with x, to compare them.</p>
      ) : null}
      <Table
        label="Versions"
        columns={columns}
        rows={rows}
        rowKey={({ version }) => String(version)}
        onOpen={({ version }) => onShow(version)}
        selected={selected}
        onSelect={setSelected}
        more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        error={error}
        onRetry={() => void refetch()}
        rowHeight={32}
        empty={<Empty>There is no version.</Empty>}
      />
    </div>
  );
}

/** `12-15` as two numbers. */
export function pairOf(text: string | undefined): readonly [number, number] | undefined {
  const found = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? "");
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

interface Marks {
  readonly current: number | null;
  readonly newest: number;
  readonly keeping: Keeping;
  readonly entries: (version: Version) => readonly MenuEntry[];
}

function columnsOf({ current, newest, keeping, entries }: Marks): readonly Column<Version>[] {
  return [
    { id: "version", title: "Version", width: 68, align: "end", cell: ({ version }) => <strong>{version}</strong> },
    {
      id: "marks",
      title: "Kept",
      width: "3fr",
      cell: (version) => (
        <span className={styles.marks}>
          {version.version === newest ? <span className="hint">newest</span> : null}
          {version.version === current && current !== newest ? <span>restored</span> : null}
          {version.pinned ? <FreshnessChip freshness="pinned" /> : null}
          {version.aliases.map((alias) => (
            <span key={alias} className={styles.alias}>
              {alias}
              <IconButton
                label={`Take ${alias} away`}
                blocked={keeping.refusal}
                onClick={() => keeping.removeAlias(version, alias)}
              >
                <X size={12} aria-hidden />
              </IconButton>
            </span>
          ))}
          {version.available || version.parts !== null ? null : <span className="hint">bytes are gone</span>}
        </span>
      ),
    },
    { id: "made", title: "Written", width: 104, cell: ({ made }) => <Ago at={made} /> },
    { id: "run", title: "By", width: 84, wide: true, cell: ({ run }) => <RunLink run={run} /> },
    {
      id: "rows",
      title: "Rows",
      width: 88,
      align: "end",
      wide: true,
      cell: ({ rows }) => (rows === null ? "" : count(rows)),
    },
    {
      id: "columns",
      title: "Columns",
      width: 76,
      align: "end",
      wide: true,
      cell: (version) => (version.columns === null ? "" : count(version.columns)),
    },
    { id: "size", title: "Size", width: 84, align: "end", wide: true, cell: (version) => sizeOf(version.bytes) },
    {
      id: "reused",
      title: "Reused by",
      width: "1fr",
      wide: true,
      cell: ({ reused_by }) => (
        <>
          {reused_by.slice(0, 3).map((run) => (
            <RunLink key={run} run={run} />
          ))}
          {reused_by.length > 3 ? <span className="hint">and more</span> : null}
        </>
      ),
    },
    {
      id: "digest",
      title: "Digest",
      width: 108,
      wide: true,
      cell: ({ digest }) => (
        <Tip text={digest}>
          <code className="hint">{digest.slice(0, 10)}</code>
        </Tip>
      ),
    },
    {
      id: "acts",
      title: "",
      width: 44,
      cell: (version) => (
        <Menu
          placement="bottom-end"
          button={
            <button
              type="button"
              className={`${ui.button} ${ui.icon}`}
              aria-label={`Acts on version ${version.version}`}
            >
              <Ellipsis size={15} aria-hidden />
            </button>
          }
          entries={entries(version)}
        />
      ),
    },
  ];
}

interface Acts {
  readonly newest: number;
  readonly keeping: Keeping;
  readonly onCompare: (pair: string) => void;
  readonly onShow: (version: number) => void;
  readonly onName: (version: Version) => void;
}

function entriesOf(version: Version, { newest, keeping, onCompare, onShow, onName }: Acts): readonly MenuEntry[] {
  const gone = version.available ? undefined : "Its bytes are gone.";
  return [
    { label: "Show it", act: () => onShow(version.version) },
    ...(version.version === newest
      ? []
      : [{ label: "Compare with the newest", act: () => onCompare(`${version.version}-${newest}`), blocked: gone }]),
    {
      label: version.pinned ? "No longer keep it for ever" : "Pin: keep it for ever",
      act: () => keeping.pin(version),
      blocked: keeping.refusal,
    },
    { label: "Give it an alias", act: () => onName(version), blocked: keeping.refusal },
    version.restored
      ? {
          label: "Let the newest be the latest again",
          act: () => keeping.unrestore(version.version),
          blocked: keeping.refusal,
        }
      : {
          label: "Restore: readers of the latest get it",
          act: () => keeping.restore(version),
          blocked: keeping.refusal ?? gone,
        },
  ];
}

interface AliasFormProps {
  readonly version: Version;
  readonly keeping: Keeping;
  readonly onClose: () => void;
}

function AliasForm({ version, keeping, onClose }: AliasFormProps) {
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const alias = String(new FormData(event.currentTarget).get("alias")).trim();
    if (alias && (await keeping.setAlias(version, alias))) onClose();
  };
  return (
    <form className={styles.compare} onSubmit={(event) => void submit(event)}>
      <label htmlFor="alias">Version {version.version} is called</label>
      <input
        id="alias"
        name="alias"
        className={`${ui.input} ${styles.key}`}
        placeholder="such as approved"
        autoComplete="off"
        spellCheck={false}
        autoFocus
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      />
      <Button type="submit" blocked={keeping.refusal}>
        Give the alias
      </Button>
      <Button look="bare" onClick={onClose}>
        Cancel
      </Button>
      <span className="hint">A version with an alias is kept; whichever had it before loses it.</span>
    </form>
  );
}
