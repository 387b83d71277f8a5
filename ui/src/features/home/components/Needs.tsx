/** What needs somebody now, worst first, each with the next thing to do. */
import { Link, useNavigate } from "@tanstack/react-router";
import { AlertTriangle, BellOff, Clock, FileWarning, OctagonX, PlugZap, Siren } from "lucide-react";
import { useState } from "react";
import { useKeys } from "@/app/keys";
import { useRefusal } from "@/features/projects";
import { retryRun } from "@/features/runs";
import { Button, IconButton } from "@/ui/Button";
import { counted } from "@/ui/format";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import type { Need, Overview } from "../api";
import styles from "../home.module.css";
import { MuteDialog, MutedList } from "./Mute";
import { Why } from "./Why";

const LOOKS = {
  engine: { icon: PlugZap, tone: ui.fail, word: "No engine" },
  broken: { icon: FileWarning, tone: ui.fail, word: "Cannot be read" },
  failed: { icon: OctagonX, tone: ui.fail, word: "Failed" },
  stuck: { icon: AlertTriangle, tone: ui.warn, word: "Stuck" },
  late: { icon: Clock, tone: ui.warn, word: "Late" },
  alert: { icon: Siren, tone: ui.warn, word: "Alert" },
  request: { icon: Clock, tone: ui.warn, word: "Waits for a word" },
} as const;

const SHOWN = 8;

export function Needs({ project, overview }: { readonly project: string; readonly overview: Overview }) {
  const { needs, muted, looked } = overview;
  const [all, setAll] = useState(false);
  const shown = all ? needs : needs.slice(0, SHOWN);
  const open = useOpen();
  const firstFailed = shown.find((need) => need.kind === "failed" && need.run !== null);
  useKeys(
    shown.slice(0, 9).map((need, index) => ({
      keys: String(index + 1),
      does: `Open: ${need.title}`,
      act: () => open(need),
    })),
  );
  return (
    <section aria-labelledby="needs-you" className={styles.section}>
      <h2 id="needs-you">Needs you {needs.length ? <span className="quiet">{needs.length}</span> : null}</h2>
      {needs.length === 0 ? (
        <p className={styles.nothing}>
          Nothing needs you.{" "}
          <span className="hint">
            Looked <Ago at={looked} />.
          </span>
        </p>
      ) : (
        <ul className={styles.needs}>
          {shown.map((need) => (
            <NeedRow
              key={`${need.kind} ${need.pipeline} ${need.run} ${need.trigger} ${need.alert} ${need.promotion}`}
              project={project}
              need={need}
              first={need === firstFailed}
            />
          ))}
        </ul>
      )}
      {muted.length ? <MutedList project={project} muted={muted} /> : null}
      {needs.length > SHOWN ? (
        <Button look="bare" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show ${counted(needs.length - SHOWN, "more", "more")}`}
        </Button>
      ) : null}
    </section>
  );
}

function useOpen(): (need: Need) => void {
  const navigate = useNavigate();
  return (need) => {
    if (need.model !== null) void navigate({ to: "/models/$model", params: { model: need.model } });
    else if (need.run !== null) {
      void navigate({
        to: "/runs/$run",
        params: { run: String(need.run) },
        search: need.block ? { block: need.block } : {},
      });
    } else if (need.trigger !== null)
      void navigate({ to: "/triggers/$trigger", params: { trigger: String(need.trigger) } });
    else if (need.pipeline) void navigate({ to: "/pipelines/$pipeline", params: { pipeline: need.pipeline } });
    else void navigate({ to: "/runs" });
  };
}

function titleOf(need: Need): string {
  if (need.kind !== "failed" || need.run === null) return need.title.replaceAll("`", "");
  return [need.pipeline, `run ${need.run}`, need.block].filter(Boolean).join(" · ");
}

interface NeedRowProps {
  readonly project: string;
  readonly need: Need;
  /** The first that can be retried has the key for it. */
  readonly first: boolean;
}

function NeedRow({ project, need, first }: NeedRowProps) {
  const look = LOOKS[need.kind as keyof typeof LOOKS] ?? LOOKS.alert;
  const Icon = look.icon;
  const open = useOpen();
  const refused = useRefusal("run", need.pipeline ?? "");
  const [wrong, setWrong] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState(false);
  const [muting, setMuting] = useState(false);
  const retry = async () => {
    if (need.run === null) return;
    setBusy(true);
    setWrong(undefined);
    try {
      await retryRun(project, need.run, [], false);
      tell(`Run ${need.run} of ${need.pipeline} goes on.`);
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  useKeys(
    first
      ? [{ keys: "r", does: `Retry run ${need.run} of ${need.pipeline}`, act: () => !refused && !busy && void retry() }]
      : [],
  );
  return (
    <li className={styles.need}>
      <span className={look.tone}>
        <Icon size={16} strokeWidth={1.5} aria-hidden />
        <span className="unseen">{look.word}</span>
      </span>
      <strong className="ellipsis" title={need.title}>
        {titleOf(need)}
      </strong>
      <span className={styles.text}>
        <span className={`ellipsis ${need.kind === "failed" ? styles.error : ""}`} title={need.text}>
          {need.text.replaceAll("`", "")}
        </span>
        {need.file && need.run !== null ? (
          <Link
            to="/runs/$run"
            params={{ run: String(need.run) }}
            search={{ ...(need.block && { block: need.block }), tab: "error" }}
            className={styles.file}
          >
            {need.file.split("/").at(-1)}
            {need.line ? `:${need.line}` : ""}
          </Link>
        ) : null}
      </span>
      <span className={`quiet ${styles.since}`}>{need.since ? <Ago at={need.since} /> : null}</span>
      <span className={styles.acts}>
        <Button onClick={() => open(need)}>Open</Button>
        <Button aria-expanded={told} aria-label={`Why: ${titleOf(need)}`} onClick={() => setTold(!told)}>
          Why
        </Button>
        {need.kind === "failed" && need.run !== null ? (
          <Button blocked={refused ?? (busy ? "It is being asked for." : undefined)} onClick={() => void retry()}>
            Retry{need.block ? ` from ${need.block.split(":")[0]}` : ""}
          </Button>
        ) : null}
        <IconButton label={`Mute: ${titleOf(need)}`} onClick={() => setMuting(true)}>
          <BellOff size={14} strokeWidth={1.5} aria-hidden />
        </IconButton>
      </span>
      {told ? <Why project={project} need={need} /> : null}
      {muting ? <MuteDialog project={project} need={need} onClose={() => setMuting(false)} /> : null}
      {wrong ? (
        <div className={styles.wrong}>
          <Problem error={wrong} />
        </div>
      ) : null}
    </li>
  );
}
