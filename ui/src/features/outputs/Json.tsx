/** A JSON value as a tree that opens where one asks; long lists show their beginning. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { counted } from "@/ui/format";
import { oneLine } from "./model/cells";
import styles from "./outputs.module.css";

const SHOWN = 100;
const OPEN_DEPTH = 2;

export function Json({ value }: { readonly value: unknown }) {
  return (
    <div className={styles.json}>
      <Branch name="" value={value} depth={0} />
    </div>
  );
}

function Branch({ name, value, depth }: { readonly name: string; readonly value: unknown; readonly depth: number }) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(SHOWN);
  const label = name ? <span className={styles.jsonName}>{name}: </span> : null;
  if (typeof value !== "object" || value === null) {
    return (
      <div className={styles.leaf}>
        {label}
        <span className={typeof value === "string" ? styles.jsonText : ""}>
          {typeof value === "string" ? `“${oneLine(value)}”` : String(value)}
        </span>
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value);
  const size = Array.isArray(value) ? counted(entries.length, "item") : counted(entries.length, "key");
  return (
    <div className={styles.branch}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDown size={13} aria-hidden /> : <ChevronRight size={13} aria-hidden />}
        {label}
        <span className="hint">{size}</span>
      </button>
      {open ? (
        <div className={styles.twigs}>
          {entries.slice(0, shown).map(([key, item]) => (
            <Branch key={key} name={key} value={item} depth={depth + 1} />
          ))}
          {entries.length > shown ? (
            <button type="button" onClick={() => setShown(shown + 10 * SHOWN)}>
              {counted(entries.length - shown, "more", "more")}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
