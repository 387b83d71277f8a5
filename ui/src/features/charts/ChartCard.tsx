/** A chart in its frame: title, how fresh its data is, and what can be done with it. */
import { Link } from "@tanstack/react-router";
import { Ellipsis, Expand, RefreshCw, Table2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useRefusal } from "@/features/projects";
import { IconButton } from "@/ui/Button";
import { Bones } from "@/ui/blocks";
import { Dialog } from "@/ui/Dialog";
import { count } from "@/ui/format";
import { Menu, type MenuEntry } from "@/ui/Menu";
import { Problem } from "@/ui/Problem";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { type Drawing, drawChart } from "./api";
import styles from "./charts.module.css";
import { DrawingView, type Picture, placeOf } from "./DrawingView";
import { csvOf, fileName, rowsOf } from "./model/rows";
import { pictureOf, save } from "./saving";

interface ChartCardProps {
  readonly project: string;
  readonly title: string;
  readonly drawing: Drawing | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  /** Where its code is, when it has some. */
  readonly code?: { readonly pipeline: string; readonly chart: string } | undefined;
  readonly entries?: readonly MenuEntry[];
  /** Beside the title, such as what moves it. */
  readonly children?: ReactNode;
}

export function ChartCard({ project, title, drawing, error, onRetry, code, entries = [], children }: ChartCardProps) {
  const frame = useRef<HTMLElement>(null);
  const picture = useRef<Picture>(undefined);
  const [asTable, setAsTable] = useState(false);
  const [large, setLarge] = useState(false);
  const refusal = useRefusal("run", code?.pipeline ?? "");
  const failed = useDrawnWhenDue(project, code, drawing, refusal !== undefined);
  const draw = async () => {
    if (!code) return;
    try {
      await drawChart(project, code.pipeline, code.chart, true);
      onRetry();
    } catch (problem) {
      tell(problem instanceof Error ? problem.message : "It could not be drawn.");
    }
  };
  const toPicture = async () => {
    const url =
      drawing?.form === "picture"
        ? placeOf(project, drawing, "pictures")
        : await pictureOf(frame.current, picture.current);
    if (url) save(`${fileName(title)}.png`, url);
    else tell("There is nothing to make a picture of.");
  };
  const marks = drawing?.form === "marks" ? drawing.marks : undefined;
  const all: readonly MenuEntry[] = [
    { label: asTable ? "Show as chart" : "Show as table", act: () => setAsTable(!asTable) },
    { label: "Full screen", act: () => setLarge(true) },
    {
      label: "Save as PNG",
      act: () => void toPicture(),
      blocked:
        asTable || drawing?.form === "page" || drawing?.form === "none" ? "There is no picture to save." : undefined,
    },
    {
      label: "Save as CSV",
      act: () => marks && drawing && save(`${fileName(title)}.csv`, csvUrl(csvOf(rowsOf(marks, drawing.look)))),
      blocked: marks ? undefined : "Only what is drawn from a table has rows.",
    },
    ...(code ? [{ label: "Draw again", act: () => void draw(), blocked: refusal }] : []),
    ...entries,
  ];
  const view = drawing ? (
    <DrawingView
      project={project}
      drawing={drawing}
      title={title}
      asTable={asTable}
      onPicture={(made) => {
        picture.current = made;
      }}
    />
  ) : error ? (
    <Problem error={error} onRetry={onRetry} />
  ) : (
    <Bones rows={5} />
  );
  return (
    <section ref={frame} className={styles.card} aria-label={`Chart ${title}`}>
      <div className={styles.head}>
        <h3 className="ellipsis" title={title}>
          {title}
        </h3>
        {children}
        <span className={styles.grow} />
        <IconButton
          label={asTable ? "Show as chart" : "Show as table"}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          <Table2 size={14} aria-hidden />
        </IconButton>
        <IconButton label="Full screen" onClick={() => setLarge(true)}>
          <Expand size={14} aria-hidden />
        </IconButton>
        <Menu
          entries={all}
          placement="bottom-end"
          button={
            <IconButton label={`More about ${title}`}>
              <Ellipsis size={14} aria-hidden />
            </IconButton>
          }
        />
      </div>
      {drawing?.error ? <Failed drawing={drawing} onDraw={refusal ? undefined : () => void draw()} /> : null}
      {failed ? <Problem error={failed} /> : null}
      <div className={styles.body}>{view}</div>
      {drawing ? <Foot drawing={drawing} /> : null}
      {large && drawing ? (
        <Dialog title={title} wide onClose={() => setLarge(false)}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <section className={styles.large} tabIndex={0} aria-label={`${title} in full`}>
            <DrawingView project={project} drawing={drawing} title={title} asTable={asTable} />
          </section>
        </Dialog>
      ) : null}
    </section>
  );
}

const csvUrl = (text: string) => URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));

function Failed({ drawing, onDraw }: { readonly drawing: Drawing; readonly onDraw: (() => void) | undefined }) {
  const error = drawing.error;
  if (!error) return null;
  return (
    <div className={styles.failed} role="alert">
      <span>
        <strong>{error.type}</strong> {error.message.slice(0, 400)}
        {error.file && error.line ? (
          <>
            {" "}
            <Link to="/files/$" params={{ _splat: error.file }} search={{ line: error.line }}>
              {error.file}:{error.line}
            </Link>
          </>
        ) : null}
      </span>
      {onDraw ? (
        <button type="button" onClick={onDraw}>
          <RefreshCw size={12} aria-hidden /> Draw again
        </button>
      ) : null}
    </div>
  );
}

const WORDS: Record<Drawing["state"], string> = {
  fresh: "fresh",
  reused: "fresh",
  stale: "stale",
  never_run: "never run",
  pinned: "pinned",
  none: "",
};

/** Where the data is from and how it stands; how much of it is drawn. */
function Foot({ drawing }: { readonly drawing: Drawing }) {
  const { sources, state, reasons, marks, drawing: going, made } = drawing;
  const [source] = sources;
  const why = reasons.join("; ").replaceAll("`", "");
  const left = marks?.left_out ? `, ${count(marks.left_out)} more not drawn` : "";
  return (
    <p className={styles.foot}>
      {source ? (
        <Link to="/pipelines/$pipeline" params={{ pipeline: source.pipeline }} search={{ block: source.block }}>
          {source.block}
        </Link>
      ) : null}
      {going ? (
        <span role="status">
          <Link to="/runs/$run" params={{ run: String(going) }}>
            drawing …
          </Link>
        </span>
      ) : WORDS[state] ? (
        <span className={state === "stale" ? styles.stale : undefined} title={why || undefined}>
          {WORDS[state]}
          {state === "stale" && why ? <span className="unseen">: {why}</span> : null}
        </span>
      ) : null}
      {made ? <Ago at={made} /> : null}
      {marks && marks.kind !== "number" ? (
        <span>
          {count(marks.rows)} of {count(marks.total)} rows{left}
        </span>
      ) : null}
      {marks?.interval ? <span>by {marks.interval}</span> : null}
    </p>
  );
}

/** A chart that is drawn by code is drawn anew once whenever its data or its code has changed, by whoever may run it. */
function useDrawnWhenDue(
  project: string,
  code: ChartCardProps["code"],
  drawing: Drawing | undefined,
  refused: boolean,
): unknown {
  const [failed, setFailed] = useState<unknown>();
  const tried = useRef("");
  const due = code && drawing?.due ? `${drawing.made} ${drawing.sources.map(({ run }) => run)} ${drawing.reasons}` : "";
  const pipeline = code?.pipeline ?? "";
  const chart = code?.chart ?? "";
  useEffect(() => {
    if (!due || refused || tried.current === due) return;
    tried.current = due;
    drawChart(project, pipeline, chart).then(() => setFailed(undefined), setFailed);
  }, [due, refused, project, pipeline, chart]);
  return failed;
}
