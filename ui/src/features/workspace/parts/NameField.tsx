/** A name that is typed in its place: Enter takes it, Esc leaves it as it was. */
import { useRef } from "react";
import styles from "../workspace.module.css";

export function NameField({ name, onDone }: { readonly name: string; readonly onDone: (name: string) => void }) {
  const done = useRef(false);
  const finish = (next: string) => {
    if (done.current) return;
    done.current = true;
    onDone(next.trim() || name);
  };
  return (
    <input
      className={styles.nameField}
      aria-label={`Name of ${name}`}
      defaultValue={name}
      autoFocus
      spellCheck={false}
      autoComplete="off"
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(event.currentTarget.value);
        else if (event.key === "Escape") finish(name);
      }}
    />
  );
}
