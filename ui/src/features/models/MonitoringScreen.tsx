/** What is served: who answers how much of it, how each version does, whether the service answers at all, and what the
 * monitors found. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { AlertTriangle, Check, CircleDashed } from "lucide-react";
import { lazy, Suspense } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones, Empty, PageHead } from "@/ui/blocks";
import { count, duration } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { models, type Served as ServedEndpoint, type Service } from "./api";
import { figure, partsOf, percent, plain } from "./model/words";
import styles from "./models.module.css";
import { Served } from "./parts/Served";
import { Stage } from "./parts/Stage";
import { Watched } from "./parts/Watched";

const TrafficSheet = lazy(() => import("./parts/TrafficSheet").then((module) => ({ default: module.TrafficSheet })));
const RollBackDialog = lazy(() =>
  import("./parts/RollBackDialog").then((module) => ({ default: module.RollBackDialog })),
);
const TrySheet = lazy(() => import("./parts/TrySheet").then((module) => ({ default: module.TrySheet })));

interface MonitoringSearch {
  readonly panel?: "traffic" | "back" | "try";
  /** Of which model. */
  readonly model?: string;
}

export function MonitoringScreen() {
  const project = useProject();
  const navigate = useNavigate();
  const { panel, model } = useSearch({ strict: false }) as MonitoringSearch;
  const { data, error, refetch } = useQuery(models.endpoints(project));
  const go = (search: MonitoringSearch) => void navigate({ to: "/monitoring", search });
  const close = () => go({});
  const shown = data?.endpoints.find((one) => one.endpoint.model === model)?.endpoint;
  return (
    <>
      <PageHead title="Monitoring">{data ? <ServiceState service={data.service} /> : null}</PageHead>
      <div className={styles.scroll}>
        {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
        {data === undefined ? (
          error ? null : (
            <Bones rows={8} />
          )
        ) : data.endpoints.length === 0 ? (
          <Empty
            action={
              <Link to="/models" className={ui.button}>
                Go to the models
              </Link>
            }
          >
            Nothing is served yet. As soon as a version of a model is promoted it answers predictions, and stands here
            with how it does.
          </Empty>
        ) : (
          <>
            <ServiceWords service={data.service} />
            {data.endpoints.map((one) => (
              <OneEndpoint key={one.endpoint.model} one={one} service={data.service} onPanel={go} />
            ))}
          </>
        )}
      </div>
      <Suspense>
        {panel === "traffic" && shown ? <TrafficSheet key={shown.revision} endpoint={shown} onClose={close} /> : null}
        {panel === "back" && shown ? <RollBackDialog endpoint={shown} onClose={close} /> : null}
        {panel === "try" && shown ? <TrySheet model={shown.model} onClose={close} /> : null}
      </Suspense>
    </>
  );
}

function ServiceState({ service: { state, records } }: { readonly service: Service }) {
  const [tone, Icon, word] =
    state === "up"
      ? records
        ? [ui.warn, AlertTriangle, "Answers without the records"]
        : [ui.ok, Check, "The prediction service answers"]
      : state === "away"
        ? [ui.fail, AlertTriangle, "The prediction service does not answer"]
        : [ui.idle, CircleDashed, "No prediction service on this machine"];
  return (
    <span className={`${ui.chip} ${tone}`}>
      <Icon size={15} strokeWidth={1.6} aria-hidden />
      <span>{word}</span>
    </span>
  );
}

function ServiceWords({ service: { state, url, seconds, problem, records } }: { readonly service: Service }) {
  if (state === "off")
    return (
      <p className="quiet">
        <code>blockwright start</code> starts the service where it runs the scheduler, <code>blockwright serve</code>{" "}
        alone. One on another machine is not seen from here.
      </p>
    );
  if (state === "away") return <p>{plain(problem)}</p>;
  return (
    <p className="quiet">
      <code>{url}/predict</code>, for {duration(seconds)}.{" "}
      {records ? `What was served last goes on: ${plain(records)}` : ""}
    </p>
  );
}

interface OneProps {
  readonly one: ServedEndpoint;
  readonly service: Service;
  readonly onPanel: (search: MonitoringSearch) => void;
}

function OneEndpoint({ one: { endpoint, versions, problem }, service, onPanel }: OneProps) {
  const { model, previous, traffic, updated, updated_by: by } = endpoint;
  const refusal = useRefusal("edit");
  const mayNotAsk = useRefusal("run");
  const heading = `endpoint-${model}`;
  return (
    <section aria-labelledby={heading} className={styles.endpoint}>
      <div className={styles.sectionHead}>
        <h2 id={heading}>
          <Link to="/models/$model" params={{ model }} className="plain-link">
            {model}
          </Link>
        </h2>
        <span className={styles.acts}>
          <Button
            blocked={mayNotAsk ?? (service.state === "up" ? undefined : "The prediction service does not answer.")}
            aria-label={`Try it: ${model}`}
            onClick={() => onPanel({ panel: "try", model })}
          >
            Try it
          </Button>
          <Button
            blocked={refusal}
            aria-label={`Change traffic of ${model}`}
            onClick={() => onPanel({ panel: "traffic", model })}
          >
            Change traffic
          </Button>
          {previous === null ? null : (
            <Button
              blocked={refusal}
              aria-label={`Roll back to ${previous}: ${model}`}
              onClick={() => onPanel({ panel: "back", model })}
            >
              Roll back to {previous}
            </Button>
          )}
        </span>
      </div>
      {problem ? (
        <p className={ui.fail} role="status">
          {plain(problem)}
        </p>
      ) : null}
      <Served endpoint={endpoint} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label={`Versions of ${model} that answer`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col" />
              {["Share", "Requests", "Rows", "Errors", "95 of 100 within"].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {partsOf(endpoint).map(({ version, role, share }) => {
              const found = versions.find((each) => each.version === version);
              const shadow = traffic.mode === "shadow" && role === "challenger";
              return (
                <tr key={version}>
                  <th scope="row">
                    <Link to="/models/$model/$version" params={{ model, version: String(version) }}>
                      {version}
                    </Link>
                  </th>
                  <td>
                    <Stage stage={role} />
                  </td>
                  <td className="number">{shadow ? `sees ${percent(traffic.share)}` : percent(share)}</td>
                  {found && !shadow ? (
                    <>
                      <td className="number">{count(found.requests)}</td>
                      <td className="number">{count(found.rows)}</td>
                      <td className="number">
                        {found.errors ? (
                          <span className={ui.fail}>
                            {count(found.errors)} · {percent(found.errors / Math.max(1, found.requests))}
                          </span>
                        ) : (
                          "0"
                        )}
                      </td>
                      <td className="number">{found.requests ? `${figure(found.milliseconds)} ms` : ""}</td>
                    </>
                  ) : (
                    <td colSpan={4} className="hint">
                      {shadow && found ? "Its answers stand in the log of predictions." : "not loaded"}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <p className="hint">
        As it is since <Ago at={updated} />, by {by}. The figures are those since the service began.
      </p>
      <Watched model={model} />
    </section>
  );
}
