"""An installation whose runs are written by the test, as an engine would have: what loops look at, without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from blockwright.compose import Embedded
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import (
    BlockRun,
    BlockRunName,
    BlockState,
    Failure,
    Queue,
    Run,
    RunKind,
    RunRequest,
    RunSettings,
    RunState,
    TestCounts,
)
from blockwright.ports.installation import Installation
from blockwright.ports.runs import Changes, NewEvent
from blockwright.ports.workspace import Workspace
from blockwright.settings import read

BLOCKS = [{"uuid": "load", "type": "data_loader", "language": "python", "upstream_blocks": []}]


def ago(**length: float) -> datetime:
    return datetime.now(UTC) - timedelta(**length)


@dataclass
class Records:
    installation: Installation
    root: Path

    @property
    def workspace(self) -> Workspace:
        return self.installation.workspace("shop")

    def pipeline(self, name: str = "sales", **settings: Any) -> None:
        folder = self.root / "pipelines" / name
        folder.mkdir(parents=True, exist_ok=True)
        document = {"uuid": name, "name": name, "type": "python", "blocks": BLOCKS, **settings}
        (folder / "metadata.yaml").write_text(yaml.safe_dump(document))
        (self.root / "data_loaders").mkdir(exist_ok=True)
        (self.root / "data_loaders" / "load.py").write_text("@data_loader\ndef load(*args, **kwargs):\n    return 1\n")

    def project(self, **config: Any) -> None:
        (self.root / "metadata.yaml").write_text(yaml.safe_dump({"notification_config": config}))

    def begin(
        self,
        pipeline: str = "sales",
        *,
        created: datetime | None = None,
        kind: RunKind = RunKind.TRIGGER,
        queue: Queue = Queue.ENGINE,
        sla: float | None = None,
    ) -> Run:
        request = RunRequest("shop", pipeline, kind, queue=queue, settings=RunSettings(sla=sla))
        rows = [BlockRun(BlockRunName("load"), BlockId("load"))]
        return self.workspace.runs.create(
            request, variables={}, system={}, snapshot="", git_commit=None, block_runs=rows, now=created or ago()
        )

    def save(self, run: Run, row: BlockRun | None = None, *, at: datetime | None = None, **fields: Any) -> Run:
        """Change the run and its block, with the events that an engine writes."""
        runs, now = self.workspace.runs, at or ago()
        lease = runs.claim(run.id, "host:1:a", seconds=30, now=now)
        changed = replace(runs.get(run.id), **fields) if fields else None
        events = [NewEvent(f"block.{row.state.value}", row.name, {"attempt": row.attempt})] if row else []
        events += [NewEvent(f"run.{changed.state.value}")] if changed else []
        runs.save(lease, Changes(run=changed, block_runs=(row,) if row else (), events=tuple(events)), now=now)
        runs.release(lease)
        return runs.get(run.id)

    def end(self, run: Run, state: RunState, *, at: datetime | None = None, took: float = 5.0, **fields: Any) -> Run:
        """``fields`` are those of the block's row."""
        now = at or ago()
        row = BlockRun(
            BlockRunName("load"),
            BlockId("load"),
            state=BlockState.COMPLETED if state is RunState.COMPLETED else BlockState.FAILED,
            **{"attempt": 1, "seconds": took, "finished": now, **fields},
        )
        return self.save(run, row, at=now, state=state, started=now - timedelta(seconds=took), finished=now)

    def fail(self, run: Run, message: str = "no rows", *, tests_failed: int = 0) -> Run:
        failure = Failure("ValueError", message)
        return self.end(run, RunState.FAILED, failure=failure, tests=TestCounts(0, tests_failed))

    def kinds(self) -> list[str]:
        """Of the alerts, oldest first."""
        return [alert.about.kind.value for alert in reversed(self.workspace.oversight.alerts.list("shop"))]


@contextmanager
def records(root: Path, **environ: str) -> Iterator[Records]:
    """A project named ``shop`` with a pipeline ``sales``, in the folder ``root``."""
    root.mkdir(exist_ok=True)
    made = Records(None, root)  # type: ignore[arg-type]
    made.project()
    made.pipeline()
    platform = Embedded(read({"PATH": "", "BLOCKWRIGHT_ALERT_HOSTS": "127.0.0.0/8", **environ}))
    made.installation = platform.installation(root)
    try:
        yield made
    finally:
        made.installation.close()
