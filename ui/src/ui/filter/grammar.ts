/** One grammar for every filter: `state:failed pipeline:sales since:7d "two words" -kind:api`. The text is the truth; the
 * buttons beside it only write into it. */

export interface Token {
  /** Empty: a word to be found in the text of what is listed. */
  readonly key: string;
  readonly value: string;
  readonly not: boolean;
  /** Where it stands. */
  readonly from: number;
  readonly to: number;
}

export interface Field {
  readonly key: string;
  readonly about: string;
  /** What may stand there; without it anything. */
  readonly values?: readonly string[];
  readonly kind?: "time" | "number" | "span";
}

const TOKEN = /(-?)(?:([A-Za-z_][\w.]*):)?("(?:[^"\\]|\\.)*"?|\S+)?/y;

export function parse(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let place = 0;
  while (place < text.length) {
    if (/\s/.test(text[place] ?? "")) {
      place += 1;
      continue;
    }
    TOKEN.lastIndex = place;
    const found = TOKEN.exec(text);
    if (!found || found[0] === "") break;
    const [whole, not = "", key = "", value = ""] = found;
    const to = place + whole.length;
    // A lone dash is a word.
    const negated = not !== "" && (key !== "" || value !== "");
    const told = negated || not === "" ? unquoted(value) : not;
    if (key || told) tokens.push({ key: key.toLowerCase(), value: told, not: negated, from: place, to });
    place = to;
  }
  return tokens;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  const inner = value.length > 1 && value.endsWith('"') ? value.slice(1, -1) : value.slice(1);
  return inner.replace(/\\(.)/g, "$1");
}

export function quoted(value: string): string {
  return value === "" || /[\s"]/.test(value) || value.startsWith("-")
    ? `"${value.replace(/(["\\])/g, "\\$1")}"`
    : value;
}

export const written = ({ key, value, not }: Pick<Token, "key" | "value" | "not">): string =>
  `${not ? "-" : ""}${key ? `${key}:` : ""}${quoted(value)}`;

/** The values asked for with this key. */
export function valuesOf(tokens: readonly Token[], key: string): readonly string[] {
  return tokens.filter((token) => token.key === key && !token.not && token.value).map((token) => token.value);
}

/** The words that belong to no key. */
export function wordsOf(tokens: readonly Token[]): readonly string[] {
  return valuesOf(tokens, "");
}

/** The text with exactly these values for the key, the rest as it stands. */
export function withValues(text: string, key: string, values: readonly string[]): string {
  const rest = parse(text).filter((token) => token.key !== key);
  const mine = values.map((value) => written({ key, value, not: false }));
  return [
    ...rest.filter((token) => token.key).map(written),
    ...mine,
    ...rest.filter((token) => !token.key).map(written),
  ].join(" ");
}

/** The text with the value added, or taken away if it stood there. */
export function toggled(text: string, key: string, value: string): string {
  const values = valuesOf(parse(text), key);
  return withValues(text, key, values.includes(value) ? values.filter((each) => each !== value) : [...values, value]);
}

/** What cannot be understood, in words; empty: all can. */
export function mistakes(tokens: readonly Token[], fields: readonly Field[], now: Date): readonly string[] {
  return tokens.flatMap(({ key, value }) => {
    if (!key) return [];
    const field = fields.find((each) => each.key === key);
    if (!field) return [`There is no “${key}” here; there are ${fields.map((each) => each.key).join(", ")}.`];
    if (!value) return [];
    if (field.kind === "time" && !timeOf(value, now))
      return [`“${value}” is no time: write 90m, 24h, 7d or 2026-01-31.`];
    if (field.kind === "span" && spanOf(value) === undefined) return [`“${value}” is no length: write 30s, 5m or 2h.`];
    if (field.kind === "number" && !Number.isFinite(Number(value))) return [`“${value}” is no number.`];
    if (field.values && !field.values.includes(value)) return [`“${value}” is no ${key}: ${field.values.join(", ")}.`];
    return [];
  });
}

/** `90s`, `5m`, `2h`, `1d` in seconds. */
export function spanOf(value: string): number | undefined {
  const found = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(value);
  return found ? Number(found[1]) * (UNITS[found[2] ?? ""] ?? 0) : undefined;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30m`, `24h`, `7d`, `2w` ago; `today`, `yesterday`; a date, or a time. */
export function timeOf(value: string, now: Date): Date | undefined {
  const ago = /^(\d{1,6})([smhdw])$/.exec(value);
  if (ago) return new Date(now.getTime() - Number(ago[1]) * (UNITS[ago[2] ?? ""] ?? 0) * 1000);
  if (value === "today" || value === "yesterday") {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - (value === "today" ? 0 : 1));
  }
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (day) {
    const when = new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
    return when.getMonth() + 1 === Number(day[2]) ? when : undefined;
  }
  const when = new Date(value);
  return /^\d{4}-/.test(value) && !Number.isNaN(when.getTime()) ? when : undefined;
}

export interface Suggestion {
  /** The whole text if it is taken, and where to write on. */
  readonly text: string;
  readonly caret: number;
  readonly label: string;
  readonly about: string;
}

const MOST = 12;
const OFFERED = { time: ["1h", "24h", "7d", "30d", "today"], span: ["10s", "1m", "10m", "1h"], number: [] };

/** How the word under the caret could go on. */
export function suggestions(text: string, caret: number, fields: readonly Field[]): readonly Suggestion[] {
  const from = text.slice(0, caret).search(/\S*$/);
  const to = caret + (/^\S*/.exec(text.slice(caret))?.[0].length ?? 0);
  const typed = text.slice(from, caret);
  const not = typed.startsWith("-") ? "-" : "";
  const [key = "", value] = splitOnce(typed.slice(not.length).toLowerCase());
  const put = (word: string, more: boolean): Pick<Suggestion, "text" | "caret"> => {
    const end = more || text[to] === " " ? "" : " ";
    return { text: `${text.slice(0, from)}${word}${end}${text.slice(to)}`, caret: from + word.length + (more ? 0 : 1) };
  };
  if (value === undefined) {
    return fields
      .filter((field) => field.key.startsWith(key))
      .map((field) => ({ ...put(`${not}${field.key}:`, true), label: `${field.key}:`, about: field.about }));
  }
  const field = fields.find((each) => each.key === key);
  const possible = field?.values ?? (field?.kind ? OFFERED[field.kind] : []);
  return possible
    .filter((each) => each.toLowerCase().includes(value) && each.toLowerCase() !== value)
    .slice(0, MOST)
    .map((each) => ({ ...put(`${not}${key}:${quoted(each)}`, false), label: each, about: "" }));
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
