"""Whether blocks can run here at all: one trivial block, from fork to committed result."""

from __future__ import annotations

import tempfile
from pathlib import Path

from blockwright.core.errors import Unavailable
from blockwright.ports.executors import AttemptCommitted, AttemptExited, Executor, ExecutorLost
from blockwright.ports.workspace import Workspace
from blockwright.wire.manifests import Outcome
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, ProjectContext

SECONDS = 30.0
CODE = "@custom\ndef answer(*args, **kwargs):\n    return 42\n"


def run_trivial_block(workspace: Workspace, executor: Executor) -> float:
    """The seconds from asking to the committed result; raises Unavailable saying what went wrong."""
    project = workspace.project
    with tempfile.TemporaryDirectory(prefix="blockwright-doctor-") as folder:
        (Path(folder) / "blobs" / "tmp").mkdir(parents=True)
        (Path(folder) / "snapshot.json").write_text('{"files": {}}')
        spec = AttemptSpec(
            attempt_id="0/doctor/1",
            run=0,
            pipeline="doctor",
            block="doctor",
            block_run="doctor",
            attempt=1,
            kind=AttemptKind.BLOCK,
            block_type="custom",
            language="python",
            code=CodeFile(path="doctor.py", content=CODE),
            project=ProjectContext(project.name, project.root, project.platform_root, f"{folder}/snapshot.json"),
            store=f"{folder}/blobs",
            work=folder,
            commit=f"{folder}/done.json",
        )
        return _watched(workspace, executor, spec)


def _watched(workspace: Workspace, executor: Executor, spec: AttemptSpec) -> float:
    began = workspace.clock.monotonic()
    executor.start(spec)
    while (left := SECONDS - (workspace.clock.monotonic() - began)) > 0:
        for event in executor.wait(left):
            match event:
                case AttemptCommitted():
                    manifest = workspace.artifacts.manifest(event.manifest)
                    if manifest.outcome is not Outcome.COMPLETED and manifest.error is not None:
                        raise Unavailable(f"A trivial block failed: {manifest.error.message}", hint=manifest.error.hint)
                    return workspace.clock.monotonic() - began
                case AttemptExited() | ExecutorLost():
                    raise Unavailable(f"A trivial block could not run: {event.reason}", code="fork_server")
                case _:
                    continue
    raise Unavailable(f"A trivial block did not end within {SECONDS:g} s.", code="fork_server")
