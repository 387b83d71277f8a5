/** A labelled input with what it means and what is wrong with it. */
import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./parts.module.css";

interface Around {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly wrong?: string | undefined;
}

type InputProps = Around & Omit<ComponentProps<"input">, "id">;

export function TextField({ label, hint, wrong, className, ...input }: InputProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`${styles.input} ${className ?? ""}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-under`}
      />
      <Under id={id} hint={hint} wrong={wrong} />
    </div>
  );
}

type AreaProps = Around & Omit<ComponentProps<"textarea">, "id">;

export function AreaField({ label, hint, wrong, ...input }: AreaProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        {...input}
        id={id}
        className={styles.input}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-under`}
      />
      <Under id={id} hint={hint} wrong={wrong} />
    </div>
  );
}

type SelectProps = Around &
  Omit<ComponentProps<"select">, "id"> & { readonly options: readonly { value: string; label: string }[] };

export function SelectField({ label, hint, wrong, options, ...input }: SelectProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select
        {...input}
        id={id}
        className={styles.input}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-under`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Under id={id} hint={hint} wrong={wrong} />
    </div>
  );
}

type CheckProps = Pick<Around, "label" | "hint"> & Omit<ComponentProps<"input">, "id" | "type">;

export function CheckField({ label, hint, ...input }: CheckProps) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input {...input} id={id} type="checkbox" aria-describedby={hint ? `${id}-under` : undefined} />
      <label htmlFor={id}>
        {label}
        {hint ? (
          <span id={`${id}-under`} className={styles.under} style={{ display: "block" }}>
            {hint}
          </span>
        ) : null}
      </label>
    </div>
  );
}

function Under({
  id,
  hint,
  wrong,
}: {
  readonly id: string;
  readonly hint: ReactNode;
  readonly wrong?: string | undefined;
}) {
  return (
    <div id={`${id}-under`} className={wrong ? styles.wrong : styles.under}>
      {wrong || hint}
    </div>
  );
}
