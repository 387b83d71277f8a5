/** What the list of a model's versions shows of each. */
import { Link } from "@tanstack/react-router";
import { Button } from "@/ui/Button";
import type { Column } from "@/ui/Table";
import { Tip } from "@/ui/Tip";
import { Ago } from "@/ui/time";
import type { VersionBrief } from "../api";
import { change, figure, metricsOf } from "../model/words";
import styles from "../models.module.css";
import { Stage } from "./Stage";

interface Wanted {
  readonly rows: readonly VersionBrief[];
  readonly champion: number | undefined;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onPromote: (version: number) => void;
  readonly refusal: string | undefined;
}

const MOST_METRICS = 4;

export function versionColumns({
  rows,
  champion,
  selected,
  onSelect,
  onPromote,
  refusal,
}: Wanted): readonly Column<VersionBrief>[] {
  const best = rows.find(({ version }) => version === champion);
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect(next);
  };
  return [
    {
      id: "choose",
      title: "",
      width: 36,
      cell: ({ version }) => (
        <input
          type="checkbox"
          className={styles.check}
          aria-label={`Choose version ${version}`}
          checked={selected.has(String(version))}
          onChange={() => toggle(String(version))}
        />
      ),
    },
    {
      id: "version",
      title: "Version",
      width: 72,
      cell: ({ model, version }) => (
        <Link
          to="/models/$model/$version"
          params={{ model, version: String(version) }}
          className={styles.name}
          tabIndex={-1}
        >
          {version}
        </Link>
      ),
    },
    { id: "stage", title: "", width: 112, cell: ({ stage }) => <Stage stage={stage} /> },
    ...metricsOf(rows)
      .slice(0, MOST_METRICS)
      .map(
        (name, index): Column<VersionBrief> => ({
          id: `metric ${name}`,
          title: name,
          width: "1fr",
          align: "end",
          wide: index > 0,
          cell: ({ version, metrics }) => (
            <Metric value={metrics[name]} than={version === champion ? undefined : best?.metrics[name]} />
          ),
        }),
      ),
    {
      id: "from",
      title: "Made by",
      width: "2fr",
      wide: true,
      cell: (version) => <Origin version={version} />,
    },
    { id: "made", title: "Made", width: 116, wide: true, cell: ({ created }) => <Ago at={created} /> },
    {
      id: "acts",
      title: "",
      width: 92,
      align: "end",
      cell: ({ version, stage }) =>
        stage === "champion" ? null : (
          <Button blocked={refusal} aria-label={`Promote version ${version}`} onClick={() => onPromote(version)}>
            Promote
          </Button>
        ),
    },
  ];
}

/** The figure, and how it differs from the champion's. */
function Metric({ value, than }: { readonly value: number | undefined; readonly than: number | undefined }) {
  const by = change(than, value);
  return (
    <span className="ellipsis">
      {figure(value)}
      {by ? (
        <Tip text="Against the champion">
          <span className="hint"> {by}</span>
        </Tip>
      ) : null}
    </span>
  );
}

export function Origin({
  version: { run, pipeline, block, git_commit: commit, created_by: by },
}: {
  readonly version: VersionBrief;
}) {
  if (run === null) return <span className="quiet ellipsis">{by}</span>;
  return (
    <>
      <Link to="/runs/$run" params={{ run: String(run) }} search={{ block }} className="ellipsis">
        run {run}
      </Link>
      <span className="quiet ellipsis">
        {pipeline} · {block}
      </span>
      {commit ? <code className="hint">{commit.slice(0, 7)}</code> : null}
    </>
  );
}
