import { expect, test } from "vitest";
import { type FileEvent, type FileState, LOADING, step, unsaved } from "./file";

const V1 = { text: "a\n", etag: "1" };
const V2 = { text: "b\n", etag: "2" };
const after = (...events: readonly FileEvent[]): FileState => events.reduce(step, LOADING);
const opened: FileEvent = { kind: "heard", version: V1 };
const typed: FileEvent = { kind: "typed", text: "mine\n" };

test("what is read is clean, what is typed is not", () => {
  expect(after(opened)).toMatchObject({ text: "a\n", phase: "clean" });
  expect(unsaved(after(opened, typed))).toBe(true);
  expect(after(opened, typed, { kind: "typed", text: "a\n" }).phase).toBe("clean");
});

test("what is typed while it is saved is saved next", () => {
  const more = after(
    opened,
    typed,
    { kind: "saving" },
    { kind: "typed", text: "more\n" },
    { kind: "saved", etag: "9", at: 1 },
  );
  expect(more).toMatchObject({ phase: "dirty", text: "more\n", base: { text: "mine\n", etag: "9" } });
});

test("a change elsewhere comes in when nothing was written here", () => {
  expect(after(opened, { kind: "heard", version: V2 })).toMatchObject({ text: "b\n", phase: "clean" });
});

test("a change elsewhere under what is written here is a question, and nothing is lost", () => {
  const asked = after(opened, typed, { kind: "heard", version: V2 });
  expect(asked).toMatchObject({ phase: "conflict", text: "mine\n", theirs: V2 });
  expect(step(asked, { kind: "take theirs" })).toMatchObject({ phase: "clean", text: "b\n", base: V2 });
  expect(step(asked, { kind: "keep mine" })).toMatchObject({ phase: "dirty", text: "mine\n", base: V2 });
  expect(step(asked, { kind: "merged", text: "both\n" })).toMatchObject({ phase: "dirty", text: "both\n", base: V2 });
});

test("one's own save, heard of again, is no change", () => {
  const saved = after(opened, typed, { kind: "saving" }, { kind: "saved", etag: "9", at: 1 });
  expect(step(saved, { kind: "heard", version: { text: "mine\n", etag: "9" } })).toBe(saved);
});

test("a refusal with the very same text is none", () => {
  const same = after(opened, typed, { kind: "saving" }, { kind: "refused", theirs: { text: "mine\n", etag: "7" } });
  expect(same).toMatchObject({ phase: "clean", base: { etag: "7" } });
});

test("a file that is gone can be written again", () => {
  const gone = after(opened, typed, { kind: "saving" }, { kind: "refused", theirs: null }, { kind: "keep mine" });
  expect(gone).toMatchObject({ phase: "dirty", base: { etag: "" } });
});

test("a failure keeps what was written and is tried again", () => {
  const failed = after(opened, typed, { kind: "saving" }, { kind: "failed", error: new TypeError() });
  expect(failed).toMatchObject({ phase: "failed", text: "mine\n" });
  expect(step(failed, { kind: "saving" })).toMatchObject({ phase: "saving", sent: "mine\n" });
});

test("what was kept over a reload is unsaved until it is", () => {
  expect(after({ kind: "kept", text: "mine\n", base: V1 }).phase).toBe("dirty");
});
