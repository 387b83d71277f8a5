"""Writes what runs gave into the catalogue, after it is in the records of runs.

Nothing of this happens where blocks run. Each result is written once, whoever looks and how often: a version is unique
by run, block run, output and round, and a run counts as catalogued only in the transaction that wrote all it gave. So
a process may be killed anywhere, and the next one finds what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from blockwright.core.catalog import schemas
from blockwright.core.catalog.model import AssetKey, NewVersion, together
from blockwright.core.catalog.schemas import SchemaColumn
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import Run, RunId, RunKind, RunState
from blockwright.ports.catalog import Made
from blockwright.ports.workspace import Workspace

MOST_AT_ONCE = 10_000
"""Runs that are written before the catalogue is shown; more come the next time."""


def record(workspace: Workspace, run_id: RunId, block_runs: Collection[str] | None = None) -> Sequence[AssetKey]:
    """Write what the run gave (these of its block runs; all of them); the assets that have a new version."""
    try:
        run = workspace.runs.get(run_id)
    except NotFound:
        return ()  # deleted meanwhile
    store = workspace.oversight.catalog
    if run.kind is RunKind.CHART:  # what it gave is a picture of data, not data
        return store.record(run, (), whole=block_runs is None and run.state.final)
    versions = [new for made in store.made(run_id, block_runs) for new in _versions(workspace, run, made)]
    return store.record(run, versions, whole=block_runs is None and run.state.final)


def catch_up(workspace: Workspace) -> tuple[Sequence[AssetKey], bool]:
    """Write what is missing: of runs that no engine drove, or that ended while none followed, and of those that go on.
    Gives the assets that have a new version, and whether there may be more."""
    got: list[AssetKey] = []
    ended = workspace.oversight.catalog.unrecorded(workspace.project.name, limit=MOST_AT_ONCE)
    unfinished = workspace.runs.unfinished(workspace.project.name)
    going = [run.id for run in unfinished if run.state is not RunState.QUEUED]
    for run_id in (*ended, *going):
        got += record(workspace, run_id)
    return got, len(ended) >= MOST_AT_ONCE


def _versions(workspace: Workspace, run: Run, made: Made) -> Iterator[NewVersion]:
    described = _schemas(workspace, made)
    named: dict[str, list[OutputRecord]] = {}
    for part in made.parts:
        for output in part:
            named.setdefault(output.name, []).append(output)
    for name, outputs in named.items():
        asset = AssetKey(run.pipeline, made.block, name)
        record = together(outputs) if made.dynamic else outputs[0]
        if made.reused and _is_newest(workspace, run.project, asset, record):
            continue
        yield NewVersion(
            asset=asset,
            run=run.id,
            block_run=made.block_run,
            round=made.round,
            record=record,
            made=made.made,
            parts=len(outputs) if made.dynamic else None,
            schema=described.get(name, ()),
            key=made.key,
            manifest=made.manifest,
        )


def _is_newest(workspace: Workspace, project: str, asset: AssetKey, record: OutputRecord) -> bool:
    """Whether children that were all reused are together what there was already."""
    newest = workspace.oversight.catalog.newest(project, asset)
    return newest is not None and newest.record.digest == record.digest


def _schemas(workspace: Workspace, made: Made) -> dict[str, tuple[SchemaColumn, ...]]:
    """The columns of each output that has some. They stand in the manifest only, which is read for tables alone; that
    of a dynamic block's first child speaks for all of them."""
    if made.manifest is None or not any(output.columns for part in made.parts for output in part):
        return {}
    try:
        manifest = workspace.artifacts.manifest(made.manifest)
    except BlockwrightError:
        return {}  # gone or damaged: the version counts without its columns
    return {
        output.name: tuple(schemas.SchemaColumn(column.name, column.type) for column in output.schema)
        for output in manifest.outputs
        if output.schema
    }
