"""What declared checks found: of one block run, of a run, and over the runs of a pipeline.

Results stand in the manifests of block runs, as those of tests do, and are kept as long as their runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.core.checks import Severity
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import BlockRun, BlockRunName, Role, Run, RunId
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import reports
from blockwright.wire import documents
from blockwright.wire.checks import CheckResult

PAGE = 50
"""Runs that are read together."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the checks of a block run found. Its result may be that of an earlier run (``row.source_run``)."""

    run: Run
    row: BlockRun
    results: Sequence[CheckResult]

    @property
    def state(self) -> str:
        """``failed``, ``warned`` or ``passed``."""
        broken = {result.severity for result in self.results if not result.passed}
        return "failed" if "fail" in broken else "warned" if broken else "passed"

    def document(self) -> dict[str, Any]:
        when = self.row.finished or self.run.created
        return {
            "run": self.run.id,
            "block": self.row.block,
            "block_run": self.row.name,
            "state": self.state,
            "finished": when.isoformat(),
            "source_run": self.row.source_run,
            "checks": documents.dump(tuple(self.results)),
        }


def of_row(workspace: Workspace, row: BlockRun) -> tuple[CheckResult, ...]:
    """Empty where the block declares none, has not ended, or what it said is no longer kept."""
    path = row.manifest
    try:
        if path is None and row.source_run is not None:
            path = workspace.runs.block_run(RunId(row.source_run), BlockRunName(row.name)).manifest
        return () if path is None else workspace.artifacts.manifest(path).checks
    except NotFound:
        return ()


def of_run(workspace: Workspace, run: Run) -> list[Found]:
    """In the order of the pipeline; only blocks that declared checks when the run began."""
    declared = _declared(workspace, run)
    if not declared:
        return []
    rows = reports.in_order(workspace.runs.block_runs(run.id))
    asked = [row for row in rows if row.block in declared and row.role in (Role.BLOCK, Role.CHILD)]
    found = ((row, of_row(workspace, row)) for row in asked)
    return [Found(run, row, results) for row, results in found if results]


def history(
    workspace: Workspace, pipeline: str, block: str | None = None, *, before: int | None = None, limit: int = 20
) -> list[Found]:
    """Of the pipeline's runs (those before the run ``before``), newest first, until ``limit`` runs had results."""
    found: list[Found] = []
    runs = 0
    for run in _runs(workspace, pipeline, before):
        of_this = [one for one in of_run(workspace, run) if block in (None, one.row.block)]
        found += of_this
        runs += bool(of_this)
        if runs == limit:
            break
    return found


def by_row(workspace: Workspace, run: Run) -> Mapping[str, Sequence[dict[str, Any]]]:
    """The documents of all results of a run by the name of the block run."""
    return {one.row.name: one.document()["checks"] for one in of_run(workspace, run)}


def warnings(workspace: Workspace, run: Run) -> list[Found]:
    """The block runs of a run with a warning."""
    pinned = reports.pinned_blocks(workspace, run)
    if not any(check.severity is Severity.WARN for block in pinned for check in block.checks):
        return []
    return [one for one in of_run(workspace, run) if warned(one)]


def warned(found: Found) -> list[CheckResult]:
    return [result for result in found.results if not result.passed and result.severity == "warn"]


def _declared(workspace: Workspace, run: Run) -> frozenset[str]:
    return frozenset(block.uuid for block in reports.pinned_blocks(workspace, run) if block.checks)


def _runs(workspace: Workspace, pipeline: str, before: int | None) -> Iterator[Run]:
    place = None if before is None else RunId(before)
    while True:
        which = RunFilter(workspace.project.name, pipeline, before=place)
        page = workspace.runs.list(which, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        place = page[-1].id
