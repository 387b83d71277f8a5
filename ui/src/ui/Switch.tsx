/** On or off, at once: no Save stands behind it. */
import styles from "./switch.module.css";
import { Tip } from "./Tip";

interface SwitchProps {
  /** What it switches. */
  readonly label: string;
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
  /** Why it cannot be switched now. */
  readonly blocked?: string | undefined;
}

export function Switch({ label, on, onSwitch, blocked }: SwitchProps) {
  return (
    <Tip text={blocked ?? ""}>
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-label={label}
        aria-disabled={blocked ? true : undefined}
        className={styles.switch}
        onClick={() => !blocked && onSwitch(!on)}
      >
        <span className={styles.knob} />
        <span className={styles.word} aria-hidden>
          {on ? "On" : "Off"}
        </span>
      </button>
    </Tip>
  );
}
