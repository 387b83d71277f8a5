/** The form of the traffic: what is typed, and the wish that it makes. Pure. */
import type { Endpoint, Traffic, TrafficWish } from "../api";

export interface Form {
  readonly mode: Traffic["mode"];
  readonly challenger: string;
  /** Percents, as typed. */
  readonly share: string;
  readonly errors: string;
  readonly milliseconds: string;
  readonly requests: string;
  readonly reason: string;
}

export function formOf({ traffic }: Pick<Endpoint, "traffic">): Form {
  return {
    mode: traffic.mode,
    challenger: traffic.challenger == null ? "" : String(traffic.challenger),
    share: percents(traffic.mode === "single" ? 0.1 : traffic.share),
    errors: percents(traffic.most_errors),
    milliseconds: traffic.most_milliseconds == null ? "" : String(traffic.most_milliseconds),
    requests: String(traffic.fewest_requests),
    reason: "",
  };
}

const percents = (share: number) => String(Number((share * 100).toFixed(4)));

export interface Judged {
  /** Undefined while something is wrong. */
  readonly wish: TrafficWish | undefined;
  readonly wrong: Readonly<Record<string, string>>;
}

export function wishOf(form: Form, champion: number): Judged {
  const { mode, reason } = form;
  const usual = { most_errors: 0.05, most_milliseconds: null, fewest_requests: 50 };
  if (mode === "single") return { wish: { mode, challenger: null, share: 0, ...usual, reason }, wrong: {} };
  const wrong: Record<string, string> = {};
  const challenger = Number(form.challenger);
  if (!form.challenger) wrong.challenger = "Choose the version that is tried.";
  else if (challenger === champion) wrong.challenger = "The challenger must be another version than the champion.";
  const share = numberOf(form.share);
  if (share === undefined || share <= 0 || share > 100) wrong.share = "More than 0 and at most 100.";
  const bounds = mode === "canary" ? boundsOf(form, wrong) : usual;
  if (Object.keys(wrong).length || share === undefined) return { wish: undefined, wrong };
  return { wish: { mode, challenger, share: share / 100, ...bounds, reason }, wrong };
}

function boundsOf(form: Form, wrong: Record<string, string>) {
  const errors = numberOf(form.errors);
  if (errors === undefined || errors < 0 || errors >= 100) wrong.errors = "From 0 up to, but not, 100.";
  const milliseconds = form.milliseconds.trim() ? numberOf(form.milliseconds) : null;
  if (milliseconds === undefined || (milliseconds !== null && milliseconds <= 0)) wrong.milliseconds = "Above 0.";
  const requests = numberOf(form.requests);
  if (requests === undefined || !Number.isInteger(requests) || requests < 1 || requests > 1_000_000)
    wrong.requests = "A whole number from 1 to 1,000,000.";
  return {
    most_errors: (errors ?? 0) / 100,
    most_milliseconds: milliseconds ?? null,
    fewest_requests: requests ?? 1,
  };
}

function numberOf(typed: string): number | undefined {
  const found = Number(typed.trim().replace(",", "."));
  return typed.trim() && Number.isFinite(found) ? found : undefined;
}
