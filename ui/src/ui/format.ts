/** Numbers, times and sizes in words, the same on every screen. */

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** `38 ms`, `1.24 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return "";
  if (seconds < 0) return "0 s";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < HOUR) return parts(Math.floor(whole / MINUTE), "min", whole % MINUTE, "s");
  if (whole < DAY) return parts(Math.floor(whole / HOUR), "h", Math.floor((whole % HOUR) / MINUTE), "min");
  return parts(Math.floor(whole / DAY), "d", Math.floor((whole % DAY) / HOUR), "h");
}

function parts(large: number, unit: string, small: number, smallUnit: string): string {
  return small ? `${large} ${unit} ${small} ${smallUnit}` : `${large} ${unit}`;
}

/** `0:42`, `12:05`, `1:02:03`: of something that is still going on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  return hours ? `${hours}:${two(minutes)}:${two(whole % MINUTE)}` : `${minutes}:${two(whole % MINUTE)}`;
}

/** `just now`, `14 min ago`, `yesterday 06:12`, `in 34 min`; further away the date. */
export function relative(when: Date, now: Date): string {
  const seconds = (when.getTime() - now.getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 5 * SECOND) return "just now";
  if (size < 12 * HOUR) {
    const told =
      size < MINUTE ? `${Math.round(size)} s` : size < HOUR ? `${Math.round(size / MINUTE)} min` : hours(size);
    return seconds < 0 ? `${told} ago` : `in ${told}`;
  }
  const days = dayNumber(when) - dayNumber(now);
  if (days === 0) return `today ${time(when)}`;
  if (days === -1) return `yesterday ${time(when)}`;
  if (days === 1) return `tomorrow ${time(when)}`;
  if (days > 1 && days < 7) return `${when.toLocaleDateString("en", { weekday: "short" })} ${time(when)}`;
  return day(when, now);
}

function hours(seconds: number): string {
  const whole = Math.floor(seconds / HOUR);
  const minutes = Math.round((seconds % HOUR) / MINUTE);
  return minutes && whole < 3 ? `${whole} h ${minutes} min` : `${whole} h`;
}

const dayNumber = (when: Date) => Math.floor((when.getTime() - when.getTimezoneOffset() * 60_000) / (DAY * 1000));
const time = (when: Date) => when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function day(when: Date, now: Date): string {
  const year = when.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return when.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

/** The whole truth, for a tooltip: in the reader's zone and in UTC. */
export function absolute(when: Date): string {
  const local = when.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${local} ${zone} · ${when.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `336,776`. */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** `1 run`, `3 runs`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `812 B`, `1.2 MB`, in powers of 1000. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
