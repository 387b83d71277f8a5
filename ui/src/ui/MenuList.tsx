import * as Aria from "@ariakit/react/menu";
import type { MenuEntry, MenuProps } from "./Menu";
import styles from "./parts.module.css";

/** Open from its first moment: it is only loaded when it was asked for. */
export function MenuList({ button, entries, placement = "bottom-start" }: MenuProps) {
  return (
    <Aria.MenuProvider placement={placement} defaultOpen>
      <Aria.MenuButton render={button} />
      <Aria.Menu className={styles.menu} gutter={4} portal unmountOnHide autoFocusOnShow>
        {entries.map((entry) => (
          <Entry key={entry.label} entry={entry} />
        ))}
      </Aria.Menu>
    </Aria.MenuProvider>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  return (
    <>
      {entry.group ? <div className={styles.group}>{entry.group}</div> : null}
      <Aria.MenuItem
        className={styles.item}
        disabled={Boolean(entry.blocked)}
        accessibleWhenDisabled
        title={entry.blocked}
        onClick={entry.act}
      >
        {entry.icon}
        {entry.label}
        {entry.keys ? <span className={styles.key}>{entry.keys}</span> : null}
      </Aria.MenuItem>
    </>
  );
}
