/** Buttons. One that cannot be pressed stays reachable and says why. */
import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./parts.module.css";
import { Tip } from "./Tip";

type Look = "plain" | "primary" | "danger" | "danger-filled" | "bare";

const CLASSES: Record<Look, string> = {
  plain: "",
  primary: styles.primary ?? "",
  danger: styles.danger ?? "",
  "danger-filled": styles.dangerFilled ?? "",
  bare: styles.bare ?? "",
};

interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  readonly look?: Look;
  readonly icon?: ReactNode;
  /** Why it cannot be pressed now; empty or missing: it can. */
  readonly blocked?: string | undefined;
}

export function Button({ look = "plain", icon, blocked, children, className, onClick, ...rest }: ButtonProps) {
  const reason = useId();
  const button = (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${CLASSES[look]} ${className ?? ""}`}
      aria-disabled={blocked ? true : rest["aria-disabled"]}
      aria-describedby={blocked ? reason : rest["aria-describedby"]}
      onClick={(event) => (blocked ? event.preventDefault() : onClick?.(event))}
    >
      {icon}
      {children}
      {blocked ? (
        <span id={reason} hidden>
          {blocked}
        </span>
      ) : null}
    </button>
  );
  return blocked ? <Tip text={blocked}>{button}</Tip> : button;
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "look" | "icon"> {
  /** Its name, shown as a tooltip. */
  readonly label: string;
  readonly keys?: string;
  readonly children: ReactNode;
}

export function IconButton({ label, keys, blocked, children, className, onClick, ...rest }: IconButtonProps) {
  return (
    <Tip text={blocked ? `${label}: ${blocked}` : keys ? `${label} (${keys})` : label}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        aria-disabled={blocked ? true : undefined}
        className={`${styles.button} ${styles.icon} ${className ?? ""}`}
        onClick={(event) => (blocked ? event.preventDefault() : onClick?.(event))}
      >
        {children}
      </button>
    </Tip>
  );
}
