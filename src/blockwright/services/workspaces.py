"""What somebody who works on a pipeline sees of it: every block with how it stands, what it gave last and what it does
now, also while the pipeline's file is broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from blake3 import blake3

from blockwright.core.blocks import BlockId, BlockSpec
from blockwright.core.freshness import Freshness, Standing
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.problems import Problem
from blockwright.core.runs.model import BlockRun, BlockState, Role, Run, RunId, RunState
from blockwright.core.runs.shape import multiplied
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness
from blockwright.services.freshness import Newest
from blockwright.services.snapshots import Snapshot

UNFINISHED = tuple(state for state in RunState if not state.final)
MOST_RUNS = 20
MOST_ROWS = 2_000
"""Rows of an unfinished run that are looked at: its blocks come first, then dynamic children, which are not shown."""

_URGENCY = (
    BlockState.RUNNING,
    BlockState.CANCELLING,
    BlockState.RETRY_WAIT,
    BlockState.QUEUED,
    BlockState.WAITING,
)


@dataclass(frozen=True, slots=True)
class Past:
    """A block run that has ended, in ``run``."""

    run: RunId
    row: BlockRun


@dataclass(frozen=True, slots=True)
class BlockAtWork:
    """``role`` is the list of the pipeline in which the block stands. ``latest`` is how it ended last, ``result`` what
    it gave last: they differ after a failure. ``now`` is its part of an unfinished run. ``digest`` names the source as
    it is (None: it has none, or one too large to be code), ``expanded`` says that it runs once for each item."""

    spec: BlockSpec
    role: str
    standing: Standing
    latest: Past | None = None
    result: Past | None = None
    now: Past | None = None
    digest: str | None = None
    expanded: bool = False
    downstream: tuple[BlockId, ...] = ()
    conditionals: tuple[BlockId, ...] = ()
    callbacks: tuple[BlockId, ...] = ()


@dataclass(frozen=True, slots=True)
class AtWork:
    """``spec`` is None for a file that cannot be read at all; ``problems`` says why, or what of it is wrong."""

    spec: PipelineSpec | None
    digest: str
    problems: tuple[Problem, ...] = ()
    blocks: tuple[BlockAtWork, ...] = ()
    unfinished: tuple[Run, ...] = ()

    def count(self, wanted: Freshness) -> int:
        return sum(block.standing.freshness is wanted for block in self.blocks)


def look(workspace: Workspace, pipeline: str, *, run: RunId | None = None) -> AtWork:
    """The pipeline as it stands now; ``run``: with the results of that run, whatever has changed since."""
    examined = workspace.files.examined(pipeline)
    if examined.spec is None:
        return AtWork(None, examined.digest, examined.problems)
    spec = examined.spec
    newest = freshness.newest_results(workspace, spec, run)
    standings, snapshot = freshness.standings(workspace, spec, newest, pinned=run)
    which = RunFilter(workspace.project.name, pipeline, UNFINISHED)
    unfinished = tuple(workspace.runs.list(which, limit=MOST_RUNS))
    return AtWork(
        spec,
        examined.digest,
        examined.problems,
        tuple(_blocks(workspace, spec, snapshot, standings, newest, _rows_now(workspace, unfinished))),
        unfinished,
    )


def _blocks(
    workspace: Workspace,
    spec: PipelineSpec,
    snapshot: Snapshot,
    standings: Mapping[BlockId, Standing],
    newest: Mapping[BlockId, Newest],
    now: Mapping[BlockId, Past],
) -> Iterable[BlockAtWork]:
    names = [block.uuid for block in (*spec.blocks, *spec.callbacks)]
    ended = workspace.runs.newest_without_result(workspace.project.name, spec.uuid, names)
    expanded = multiplied(spec)
    around = _Around.of(spec)
    lists = (
        ("block", spec.blocks),
        ("callback", spec.callbacks),
        ("conditional", spec.conditionals),
        ("widget", spec.widgets),
    )
    for role, blocks in lists:
        for block in blocks:
            uuid = block.uuid
            found = newest.get(uuid)
            result = None if found is None else Past(found.found.run, found.row)
            without = None if uuid not in ended else Past(*ended[uuid])
            yield BlockAtWork(
                block,
                role,
                standings.get(uuid, _NO_RESULT) if role == "block" else _NO_RESULT,
                _later(result, without),
                result,
                now.get(uuid),
                _digest(snapshot, block),
                uuid in expanded,
                tuple(around.downstream.get(uuid, ())),
                tuple(around.conditionals.get(uuid, ())),
                tuple(around.callbacks.get(uuid, ())),
            )


_NO_RESULT = Standing(Freshness.NONE)


@dataclass(frozen=True, slots=True)
class _Around:
    """What hangs on each block."""

    downstream: dict[BlockId, list[BlockId]] = field(default_factory=dict)
    conditionals: dict[BlockId, list[BlockId]] = field(default_factory=dict)
    callbacks: dict[BlockId, list[BlockId]] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: PipelineSpec) -> _Around:
        around = cls()
        for into, blocks in (
            (around.downstream, spec.blocks),
            (around.conditionals, spec.conditionals),
            (around.callbacks, spec.callbacks),
        ):
            for block in blocks:
                for name in block.upstream:
                    into.setdefault(name, []).append(block.uuid)
        return around


def _later(result: Past | None, without: Past | None) -> Past | None:
    if result is None or without is None:
        return result or without
    if result.row.finished is not None and without.row.finished is not None:
        return without if without.row.finished > result.row.finished else result
    return without if without.run > result.run else result


def _rows_now(workspace: Workspace, unfinished: Sequence[Run]) -> Mapping[BlockId, Past]:
    """Of each block the row that is nearest to being worked on, of several the newest run's."""
    found: dict[BlockId, Past] = {}
    for run in unfinished:
        for _, row in workspace.runs.block_run_page(run.id, limit=MOST_ROWS):
            if row.state.final or row.role is Role.CHILD:
                continue
            other = found.get(row.block)
            if other is None or _URGENCY.index(row.state) < _URGENCY.index(other.row.state):
                found[row.block] = Past(run.id, row)
    return found


def _digest(snapshot: Snapshot, block: BlockSpec) -> str | None:
    if block.content is not None:
        return blake3(block.content.encode()).hexdigest()
    if block.path is None:
        return None
    return snapshot.files.get(block.path) or snapshot.untracked.get(block.path)
