/** What the monitors of a model found: the verdict in words, and each feature beside what the model knows. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { AlertTriangle, Check, CircleDashed, type LucideIcon, X } from "lucide-react";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { count, counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { evaluate, type FeatureResult, type Monitor, type MonitorResult, monitors } from "../api";
import { figure, percent, plain } from "../model/words";
import styles from "../models.module.css";
import { Shift } from "./Shift";

const SHOWN = 8;

type Look = readonly [tone: string | undefined, icon: LucideIcon, word: string];

const STATES: Record<MonitorResult["state"], Look> = {
  well: [ui.ok, Check, "Well"],
  found: [ui.warn, AlertTriangle, "Found something"],
  too_few: [ui.idle, CircleDashed, "Too few rows"],
  failed: [ui.fail, X, "Could not look"],
};

const VERDICTS: Record<FeatureResult["verdict"], Look> = {
  drifted: [ui.warn, AlertTriangle, "Drifted"],
  small: [ui.idle, Check, "Too small to matter"],
  noise: [ui.idle, Check, "Only noise"],
  too_few: [ui.idle, CircleDashed, "Too few rows"],
  unknown: [ui.idle, CircleDashed, "Not compared"],
};

export function Watched({ model }: { readonly model: string }) {
  const { data, error, refetch } = useQuery(monitors.list(useProject()));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  const found = (data ?? []).filter((monitor) => monitor.model === model);
  if (data && found.length === 0)
    return (
      <p className="hint">
        Nothing looks at what {model} is asked. An entry in <code>monitors.yaml</code> with <code>model: {model}</code>{" "}
        does.
      </p>
    );
  return found.map((monitor) => <One key={monitor.name} monitor={monitor} />);
}

function One({ monitor }: { readonly monitor: Monitor }) {
  const { name, latest, findings, due } = monitor;
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("run");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<unknown>();
  const look = async () => {
    setBusy(true);
    setWrong(undefined);
    try {
      await evaluate(project, name);
    } catch (error) {
      setWrong(error);
    } finally {
      await known.invalidateQueries({ queryKey: ["monitors", project] });
      setBusy(false);
    }
  };
  const heading = `monitor-${name}`;
  return (
    <section aria-labelledby={heading} className={styles.section}>
      <div className={styles.sectionHead}>
        <h3 id={heading} className={styles.facts}>
          Monitor {name} {latest ? <Chip look={STATES[latest.state]} /> : null}
        </h3>
        <Button blocked={refusal ?? (busy ? "It is looking." : undefined)} onClick={() => void look()}>
          {busy ? "Looking…" : "Look now"}
        </Button>
      </div>
      {wrong ? <Problem error={wrong} /> : null}
      {findings.length ? (
        <ul className={styles.foundList}>
          {findings.map(({ id, kind, reason, opened }) => (
            <li key={id}>
              <strong>{KINDS[kind]}</strong> since <Ago at={opened} />: {plain(reason)}
            </li>
          ))}
        </ul>
      ) : latest ? (
        <p>{plain(latest.text)}</p>
      ) : null}
      {latest ? <Figures monitor={name} result={latest.id} /> : null}
      <p className="hint">
        {latest ? (
          <>
            Looked <Ago at={latest.evaluated} /> at {counted(latest.rows, "row")} of version {latest.version}.{" "}
          </>
        ) : (
          "It has not looked yet. "
        )}
        {due === null ? (
          "It looks when somebody asks."
        ) : Date.parse(due) <= Date.now() ? (
          "It looks again as soon as an engine runs."
        ) : (
          <>
            Next <Ago at={due} />.
          </>
        )}
      </p>
    </section>
  );
}

const chance = (p: number | null): string | undefined => (p !== null && p < 0.001 ? "< 0.001" : p?.toFixed(3));

const KINDS = { drift: "Drift", quality: "Bad requests", performance: "Performance", new_data: "New data" } as const;

function Chip({ look: [tone, Icon, word] }: { readonly look: Look }) {
  return (
    <span className={`${ui.chip} ${tone}`}>
      <Icon size={15} strokeWidth={1.6} aria-hidden />
      <span>{word}</span>
    </span>
  );
}

/** The features, those that moved most first; the predictions before all. */
function Figures({ monitor, result }: { readonly monitor: string; readonly result: number }) {
  const { data, error, refetch } = useQuery(monitors.result(useProject(), monitor, result));
  const [all, setAll] = useState(false);
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={4} />;
  const ordered = [...data.features].sort((one, other) => (other.stability_index ?? -1) - (one.stability_index ?? -1));
  const rows = [...(data.predictions ? [data.predictions] : []), ...ordered];
  if (rows.length === 0) return null;
  const shown = all ? rows : rows.slice(0, SHOWN);
  const metrics = Object.entries(data.performance?.metrics ?? {});
  return (
    <>
      {metrics.length ? (
        <p className={styles.facts}>
          {metrics.map(([name, value]) => (
            <span key={name}>
              <span className="quiet">{name}</span> {figure(value)}
            </span>
          ))}
          <span className="quiet">over {counted(data.performance?.rows ?? 0, "known outcome")}</span>
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.card} tabIndex={0} aria-label={`Features that ${monitor} looks at`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Feature</th>
              <th scope="col">Verdict</th>
              <th scope="col">Reference and now</th>
              {["Index", "p", "Missing", "Outside"].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one === data.predictions ? "the predictions" : one.name}</th>
                <td title={plain(one.text)}>
                  <Chip look={VERDICTS[one.verdict]} />
                </td>
                <td>
                  <Shift bins={one.bins} />
                </td>
                <td className="number">{one.stability_index?.toFixed(2)}</td>
                <td className="number">{chance(one.adjusted)}</td>
                <td className="number">{one.missing ? percent(one.missing / Math.max(1, one.rows)) : ""}</td>
                <td className="number">{one.out_of_range ? count(one.out_of_range) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > SHOWN ? (
        <div>
          <Button onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${rows.length}`}</Button>
        </div>
      ) : null}
    </>
  );
}
