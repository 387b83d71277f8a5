import { expect, it } from "vitest";
import { ApiProblem, asProblem, NO_ANSWER, problemOf } from "./problems";

it("reads a problem document with its places", () => {
  const problem = problemOf(422, {
    code: "project_invalid",
    detail: "The pipeline cannot be read.",
    hint: "Mend it.",
    request_id: "ab",
    problems: [{ file: "pipelines/a/metadata.yaml", line: 3, key: "blocks", message: "no list" }],
  });
  expect([problem.status, problem.code, problem.message, problem.hint, problem.requestId]).toEqual([
    422,
    "project_invalid",
    "The pipeline cannot be read.",
    "Mend it.",
    "ab",
  ]);
  expect(problem.findings).toEqual([{ place: "pipelines/a/metadata.yaml:3:blocks", message: "no list" }]);
});

it("makes something readable of whatever comes", () => {
  expect(problemOf(502, "<html>").message).toBe("The server answered with status 502.");
  expect(problemOf(500, { detail: 7 }).code).toBe("unknown");
  expect(asProblem(new TypeError("Failed to fetch")).code).toBe(NO_ANSWER);
  expect(asProblem("odd").message).toBe("odd");
  const known = new ApiProblem(404, "a", "b");
  expect(asProblem(known)).toBe(known);
});
