/** Dialogs for what is costly or cannot be undone, sheets for editing beside the page. Both are the browser's own
 * `<dialog>`: it holds the focus, closes on Esc and gives the focus back. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";
import styles from "./parts.module.css";

interface PanelProps {
  readonly title: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  readonly wide?: boolean;
}

export function Dialog(props: PanelProps) {
  return <Panel {...props} look={`${styles.dialog} ${props.wide ? styles.wide : ""}`} />;
}

/** At the right edge, 480 px; has an address of its own where it is opened. */
export function Sheet(props: PanelProps) {
  return <Panel {...props} look={styles.sheet ?? ""} />;
}

function Panel({ title, onClose, children, foot, look }: PanelProps & { readonly look: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // The browser would begin with the button that closes.
    shown?.querySelector<HTMLElement>(`.${styles.panelBody} :is(input:not([type=radio]), select, textarea)`)?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={look}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className={styles.panelHead}>
        <h2 id={name}>{title}</h2>
        <IconButton label="Close" keys="Esc" onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.panelBody}>{children}</div>
      {foot ? <div className={styles.panelFoot}>{foot}</div> : null}
    </dialog>
  );
}
