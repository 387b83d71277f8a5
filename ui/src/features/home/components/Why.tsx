/** Why an entry is there, in words and in place: what is known of it already, and of a run what `blockwright why` says. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runs } from "@/features/runs";
import { Bones } from "@/ui/blocks";
import { Problem } from "@/ui/Problem";
import type { Need } from "../api";
import styles from "../home.module.css";

const plain = (text: string) => text.replaceAll("`", "");

export function Why({ project, need }: { readonly project: string; readonly need: Need }) {
  const where = need.file ? `${need.file}${need.line ? `:${need.line}` : ""}` : "";
  return (
    <section className={styles.why} aria-label={`Why: ${plain(need.title)}`}>
      <p>{plain(need.text)}</p>
      {need.file && where ? (
        <p>
          In{" "}
          <Link to="/files/$" params={{ _splat: need.file }}>
            <code>{where}</code>
          </Link>
        </p>
      ) : null}
      {need.run === null ? null : <Reasons project={project} run={need.run} />}
    </section>
  );
}

function Reasons({ project, run }: { readonly project: string; readonly run: number }) {
  const { data, error, refetch } = useQuery(runs.why(project, run));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Bones rows={2} />;
  return (
    <ul>
      {data.map((reason) => (
        <li key={`${reason.subject} ${reason.text}`}>
          <span className="quiet">{reason.subject}:</span> {plain(reason.text)}{" "}
          {reason.next ? <span className="quiet">{plain(reason.next)}</span> : null}
        </li>
      ))}
    </ul>
  );
}
