import { useId } from "react";
import ui from "@/ui/parts.module.css";

interface ZoneFieldProps {
  readonly value: string;
  readonly onChange: (zone: string) => void;
  readonly wrong?: string | undefined;
}

const ZONES: readonly string[] = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export function ZoneField({ value, onChange, wrong }: ZoneFieldProps) {
  const id = useId();
  return (
    <div className={ui.field}>
      <label htmlFor={id}>Time zone</label>
      <input
        id={id}
        className={ui.input}
        list={`${id}-zones`}
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-under`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-zones`}>
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <div id={`${id}-under`} className={wrong ? ui.wrong : ui.under}>
        {wrong || "Whose clock it means. A time that the clock leaps over is made up for right after."}
      </div>
    </div>
  );
}
