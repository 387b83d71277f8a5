import { expect, test } from "vitest";
import { marksOf } from "./marks";

test("files have a mark, and the folders above them say that something lies below", () => {
  const marks = marksOf([
    { path: "a/b/new.py", staged: "", unstaged: "untracked", conflict: false },
    { path: "a/x.py", staged: "modified", unstaged: "", conflict: false },
    { path: "c/y.py", staged: "", unstaged: "modified", conflict: true },
  ]);
  expect(marks.get("a/b/new.py")?.words).toBe("new");
  expect(marks.get("a/x.py")?.words).toBe("changed");
  expect(marks.get("a/b")?.words).toBe("holds changes");
  expect(marks.get("c")).toEqual({ letter: "!", words: "holds a conflict", conflict: true });
  expect(marks.get("d")).toBeUndefined();
});
