/** A box to type in and what is found below it; the keys stay in the box. What is looked for is the caller's. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useEnter } from "@/ui/useEnter";
import styles from "./shell.module.css";

interface Props<Item> {
  /** What the dialog is called, and what its box is. */
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  readonly found: readonly Item[];
  /** Whether `found` is of what is typed now, and not of what was typed before. */
  readonly ready: boolean;
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item) => ReactNode;
  /** The dialog is closed before. */
  readonly onChoose: (item: Item) => void;
  readonly onClose: () => void;
  /** What is to be said before and behind the list. */
  readonly above?: ReactNode;
  readonly below?: ReactNode;
}

export function Chooser<Item>(props: Props<Item>) {
  const { name, label, placeholder, typed, onType, found, ready, keyOf, row, onChoose, onClose, above, below } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const [at, setAt] = useState(0);
  const chosen = Math.min(at, found.length - 1);

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  useEffect(() => {
    document.getElementById(`${list}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen, list]);

  const choose = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    onChoose(item);
  };
  const enter = useEnter(ready, () => choose(found[chosen]));
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") enter.press();
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      className={styles.palette}
      aria-label={name}
      onCancel={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={press}
    >
      <input
        className={styles.paletteInput}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => {
          enter.forget();
          onType(event.target.value);
          setAt(0);
        }}
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found.length ? `${list}-${chosen}` : undefined}
        aria-label={label}
        autoFocus
      />
      {above}
      <div id={list} role="listbox" aria-label="Found" className={styles.paletteList}>
        {found.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={keyOf(item)}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={styles.paletteItem}
            onClick={() => choose(item)}
            onMouseMove={() => setAt(index)}
          >
            {row(item)}
          </div>
        ))}
        {below}
      </div>
    </dialog>
  );
}

export function NothingFound() {
  return <div className={styles.paletteItem}>Nothing is called so.</div>;
}
