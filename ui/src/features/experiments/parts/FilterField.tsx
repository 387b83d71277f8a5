/** The filter on tracked runs: conditions joined by `and`, with the names that there are to be taken by a click. */
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { asProblem } from "@/api/problems";
import ui from "@/ui/parts.module.css";
import styles from "../experiments.module.css";
import { type ColumnName, written } from "../model/columns";

interface FilterFieldProps {
  readonly value: string;
  readonly columns: readonly ColumnName[];
  /** What the server says of it. */
  readonly wrong: unknown;
  readonly box: RefObject<HTMLInputElement | null>;
  readonly onChange: (text: string) => void;
}

/** A filter that is half typed is not asked for. */
const PAUSE_MS = 600;
const OWN = ["state", "pipeline", "block", "run", "name"];

export function FilterField({ value, columns, wrong, box, onChange }: FilterFieldProps) {
  const under = useId();
  const list = useId();
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address changed by itself: Back, a brush, a button.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  const say = (next: string, now: boolean) => {
    clearTimeout(timer.current);
    const tell = () => {
      setKnown(next.trim());
      onChange(next.trim());
    };
    if (now) tell();
    else timer.current = setTimeout(tell, PAUSE_MS);
  };
  const problem = wrong ? asProblem(wrong) : undefined;
  const told = problem?.code === "filter" && text.trim() === value ? problem : undefined;
  return (
    <div className={styles.filter}>
      <input
        ref={box}
        className={ui.input}
        type="search"
        list={list}
        aria-label="Filter runs"
        aria-invalid={told ? true : undefined}
        aria-describedby={under}
        placeholder="metrics.loss < 0.4 and params.depth = 6"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          say(target.value, target.value === "");
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") say(text, true);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <datalist id={list}>
        {[...columns.map(written), ...OWN].map((name) => (
          <option key={name} value={begun(text, name)} />
        ))}
      </datalist>
      <span id={under} role="status" className={told ? ui.wrong : ui.under}>
        {told ? `${told.message} ${told.hint}`.replaceAll("`", "") : ""}
      </span>
    </div>
  );
}

/** What is typed, with the name where its last condition stands. */
function begun(text: string, name: string): string {
  const place = text.toLowerCase().lastIndexOf(" and ");
  return `${place < 0 ? "" : text.slice(0, place + 5)}${name} `;
}
