/** Home: is everything all right, and if not, what do I do. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { AlertTriangle, Check, ChevronDown, Plus } from "lucide-react";
import { useState } from "react";
import { useKeys } from "@/app/keys";
import { useProject } from "@/features/projects";
import { PausedBar } from "@/features/triggers";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { bytes, count } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { home, type Overview } from "./api";
import { Coming, Running } from "./components/Beside";
import { Needs } from "./components/Needs";
import { Pipelines } from "./components/Pipelines";
import styles from "./home.module.css";

export function HomeScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(home.overview(project));
  const freshness = useQuery(home.freshness(project, data !== undefined)).data;
  const [wide, setWide] = useState(false);
  const more = useInfiniteQuery(home.more(project, data?.more_pipelines, wide));
  const make = () => void navigate({ to: "/pipelines", search: { new: true } });
  useKeys([{ keys: "n", does: "New pipeline", act: make }]);

  const pipelines = data && [...data.pipelines, ...(more.data?.pages.flatMap((page) => page.items) ?? [])];
  return (
    <>
      <PageHead
        title="Home"
        actions={
          <Link to="/pipelines" search={{ new: true }} className={`${ui.button} ${ui.primary}`}>
            <Plus size={14} aria-hidden /> New pipeline
          </Link>
        }
      >
        {data ? <Health overview={data} /> : null}
      </PageHead>
      <div className={styles.home}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {data === undefined ? (
          error ? null : (
            <Bones />
          )
        ) : (
          <>
            <PausedBar pause={data.triggers} />
            <Needs project={project} overview={data} />
            <div className={styles.columns}>
              <section aria-labelledby="home-pipelines" className={styles.section}>
                <h2 id="home-pipelines">Pipelines</h2>
                {pipelines && pipelines.length > 0 ? (
                  <Pipelines
                    pipelines={pipelines}
                    freshness={freshness}
                    running={data.running}
                    paused={data.triggers.paused}
                    more={
                      wide
                        ? more.hasNextPage && !more.isFetchingNextPage
                          ? () => void more.fetchNextPage()
                          : undefined
                        : data.more_pipelines
                          ? () => setWide(true)
                          : undefined
                    }
                  />
                ) : (
                  <Empty
                    action={
                      <Link to="/pipelines" search={{ new: true }} className={`${ui.button} ${ui.primary}`}>
                        New pipeline
                      </Link>
                    }
                  >
                    No pipeline yet. A pipeline is a chain of blocks: load data, change it, give it away.
                  </Empty>
                )}
              </section>
              {data.running.length || data.coming.length ? (
                <aside className={styles.beside}>
                  <Running overview={data} />
                  <Coming overview={data} />
                </aside>
              ) : null}
            </div>
          </>
        )}
      </div>
    </>
  );
}

/** In one line whether everything is up; unfolded, the figures behind it. */
function Health({ overview }: { readonly overview: Overview }) {
  const { health } = overview;
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.health}>
      <button type="button" className={styles.healthLine} aria-expanded={open} onClick={() => setOpen(!open)}>
        {health.ok ? (
          <span className={`${ui.chip} ${ui.ok}`}>
            <Check size={15} strokeWidth={1.6} aria-hidden /> All services up
          </span>
        ) : (
          <span className={`${ui.chip} ${ui.fail}`}>
            <AlertTriangle size={15} strokeWidth={1.6} aria-hidden />
            {health.engines === 0 ? "No engine runs" : "The disk is full"}
          </span>
        )}
        <span className="quiet">
          {health.busy} of {health.slots} slots busy · disk {Math.round(health.disk_used * 100)} % · queue{" "}
          {health.waiting >= 50 ? "50+" : health.waiting}{" "}
          <ChevronDown size={13} aria-hidden className={styles.unfold} />
        </span>
      </button>
      {open ? (
        <dl className={styles.healthFacts}>
          <dt>Engines</dt>
          <dd>{count(health.engines)}, heard within 45 s</dd>
          <dt>Slots</dt>
          <dd>
            {count(health.busy)} of {count(health.slots)} busy
          </dd>
          <dt>Disk</dt>
          <dd>{bytes(health.disk_free)} free</dd>
          <dt>Queue</dt>
          <dd>
            {health.waiting === 0 ? "nothing waits" : `${count(health.waiting)} wait, the oldest since `}
            {health.waiting_since ? <Ago at={health.waiting_since} /> : null}
            {health.waiting_reason ? `: ${health.waiting_reason.replaceAll("`", "")}` : null}
          </dd>
          <dt>Looked</dt>
          <dd>
            <Ago at={overview.looked} />
          </dd>
        </dl>
      ) : null}
    </div>
  );
}
