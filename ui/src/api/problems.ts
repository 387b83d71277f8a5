/** What the server says when something is wrong (RFC 9457), as an error that screens can show. */
export interface Finding {
  readonly message: string;
  readonly place: string;
}

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string = "",
    readonly findings: readonly Finding[] = [],
    readonly requestId: string = "",
  ) {
    super(message);
  }
}

/** Nobody answered: the server is away, or the network is. */
export const NO_ANSWER = "no_answer";

export function problemOf(status: number, body: unknown): ApiProblem {
  if (typeof body !== "object" || body === null) {
    return new ApiProblem(status, "unknown", `The server answered with status ${status}.`);
  }
  const document = body as Record<string, unknown>;
  return new ApiProblem(
    status,
    text(document.code) || "unknown",
    text(document.detail) || text(document.title) || `The server answered with status ${status}.`,
    text(document.hint),
    Array.isArray(document.problems) ? document.problems.map(findingOf) : [],
    text(document.request_id),
  );
}

/** Any thrown thing as a problem, so that one component shows them all. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof TypeError) {
    return new ApiProblem(
      0,
      NO_ANSWER,
      "The server does not answer.",
      "It is asked again when the connection is back.",
    );
  }
  return new ApiProblem(0, "page_error", error instanceof Error ? error.message : String(error));
}

function findingOf(value: unknown): Finding {
  const entry = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const place = [text(entry.file), number(entry.line), text(entry.key), text(entry.field)].filter(Boolean).join(":");
  const hint = text(entry.hint) || text(entry.advice);
  return { message: [text(entry.message), hint].filter(Boolean).join(" "), place };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): string => (typeof value === "number" ? String(value) : "");
