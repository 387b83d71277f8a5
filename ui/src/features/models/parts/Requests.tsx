/** Promotions that wait for somebody's word, with the word. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useProject, useRefusal } from "@/features/projects";
import { Button } from "@/ui/Button";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/parts.module.css";
import { Ago } from "@/ui/time";
import { tell } from "@/ui/toasts";
import { approve, models, type Promotion, reject } from "../api";
import styles from "../models.module.css";

/** Of one model, or of all. */
export function Requests({ model = "" }: { readonly model?: string }) {
  const { data } = useQuery(models.waiting(useProject(), model));
  if (!data?.length) return null;
  return (
    <section aria-labelledby="requests" className={styles.section}>
      <h2 id="requests">
        Waiting for a word <span className="quiet">{data.length}</span>
      </h2>
      <ul className={styles.requests}>
        {data.map((promotion) => (
          <Request key={promotion.id} promotion={promotion} />
        ))}
      </ul>
    </section>
  );
}

function Request({ promotion }: { readonly promotion: Promotion }) {
  const { id, model, before, after, by, at, reason } = promotion;
  const project = useProject();
  const known = useQueryClient();
  const refusal = useRefusal("admin");
  const [why, setWhy] = useState("");
  const [wrong, setWrong] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const decide = async (agreed: boolean) => {
    setBusy(true);
    setWrong(undefined);
    try {
      await (agreed ? approve : reject)(project, id, why);
      tell(agreed ? `${model}: version ${after} answers.` : `${model}: version ${after} was refused.`);
      await known.invalidateQueries({ queryKey: ["models", project] });
      await known.invalidateQueries({ queryKey: ["overview"] });
    } catch (error) {
      setWrong(error);
    } finally {
      setBusy(false);
    }
  };
  const blocked = refusal ?? (busy ? "It is being done." : undefined);
  return (
    <li>
      <div className={styles.requestText}>
        <strong>
          {model} version {after}
        </strong>
        <span>
          {before === null ? "is to answer" : `is to answer instead of version ${before}`}; {by} asked <Ago at={at} />
          {reason ? `: ${reason}` : "."}
        </span>
        <Link
          to="/models/$model/compare"
          params={{ model }}
          search={{ first: before ?? after ?? undefined, second: after ?? undefined }}
        >
          Look at the checks
        </Link>
      </div>
      <input
        className={ui.input}
        aria-label={`Why, about ${model} version ${after}`}
        placeholder="Why, for the log"
        maxLength={1000}
        value={why}
        onChange={(typed) => setWhy(typed.target.value)}
      />
      <span className={styles.acts}>
        <Button blocked={blocked} onClick={() => void decide(true)}>
          Approve
        </Button>
        <Button blocked={blocked} onClick={() => void decide(false)}>
          Reject
        </Button>
      </span>
      {wrong ? (
        <div className={styles.wrong}>
          <Problem error={wrong} />
        </div>
      ) : null}
    </li>
  );
}
