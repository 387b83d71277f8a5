import { SelectField, TextField } from "@/ui/Field";
import ui from "@/ui/parts.module.css";
import { RHYTHMS, type Rhythm, type Schedule, scheduleText } from "./form";
import styles from "./triggers.module.css";

const WORDS: Record<Rhythm, string> = {
  minutes: "Every few minutes",
  hours: "Every few hours",
  day: "Every day",
  week: "On days of the week",
  month: "Every month",
  cron: "Cron expression",
  "@once": "Once",
  "@always_on": "Always: again when the last run has ended",
};
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONDAY_FIRST = [1, 2, 3, 4, 5, 6, 0];
const TAKES_TIME: readonly Rhythm[] = ["day", "week", "month"];

interface ScheduleFieldsProps {
  readonly schedule: Schedule;
  readonly onSchedule: (schedule: Schedule) => void;
  readonly wrong?: string | undefined;
}

export function ScheduleFields({ schedule, onSchedule, wrong }: ScheduleFieldsProps) {
  const change = (changed: Partial<Schedule>) => onSchedule({ ...schedule, ...changed });
  const { rhythm } = schedule;
  return (
    <>
      <div className={styles.pair}>
        <SelectField
          label="When"
          value={rhythm}
          options={RHYTHMS.map((value) => ({ value, label: WORDS[value] }))}
          onChange={(event) => {
            const chosen = RHYTHMS.find((each) => each === event.target.value) ?? "cron";
            // Who turns to cron begins with what was chosen before.
            change(chosen === "cron" ? { rhythm: chosen, text: scheduleText(schedule) } : { rhythm: chosen });
          }}
          wrong={rhythm === "cron" ? undefined : wrong}
        />
        {rhythm === "minutes" || rhythm === "hours" ? (
          <TextField
            label={rhythm === "minutes" ? "Minutes" : "Hours"}
            type="number"
            min={1}
            max={rhythm === "minutes" ? 59 : 23}
            value={schedule.every}
            onChange={(event) => change({ every: Math.max(1, Number(event.target.value) || 1) })}
            hint={uneven(schedule)}
          />
        ) : null}
        {TAKES_TIME.includes(rhythm) ? (
          <TextField
            label="At"
            type="time"
            value={schedule.at}
            required
            onChange={(event) => change({ at: event.target.value || "00:00" })}
          />
        ) : null}
      </div>
      {rhythm === "week" ? <Weekdays schedule={schedule} onChange={(weekdays) => change({ weekdays })} /> : null}
      {rhythm === "month" ? (
        <SelectField
          label="On day"
          value={schedule.monthday}
          options={[
            ...Array.from({ length: 28 }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
            { value: "31", label: "Last day of the month" },
          ]}
          onChange={(event) => change({ monthday: Number(event.target.value) })}
        />
      ) : null}
      {rhythm.startsWith("@") ? null : (
        // Also for the simple rhythms: they show what they mean, and who knows cron types it at once.
        <TextField
          label="Expression"
          className="mono"
          value={rhythm === "cron" ? schedule.text : scheduleText(schedule)}
          autoComplete="off"
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => change({ rhythm: "cron", text: event.target.value })}
          wrong={rhythm === "cron" ? wrong : undefined}
          hint={rhythm === "cron" ? "Minute, hour, day, month, weekday; with six fields seconds first." : undefined}
        />
      )}
    </>
  );
}

/** What does not divide the hour or the day begins anew there. */
function uneven({ rhythm, every }: Schedule): string | undefined {
  const whole = rhythm === "minutes" ? 60 : 24;
  if (whole % every === 0) return undefined;
  return `Begins anew every ${rhythm === "minutes" ? "hour" : "day"}: ${every} does not divide ${whole}.`;
}

interface WeekdaysProps {
  readonly schedule: Schedule;
  readonly onChange: (weekdays: readonly number[]) => void;
}

function Weekdays({ schedule, onChange }: WeekdaysProps) {
  const chosen = new Set(schedule.weekdays);
  const toggle = (day: number) => {
    const next = new Set(chosen);
    if (!next.delete(day)) next.add(day);
    if (next.size) onChange([...next]);
  };
  return (
    <fieldset className={styles.fieldset}>
      <legend className={ui.legend}>On</legend>
      <div className={styles.weekdays}>
        {MONDAY_FIRST.map((day) => (
          <label key={day}>
            <input type="checkbox" checked={chosen.has(day)} onChange={() => toggle(day)} />
            {DAYS[day]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
