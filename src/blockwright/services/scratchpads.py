"""A scratchpad from the command line: one flat script in a block process, its text shown as it comes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import RunId, RunRequest
from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    Executor,
    ExecutorLost,
)
from blockwright.ports.workspace import Workspace
from blockwright.services import asks, pinning
from blockwright.services.logs import parse_line
from blockwright.services.runs import system_variables
from blockwright.services.specs import project_context
from blockwright.wire import documents
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile

LOOK_SECONDS = 0.1


def run_script(
    workspace: Workspace, executor: Executor, name: str, pipeline: str | None, *, on_line: Callable[[str], None]
) -> dict[str, Any]:
    """Run ``scratchpads/NAME.py`` (or a path inside the project); returns its lines and its error, if any."""
    path = _path(workspace, name)
    empty = PipelineSpec(uuid=pipeline or "", name=pipeline or "", path=path)
    snapshot = pinning.take(workspace, workspace.files.pipeline(pipeline) if pipeline else empty)
    request = RunRequest(workspace.project.name, pipeline or "", env=workspace.options.env)
    with tempfile.TemporaryDirectory(prefix="blockwright-scratchpad-") as folder:
        spec = AttemptSpec(
            attempt_id="0/scratchpad/1",
            run=0,
            pipeline=pipeline or "",
            block=Path(path).stem,
            block_run="scratchpad",
            attempt=1,
            kind=AttemptKind.SCRATCHPAD,
            block_type="scratchpad",
            language="python",
            code=CodeFile(path=path, digest=snapshot.files.get(path)),
            project=project_context(workspace, snapshot),
            store=str(workspace.artifacts.blobs),
            work=folder,
            commit=str(Path(folder) / "done.json"),
            system=system_variables(workspace, request, workspace.clock.now()),
        )
        return _drive(workspace, executor, spec, on_line)


def _path(workspace: Workspace, name: str) -> str:
    files = {source.path for source in workspace.files.tree().files}
    for candidate in (f"scratchpads/{name}.py", f"scratchpads/{name}", name):
        if candidate in files:
            return candidate
    known = sorted(path for path in files if path.startswith("scratchpads/") and not path.endswith("__init__.py"))
    raise NotFound(
        f"There is no scratchpad `{name}`.",
        hint=f"The project has: {', '.join(known)}." if known else "Scratchpads are files in `scratchpads/`.",
        code="scratchpad_not_found",
    )


def _drive(
    workspace: Workspace, executor: Executor, spec: AttemptSpec, on_line: Callable[[str], None]
) -> dict[str, Any]:
    log = Path(spec.work) / "log.jsonl"
    lines: list[str] = []
    offset = 0
    executor.start(spec)
    error: dict[str, Any] | None = None
    over = False
    while not over:
        for event in executor.wait(LOOK_SECONDS):
            match event:
                case AttemptCommitted():
                    manifest = workspace.artifacts.manifest(event.manifest)
                    error = documents.dump(manifest.error) if manifest.error else None
                case AttemptExited():
                    over = True
                    if event.status != 0 and error is None:
                        error = {"type": "ProcessExited", "message": event.reason, "file": None, "line": None}
                case AttemptAsked():
                    _answer(workspace, executor, event)
                case ExecutorLost():
                    over = True
                    error = {"type": "WorkerLost", "message": event.reason, "file": None, "line": None}
                case _:
                    pass
        offset = _show(log, offset, lines, on_line)
    return {"scratchpad": spec.code.path if spec.code else "", "lines": lines, "error": error}


def _answer(workspace: Workspace, executor: Executor, event: AttemptAsked) -> None:
    try:
        value = asks.answer(workspace, event.what, event.details, asker=RunId(0))
        if isinstance(value, asks.Waiting):
            executor.answer(event.attempt_id, event.request, error="A scratchpad on the command line starts no runs.")
            return
    except BlockwrightError as error:
        executor.answer(event.attempt_id, event.request, error=str(error))
        return
    executor.answer(event.attempt_id, event.request, value=value)


def _show(log: Path, offset: int, lines: list[str], on_line: Callable[[str], None]) -> int:
    try:
        data = log.read_bytes()[offset:]
    except FileNotFoundError:
        return offset
    whole, newline, _ = data.rpartition(b"\n")
    for text in whole.splitlines():
        line = parse_line(text)
        if line is not None:
            lines.append(str(line.get("message", "")))
            on_line(lines[-1])
    return offset + len(whole) + len(newline)
