/** Due times as the server writes them, on the clock of their own zone: `2026-03-29T06:00:00+02:00`. */

export interface Due {
  readonly day: string;
  readonly clock: string;
  readonly offset: string;
  /** What the clock did between the time before and this one; empty: nothing. */
  readonly jump: string;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function dues(times: readonly string[]): readonly Due[] {
  let before: number | undefined;
  return times.map((text) => {
    const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
    if (!found) return { day: text, clock: "", offset: "", jump: "" };
    const [, year = "", month = "", date = "", time = "", seconds = "", zone = "Z"] = found;
    const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date))).getUTCDay();
    const offset = minutesOf(zone);
    const jump = before === undefined || before === offset ? "" : jumpOf(offset - before);
    before = offset;
    return {
      day: `${WEEKDAYS[weekday]} ${Number(date)} ${MONTHS[Number(month) - 1]} ${year}`,
      clock: seconds && seconds !== ":00" ? `${time}${seconds}` : time,
      offset: offset === 0 ? "UTC" : `UTC${zone}`,
      jump,
    };
  });
}

function minutesOf(zone: string): number {
  const found = /^([+-])(\d{2}):(\d{2})$/.exec(zone);
  if (!found) return 0;
  return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
}

function jumpOf(minutes: number): string {
  const size = Math.abs(minutes);
  const told = size % 60 === 0 ? `${size / 60} h` : `${size} min`;
  return `clocks go ${minutes > 0 ? "forward" : "back"} ${told} before it`;
}
