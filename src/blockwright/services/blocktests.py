"""Blocks' own tests, run on what the blocks last gave, without running the blocks."""

from __future__ import annotations

import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, Language
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import RunRequest
from blockwright.ports.executors import AttemptCommitted, AttemptExited, Executor, ExecutorLost
from blockwright.ports.runs import FoundResult
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, pinning
from blockwright.services.runs import system_variables
from blockwright.services.snapshots import Snapshot
from blockwright.services.specs import checks_of, code_file, outputs_of, project_context
from blockwright.wire import documents, values
from blockwright.wire.manifests import TestFailure
from blockwright.wire.specs import AttemptKind, AttemptSpec


@dataclass(frozen=True, slots=True)
class BlockTests:
    """``skipped`` says why the tests of a block could not run; ``run`` whose outputs were tested."""

    pipeline: str
    block: str
    run: int | None = None
    passed: int = 0
    failed: int = 0
    failures: tuple[TestFailure, ...] = ()
    error: str | None = None
    skipped: str = ""

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = documents.dump(self)
        return document


def run_tests(workspace: Workspace, executor: Executor, pipeline: str | None) -> list[BlockTests]:
    """Run the tests of one pipeline's blocks, or of every pipeline's; dynamic children are tested one by one."""
    names = [pipeline] if pipeline is not None else list(workspace.files.pipelines())
    results: list[BlockTests] = []
    with tempfile.TemporaryDirectory(prefix="blockwright-tests-") as folder:
        for name in names:
            snapshot = pinning.take(workspace, workspace.files.pipeline(name))
            results += _test_pipeline(workspace, executor, snapshot, Path(folder) / name)
    return results


def _test_pipeline(workspace: Workspace, executor: Executor, snapshot: Snapshot, folder: Path) -> list[BlockTests]:
    todo: deque[AttemptSpec] = deque()
    results: list[BlockTests] = []
    runs: dict[str, int] = {}
    for block in snapshot.pipeline.blocks:
        if not _has_tests(workspace, snapshot, block):
            continue
        found = workspace.runs.latest_result(workspace.project.name, snapshot.pipeline.uuid, block.uuid)
        if not found:
            results.append(BlockTests(snapshot.pipeline.uuid, block.uuid, skipped="it has no result yet"))
        for one in found:
            if any(output.in_memory for output in one.block_run.outputs):
                name = one.block_run.name
                results.append(BlockTests(snapshot.pipeline.uuid, name, skipped="its result was only in memory"))
                continue
            spec = _spec(workspace, snapshot, block, one, folder)
            runs[spec.attempt_id] = int(one.run)
            todo.append(spec)
    return results + _drive(workspace, executor, todo, runs)


def _has_tests(workspace: Workspace, snapshot: Snapshot, block: BlockSpec) -> bool:
    if block.language is not Language.PYTHON or not block.type.runs:
        return False
    if block.checks:
        return True
    facts = codes.facts_of_block(workspace, snapshot, block)
    return facts is not None and any(function.decorator == "test" for function in facts.decorated)


def _spec(workspace: Workspace, snapshot: Snapshot, block: BlockSpec, found: FoundResult, folder: Path) -> AttemptSpec:
    pipeline: PipelineSpec = snapshot.pipeline
    row = found.block_run
    work = folder / row.name.replace("/", "_")
    work.mkdir(parents=True, exist_ok=True)
    request = RunRequest(workspace.project.name, pipeline.uuid, env=workspace.options.env)
    return AttemptSpec(
        attempt_id=f"0/{row.name}/1",
        run=0,
        pipeline=pipeline.uuid,
        block=block.uuid,
        block_run=row.name,
        attempt=1,
        kind=AttemptKind.TEST,
        block_type=block.type.value,
        language=block.language.value,
        code=code_file(snapshot, block),
        project=project_context(workspace, snapshot),
        store=str(workspace.artifacts.blobs),
        work=str(work),
        commit=str(work / "done.json"),
        configuration=dict(block.configuration),
        outputs=outputs_of(row),
        checks=checks_of(block),
        variables={name: values.encode(value) for name, value in pipeline.variables.items()},
        system=system_variables(workspace, request, workspace.clock.now()),
        dynamic_index=row.index,
        preload=tuple(codes.third_party(workspace, snapshot, BlockId(block.uuid))),
    )


def _drive(
    workspace: Workspace, executor: Executor, todo: deque[AttemptSpec], runs: dict[str, int]
) -> list[BlockTests]:
    results: list[BlockTests] = []
    running: dict[str, AttemptSpec] = {}
    while todo or running:
        while todo and len(running) < workspace.options.slots:
            spec = todo.popleft()
            running[spec.attempt_id] = spec
            executor.start(spec)
        for event in executor.wait(None):
            match event:
                case AttemptCommitted() if event.attempt_id in running:
                    spec = running.pop(event.attempt_id)
                    results.append(_result(workspace, spec, event.manifest, runs[spec.attempt_id]))
                case AttemptExited() if event.attempt_id in running:
                    spec = running.pop(event.attempt_id)
                    results.append(BlockTests(spec.pipeline, spec.block_run, error=event.reason or "it crashed"))
                case ExecutorLost():
                    results += [BlockTests(one.pipeline, one.block_run, error=event.reason) for one in running.values()]
                    running.clear()
                case _:
                    pass
    return results


def _result(workspace: Workspace, spec: AttemptSpec, path: str, run: int) -> BlockTests:
    manifest = workspace.artifacts.manifest(path)
    tests = manifest.tests
    error = None
    if manifest.error is not None and not tests.failed:
        error = f"{manifest.error.type}: {manifest.error.message}"
    return BlockTests(spec.pipeline, spec.block_run, run, tests.passed, tests.failed, tests.failures, error)
