/** A file that is edited here and perhaps elsewhere: what the server has, what is written here, and what became of the
 * last save. The file on the server wins every question that nobody was asked. */

export interface Version {
  readonly text: string;
  readonly etag: string;
}

export interface FileState {
  /** What the server had when it was last heard; none: not read yet. */
  readonly base: Version | undefined;
  readonly text: string;
  readonly phase: "loading" | "clean" | "dirty" | "saving" | "conflict" | "failed";
  /** Text that is being saved. */
  readonly sent?: string | undefined;
  /** In a conflict: what is there instead; null: the file is gone. */
  readonly theirs?: Version | null | undefined;
  readonly error?: unknown;
  readonly savedAt?: number | undefined;
}

export const LOADING: FileState = { base: undefined, text: "", phase: "loading" };

export type FileEvent =
  | { readonly kind: "heard"; readonly version: Version }
  | { readonly kind: "kept"; readonly text: string; readonly base: Version }
  | { readonly kind: "typed"; readonly text: string }
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly etag: string; readonly at: number }
  | { readonly kind: "refused"; readonly theirs: Version | null }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "take theirs" }
  | { readonly kind: "keep mine" }
  | { readonly kind: "merged"; readonly text: string };

export function step(file: FileState, event: FileEvent): FileState {
  switch (event.kind) {
    case "heard":
      return heard(file, event.version);
    case "kept":
      // Typed before the page was loaded, and never saved.
      return { base: event.base, text: event.text, phase: event.text === event.base.text ? "clean" : "dirty" };
    case "typed":
      if (file.phase === "loading" || file.text === event.text) return file;
      if (file.phase === "conflict") return { ...file, text: event.text };
      if (file.phase === "saving") return { ...file, text: event.text };
      return settled({ ...file, text: event.text, error: undefined });
    case "saving":
      return file.phase === "dirty" || file.phase === "failed"
        ? { ...file, phase: "saving", sent: file.text, error: undefined }
        : file;
    case "saved": {
      const base = { text: file.sent ?? file.text, etag: event.etag };
      return settled({ ...file, base, sent: undefined, savedAt: event.at });
    }
    case "refused":
      if (event.theirs?.text === file.text) return clean(file, event.theirs);
      return { ...file, phase: "conflict", sent: undefined, theirs: event.theirs };
    case "failed":
      return { ...file, phase: "failed", sent: undefined, error: event.error };
    case "take theirs":
      return file.theirs ? clean(file, file.theirs) : file;
    case "keep mine":
      return over(file, file.text);
    case "merged":
      return over(file, event.text);
  }
}

/** The server's file is another now: taken at once if nothing was written here, else a conflict to be decided. */
function heard(file: FileState, version: Version): FileState {
  if (file.phase === "loading" || file.base === undefined) return { base: version, text: version.text, phase: "clean" };
  if (version.etag === file.base.etag || file.phase === "saving") return file;
  if (version.text === file.text || file.text === file.base.text) return clean(file, version);
  return { ...file, phase: "conflict", theirs: version };
}

function clean(file: FileState, version: Version): FileState {
  return { base: version, text: version.text, phase: "clean", savedAt: file.savedAt };
}

/** Mine over theirs: from now on it replaces the version that was seen. */
function over(file: FileState, text: string): FileState {
  if (file.phase !== "conflict") return file;
  const base = file.theirs ?? { text: "", etag: "" };
  return settled({ ...file, base, text, theirs: undefined });
}

function settled(file: FileState): FileState {
  return { ...file, phase: file.text === file.base?.text ? "clean" : "dirty" };
}

/** Whether something is only here. */
export function unsaved({ phase }: FileState): boolean {
  return phase !== "loading" && phase !== "clean";
}
