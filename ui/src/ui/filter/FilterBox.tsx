/** The text box of a filter: typed tokens, completed as one types, with what cannot be understood under it. */
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import ui from "../parts.module.css";
import styles from "./filter.module.css";
import { type Field, mistakes, parse, type Suggestion, suggestions } from "./grammar";

interface FilterBoxProps {
  readonly label: string;
  readonly placeholder: string;
  readonly fields: readonly Field[];
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** What of a text cannot be asked; without it what the fields say. */
  readonly judge?: (text: string) => readonly string[];
  readonly box?: RefObject<HTMLInputElement | null>;
}

/** What is typed is asked for when one pauses, not with every key. */
const PAUSE_MS = 150;

export function FilterBox({ label, placeholder, fields, value, onChange, judge, box }: FilterBoxProps) {
  const own = useRef<HTMLInputElement>(null);
  const input = box ?? own;
  const list = useId();
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const [offered, setOffered] = useState<readonly Suggestion[]>([]);
  const [at, setAt] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by itself: Back, a saved view, a button.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const say = (next: string, now: boolean) => {
    clearTimeout(timer.current);
    const tell = () => {
      timer.current = undefined;
      setKnown(next.trim());
      onChange(next.trim());
    };
    if (now) tell();
    else timer.current = setTimeout(tell, PAUSE_MS);
  };
  const offer = (next: string, caret: number) => {
    setOffered(suggestions(next, caret, fields));
    setAt(-1);
  };
  const take = (one: Suggestion) => {
    setText(one.text);
    say(one.text, true);
    offer(one.text, one.caret);
    requestAnimationFrame(() => input.current?.setSelectionRange(one.caret, one.caret));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const open = offered.length > 0;
    const chosen = offered[at];
    if (event.key === "ArrowDown") {
      if (open) setAt((at + 1) % offered.length);
      else offer(text, event.currentTarget.selectionStart ?? text.length);
    } else if (event.key === "ArrowUp" && open) setAt((at - 1 + offered.length) % offered.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen) take(chosen);
    else if (event.key === "Enter") {
      say(text, true);
      setOffered([]);
      return;
    } else if (event.key === "Escape") {
      if (open) setOffered([]);
      else event.currentTarget.blur();
    } else return;
    event.preventDefault();
  };
  const wrong = offered.length ? [] : judge ? judge(text) : mistakes(parse(text), fields, new Date());

  return (
    <div className={styles.box}>
      <input
        ref={input}
        type="search"
        role="combobox"
        className={`${ui.input} ${styles.input}`}
        aria-label={label}
        aria-expanded={offered.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        aria-invalid={wrong.length ? true : undefined}
        aria-describedby={`${list}-wrong`}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          say(next, next === "");
          offer(next, event.target.selectionStart ?? next.length);
        }}
        onKeyDown={press}
        onClick={(event) => offer(text, event.currentTarget.selectionStart ?? text.length)}
        onBlur={() => {
          setOffered([]);
          // Whoever leaves the box for a button beside it means what is in it by now.
          if (timer.current !== undefined) say(text, true);
        }}
      />
      <div id={list} role="listbox" aria-label="How it could go on" className={styles.list} hidden={!offered.length}>
        {offered.map((one, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={one.label}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={styles.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(one)}
          >
            <code>{one.label}</code>
            <span className="hint">{one.about}</span>
          </div>
        ))}
      </div>
      <div id={`${list}-wrong`} role="status" className={wrong.length ? styles.wrong : "unseen"}>
        {wrong[0]}
      </div>
    </div>
  );
}
