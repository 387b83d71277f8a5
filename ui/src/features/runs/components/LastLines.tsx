/** What a block said last before it failed. */
import { useQuery } from "@tanstack/react-query";
import { plain } from "@/features/logs";
import { Button } from "@/ui/Button";
import { type RunDetail, runs } from "../api";
import styles from "../run.module.css";

/** Of a longer line no more is shown here; the log has it whole. */
const SHOWN_CHARACTERS = 500;

interface LastLinesProps {
  readonly project: string;
  readonly run: RunDetail;
  readonly block: string;
  readonly onAll: () => void;
}

/** Nothing where nothing was said, or where logs may not be searched: the log itself is one tab further. */
export function LastLines({ project, run, block, onAll }: LastLinesProps) {
  const { data } = useQuery(runs.lastLines(project, run.id, block, run.round));
  const lines = (data?.items ?? []).filter((line, index) => index > 0 || !isTraceback(line)).toReversed();
  if (lines.length === 0) return null;
  return (
    <section className={styles.before} aria-label="Log before it">
      <h4>
        Log before it
        <Button look="bare" onClick={onAll}>
          Whole log
        </Button>
      </h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <pre tabIndex={0}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never move
          <span key={index}>
            <span className="hint">{clockOf(line.time ?? "")}</span>{" "}
            {plain(line.message ?? "").slice(0, SHOWN_CHARACTERS)}
            {"\n"}
          </span>
        ))}
      </pre>
    </section>
  );
}

/** What the attempt itself wrote at its end: the error above says it better. */
function isTraceback({ stream, message }: { readonly stream?: string | null; readonly message?: string | null }) {
  return stream === "log" && (message ?? "").startsWith("Traceback (most recent call last):");
}

function clockOf(time: string): string {
  const when = new Date(time);
  return Number.isNaN(when.getTime()) ? "" : when.toLocaleTimeString("en-GB", { hour12: false });
}
