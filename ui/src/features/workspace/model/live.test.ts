import { expect, test } from "vitest";
import type { WorkspaceBlock, WorkspaceDocument } from "../api";
import { heard } from "./live";
import { detailOf, freshnessOf, outcomeOf, standingOf } from "./words";

function block(uuid: string, changes: Partial<WorkspaceBlock> = {}): WorkspaceBlock {
  return {
    uuid,
    name: uuid,
    type: "transformer",
    language: "python",
    role: "block",
    position: 0,
    path: `transformers/${uuid}.py`,
    inline: false,
    etag: "e",
    line: 1,
    upstream: [],
    downstream: [],
    dynamic: false,
    expanded: false,
    reduce_output: false,
    conditionals: [],
    callbacks: [],
    executor_type: null,
    configuration: {},
    freshness: { state: "never_run", reasons: ["it has no result yet"] },
    latest: null,
    result: null,
    now: null,
    problems: [],
    ...changes,
  };
}

const DOCUMENT = { uuid: "p", blocks: [block("a"), block("b")], unfinished_runs: [] } as unknown as WorkspaceDocument;

function told(kind: string, name: string | null, data: Record<string, unknown> = {}, time = "2026-01-01T00:00:00Z") {
  const events = [{ number: 1, kind, block_run: name, data }];
  return { topic: "run", id: "1", data: { run: 7, time, data: { pipeline: "p", events } } };
}

test("a block that starts is running at once", () => {
  const { document, stale } = heard(DOCUMENT, [told("block.running", "a", { attempt: 1 })]);
  expect(document.blocks[0]?.now).toMatchObject({ run: 7, state: "running", attempt: 1 });
  expect(document.blocks[1]).toBe(DOCUMENT.blocks[1]);
  expect(stale).toBe(false);
});

test("a block that ends has its time, and the rest is asked for", () => {
  const running = heard(DOCUMENT, [told("block.running", "a")]).document;
  const over = heard(running, [told("block.completed", "a", {}, "2026-01-01T00:00:02Z")]);
  expect(over.document.blocks[0]).toMatchObject({ now: null, result: { run: 7, seconds: 2 } });
  expect(over.ended).toEqual([{ block: "a", state: "completed", run: 7 }]);
  expect(over.stale).toBe(true);
});

test("a failure leaves the result that was there", () => {
  const { document } = heard(DOCUMENT, [told("block.failed", "a", { reason: "KeyError: 'x'" })]);
  expect(document.blocks[0]).toMatchObject({ latest: { state: "failed" }, result: null });
  expect(standingOf(document.blocks[0] ?? block("a"))).toMatchObject({ word: "Failed", reason: "KeyError: 'x'" });
});

test("what is said of other pipelines, of children and of unknown blocks changes nothing", () => {
  const other = { ...told("block.running", "a"), data: { run: 7, data: { pipeline: "q", events: [] } } };
  expect(heard(DOCUMENT, [other, told("block.running", "a:0"), told("run.running", null)]).document).toBe(DOCUMENT);
});

test("a block is told in words", () => {
  const stale = block("a", { freshness: { state: "stale", reasons: ["its code changed", "its input `b` is stale"] } });
  expect(freshnessOf(stale)).toMatchObject({ word: "Stale", reason: "code changed; input b is stale" });
  const result = {
    run: 1,
    block_run: "a",
    state: "completed",
    reason: "",
    finished: null,
    seconds: 0.038,
    rows: 10_000,
    columns: 10,
    outputs: [],
    tests: { passed: 1, failed: 0 },
    error: null,
    reused: false,
    source_run: null,
    children: null,
  };
  expect(outcomeOf(block("a", { result, latest: result }))).toBe("10,000 × 10 · 38 ms · tests 1/1");
  expect(detailOf(block("a", { result, latest: result, freshness: { state: "fresh", reasons: [] } }))).toBe(
    "10,000 · 38 ms",
  );
});
