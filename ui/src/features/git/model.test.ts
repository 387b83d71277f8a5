import { expect, it } from "vitest";
import type { GitFile } from "./api";
import { brief, numbered, partsOf } from "./model";

const file = (path: string, marks: Partial<GitFile>): GitFile => ({
  path,
  before: null,
  staged: "",
  unstaged: "",
  conflict: false,
  guarded: false,
  pipelines: [],
  ...marks,
});

it("lists a file that is staged in part at both places, and shared files last", () => {
  const parts = partsOf([
    file("shared.py", { unstaged: "modified", pipelines: ["a", "b"] }),
    file("b.py", { staged: "modified", unstaged: "modified", pipelines: ["b"] }),
    file("a.py", { unstaged: "conflict", conflict: true, pipelines: ["a"] }),
  ]);
  expect(parts.conflicts.map((group) => group.pipeline)).toEqual(["a"]);
  expect(parts.staged.map((group) => group.pipeline)).toEqual(["b"]);
  expect(parts.changes.map((group) => [group.pipeline, group.files.length])).toEqual([
    ["b", 1],
    ["", 1],
  ]);
});

it("numbers the lines of both sides", () => {
  const lines = numbered({ old: 4, new: 7, lines: [" a", "-b", "+c", "+d", "\\ No newline at end of file"] });
  expect(lines.map((line) => [line.kind, line.old, line.new])).toEqual([
    ["same", 4, 7],
    ["removed", 5, undefined],
    ["added", undefined, 8],
    ["added", undefined, 9],
    ["note", undefined, undefined],
  ]);
});

it("says where one is and what has changed", () => {
  expect(brief({ branch: "main", commit: "1", doing: "", files: [] })).toBe("main");
  expect(brief({ branch: null, commit: "0123456789", doing: "", files: [1, 2] })).toBe("01234567 · 2 changed");
  expect(brief({ branch: "main", commit: "1", doing: "merge", files: [1] })).toBe("main · merge");
});
