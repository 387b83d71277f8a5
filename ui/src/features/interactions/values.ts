/** What is filled into a form, as the server takes it, and what is wrong with it before it is asked. Pure. */
import type { FormDocument, FormInput, Inputs } from "./api";

export const LARGEST_FILE = 256 * 1024;

export interface FilledFile {
  readonly name: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** What the inputs show at first: what was filled in last time, else the pipeline's own values. */
export function firstValues(form: FormDocument): Inputs {
  const found: Record<string, unknown> = {};
  for (const input of form.fields) {
    const value = form.last[input.variable] ?? input.default;
    if (value === null || value === undefined) {
      if (input.kind === "switch") found[input.variable] = false;
      continue;
    }
    found[input.variable] = shown(input, value);
  }
  return found;
}

/** A value as its input shows it. */
function shown(input: FormInput, value: unknown): unknown {
  switch (input.kind) {
    case "switch":
    case "choice":
      return value;
    case "table":
      return Array.isArray(value) ? value : [];
    case "file":
      return undefined;
    default:
      return typeof value === "object" ? JSON.stringify(value, null, 1) : String(value);
  }
}

/** Whether something is filled in. */
export function filled(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "string") return value.trim() !== "";
  return !Array.isArray(value) || value.some((row: Row) => Object.values(row).some(filled));
}

/** What to send: what stands in the inputs, without what is empty or cannot be changed. */
export function asked(form: FormDocument, values: Inputs): Inputs {
  const found: Record<string, unknown> = {};
  for (const input of form.fields) {
    const value = values[input.variable];
    if (input.disabled || !filled(value)) continue;
    found[input.variable] = value;
  }
  return found;
}

/** What is wrong with each input, by its variable. The server judges as well; this spares the way. */
export function wrongs(form: FormDocument, values: Inputs): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const input of form.fields) {
    const value = values[input.variable];
    if (input.disabled) continue;
    if (!filled(value)) {
      if (input.required && (input.default === null || input.default === undefined))
        found[input.variable] = `${input.title} is needed.`;
      continue;
    }
    const wrong = misfit(input, value);
    if (wrong) found[input.variable] = wrong;
  }
  return found;
}

function misfit(input: FormInput, value: unknown): string {
  if (input.kind === "number") {
    const number = Number(value);
    if (!Number.isFinite(number)) return "This must be a number.";
    if (input.types.length === 1 && input.types[0] === "integer" && !Number.isInteger(number))
      return "This must be a whole number.";
  }
  if (input.kind === "code" && input.types.length > 0 && input.types.every((type) => JSON_TYPES.has(type))) {
    try {
      const made: unknown = JSON.parse(String(value));
      const type = Array.isArray(made) ? "list" : typeof made === "object" && made !== null ? "dictionary" : "";
      if (!input.types.some((each) => each === type)) return `This must be a JSON ${wordsOf(input.types)}.`;
    } catch {
      return "This is no JSON.";
    }
  }
  return "";
}

const JSON_TYPES = new Set(["list", "dictionary"]);
const wordsOf = (types: readonly string[]) =>
  types.map((type) => (type === "dictionary" ? "object" : type)).join(" or ");

/** Where a finding of the server belongs: its place ends with the variable. */
export function wrongsOf(
  form: FormDocument,
  findings: readonly { readonly place: string; readonly message: string }[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { place, message } of findings) {
    const input = form.fields.find(({ variable }) => place === variable || place.endsWith(`:${variable}`));
    if (input) found[input.variable] = message;
  }
  return found;
}

/** How a run of a form goes, in a sentence for people who know no blocks. */
export function progressOf(
  state: string,
  blocks: readonly { readonly state: string; readonly id: string; readonly role: string }[],
): string {
  const own = blocks.filter(({ role }) => role !== "child");
  const done = own.filter((block) => ["completed", "skipped"].includes(block.state)).length;
  const working = own.filter((block) => block.state === "running").map(({ id }) => id);
  switch (state) {
    case "queued":
      return "It waits for its turn.";
    case "running":
      return working.length
        ? `Step ${Math.min(done + 1, own.length)} of ${own.length}: ${working.join(", ")} is working.`
        : `${done} of ${own.length} steps are done.`;
    case "completed":
      return "Done. The results stand below.";
    case "failed":
      return "It did not work out.";
    case "cancelling":
      return "It is being stopped.";
    case "cancelled":
      return "It was stopped.";
    default:
      return state;
  }
}
