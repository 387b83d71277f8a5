/** Every model of the project: what answers, what was made last, and the way back. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { useKeys } from "@/app/keys";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Empty, PageHead } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import ui from "@/ui/parts.module.css";
import { Snippet } from "@/ui/Snippet";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { type Model, models } from "./api";
import { figure, metricsOf, percent } from "./model/words";
import styles from "./models.module.css";
import { Requests } from "./parts/Requests";
import { RollBackDialog } from "./parts/RollBackDialog";

interface ModelsSearch {
  readonly q?: string;
  readonly back?: string;
}

const SNIPPET = `from blockwright import register_model

register_model("delay", model, metrics={"mae": 4.2}, example=frame)`;

export function ModelsScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { q = "", back } = useSearch({ strict: false }) as ModelsSearch;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    models.list(project),
  );
  const filter = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const shown = useMemo(() => rows?.filter(({ model }) => model.toLowerCase().includes(q.toLowerCase())), [rows, q]);
  const refusal = useRefusal("edit");
  const columns = useMemo(() => columnsOf(refusal), [refusal]);
  const leaving = rows?.find(({ model }) => model === back)?.endpoint;
  const go = (search: ModelsSearch) => void navigate({ to: "/models", search, replace: true });

  useKeys([{ keys: "/", does: "Filter models", act: () => filter.current?.focus() }]);

  return (
    <>
      <PageHead title="Models" actions={<Link to="/monitoring">What is served</Link>}>
        {rows?.length ? (
          <input
            ref={filter}
            className={`${ui.input} ${styles.filter}`}
            type="search"
            placeholder="Filter by name"
            aria-label="Filter models"
            value={q}
            onChange={({ target }) => go(target.value ? { q: target.value } : {})}
          />
        ) : null}
        {shown?.length ? (
          <span className="quiet">
            {counted(shown.length, "model")}
            {hasNextPage ? " and more" : ""}
          </span>
        ) : null}
      </PageHead>
      <div className={styles.list}>
        <Requests />
        <Table
          label="Models"
          columns={columns}
          rows={shown}
          rowKey={({ model }) => model}
          onOpen={({ model }) => void navigate({ to: "/models/$model", params: { model } })}
          more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          error={error}
          onRetry={() => void refetch()}
          rowHeight={36}
          empty={
            q ? (
              <Empty action={<Button onClick={() => go({})}>Show all</Button>}>No model is called like “{q}”.</Empty>
            ) : (
              <Empty action={<Snippet label="code" text={SNIPPET} />}>
                A model is registered by a block that trained it. Its versions stand here with their figures and where
                they come from; one of them can then answer predictions.
              </Empty>
            )
          }
        />
      </div>
      {leaving ? <RollBackDialog endpoint={leaving} onClose={() => go(q ? { q } : {})} /> : null}
    </>
  );
}

function columnsOf(refusal: string | undefined): readonly Column<Model>[] {
  return [
    {
      id: "name",
      title: "Name",
      width: "2fr",
      cell: ({ model }) => (
        <Link to="/models/$model" params={{ model }} className={`plain-link ellipsis ${styles.name}`} tabIndex={-1}>
          {model}
        </Link>
      ),
    },
    { id: "served", title: "Answers", width: "2fr", cell: (model) => <Answers model={model} /> },
    {
      id: "newest",
      title: "Newest",
      width: "2fr",
      wide: true,
      cell: ({ newest }) => (
        <>
          <Link to="/models/$model/$version" params={{ model: newest.model, version: String(newest.version) }}>
            version {newest.version}
          </Link>
          <span className="hint">
            <Ago at={newest.created} />
          </span>
        </>
      ),
    },
    {
      id: "metrics",
      title: "Its metrics",
      width: "3fr",
      wide: true,
      cell: ({ newest }) => (
        <span className="ellipsis">
          {metricsOf([newest])
            .slice(0, 4)
            .map((name) => `${name} ${figure(newest.metrics[name])}`)
            .join(" · ")}
        </span>
      ),
    },
    { id: "versions", title: "Versions", width: 80, align: "end", wide: true, cell: ({ versions }) => count(versions) },
    {
      id: "acts",
      title: "",
      width: 132,
      align: "end",
      cell: ({ model, endpoint }) =>
        endpoint?.previous == null ? null : refusal ? (
          <Button blocked={refusal}>Roll back to {endpoint.previous}</Button>
        ) : (
          <Link to="/models" search={{ back: model }} className={ui.button}>
            Roll back to {endpoint.previous}
          </Link>
        ),
    },
  ];
}

function Answers({ model: { endpoint } }: { readonly model: Model }) {
  if (!endpoint) return <span className="hint">nothing yet</span>;
  const { version, traffic } = endpoint;
  return (
    <>
      <span>version {version}</span>
      {traffic.challenger != null ? (
        <span className="hint ellipsis">
          {traffic.mode}: {percent(traffic.share)} to {traffic.challenger}
        </span>
      ) : null}
    </>
  );
}
