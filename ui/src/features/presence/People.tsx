/** Who else has the pipeline open, and where. */
import { useQuery } from "@tanstack/react-query";
import { Tip } from "@/ui/Tip";
import { presence } from "./api";
import { othersIn, wordsOf } from "./model";
import styles from "./presence.module.css";
import { useOthersAt } from "./usePresence";

const SHOWN = 3;

export function People({ project, pipeline }: { readonly project: string; readonly pipeline: string }) {
  // What is known comes with the first word of this tab; from then on it is asked for when somebody moves.
  const { data } = useQuery({
    ...presence.of(project, pipeline),
    enabled: ({ state }) => state.data !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const others = othersIn(data);
  if (others.length === 0) return null;
  return (
    <ul className={styles.people} aria-label="Others here">
      {others.slice(0, SHOWN).map((person) => (
        <li key={person.name}>
          <Tip text={wordsOf(person)}>
            <span className={`${styles.person} ${person.editing ? styles.editing : ""}`}>
              {person.name}
              <span className="unseen">: {wordsOf(person)}</span>
            </span>
          </Tip>
        </li>
      ))}
      {others.length > SHOWN ? <li className="hint">and {others.length - SHOWN} more</li> : null}
    </ul>
  );
}

/** In the head of a block. */
export function PeopleAt({
  project,
  pipeline,
  block,
}: {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
}) {
  const names = useOthersAt(project, pipeline, block);
  return names.length ? <span className={styles.person}>{names.join(", ")}</span> : null;
}
