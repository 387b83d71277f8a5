"""What a run would do, found by letting it happen in mind: the same state machine, with results but no attempts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from blockwright.core.blocks import BlockId, BlockType
from blockwright.core.plan import Action, Earlier, PlanEntry, PlannedBlock, beside_restored, decide, fed_by_restored
from blockwright.core.runs.events import BlockReused, RunClaimed, StartBlock
from blockwright.core.runs.live import LiveRun, initial_rows
from blockwright.core.runs.model import (
    BlockRun,
    BlockRunName,
    BlockState,
    Role,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunState,
    Selection,
)
from blockwright.core.runs.step import step
from blockwright.ports.runs import FoundResult
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, pinning, products, reuse, runs
from blockwright.services.recall import Recalled, parts_of, recall
from blockwright.services.runs import encoded, system_variables
from blockwright.services.specs import SpecSource, attached_conditionals

UNBOUNDED = 1_000_000_000


def plan(
    workspace: Workspace,
    pipeline: str,
    variables: Mapping[str, Any],
    selection: Selection,
    *,
    reuse: bool | None,
    env: str,
) -> list[PlanEntry]:
    """One entry for each block run that can be foreseen, in the order of the pipeline. Nothing is run or recorded."""
    request = RunRequest(
        workspace.project.name, pipeline, variables=variables, selection=selection, reuse=reuse, env=env
    )
    (entries,) = plan_each(workspace, pipeline, [(request, {})])
    return entries


def plan_each(
    workspace: Workspace, pipeline: str, wanted: Iterable[tuple[RunRequest, Mapping[str, Any]]]
) -> Iterator[list[PlanEntry]]:
    """As ``plan``, for several runs of one pipeline; beside each request the keyword arguments of ours that this run
    has different from others."""
    spec = workspace.files.pipeline(pipeline)
    runs.check_runnable(workspace, spec)
    source = SpecSource(workspace, pinning.take(workspace, spec), attached_conditionals(spec), 0)
    for request, system in wanted:
        yield _Foresight(workspace, source, request, encoded(system)).entries()


@dataclass
class _Foresight:
    workspace: Workspace
    source: SpecSource
    request: RunRequest
    system: Mapping[str, Any]
    keys: dict[BlockRunName, reuse.Key] = field(default_factory=dict)
    same: dict[BlockRunName, reuse.Reusable] = field(default_factory=dict)
    products: dict[BlockRunName, products.Standing] = field(default_factory=dict)
    past: dict[RunId, Recalled | None] = field(default_factory=dict)

    @cached_property
    def newest(self) -> Mapping[BlockId, FoundResult]:
        """The newest result of every block that has one: asked for at once, for a pipeline may have thousands."""
        blocks = [block.uuid for block in self.source.pipeline.blocks]
        return self.workspace.runs.newest_results(self.request.project, self.request.pipeline, blocks)

    def entries(self) -> list[PlanEntry]:
        now = self.workspace.clock.now()
        live = self._live(now)
        todo = list(step(live, RunClaimed(), now, UNBOUNDED).commands)
        while todo:
            command = todo.pop()
            if not isinstance(command, StartBlock):
                continue
            event = self._reused(live, command)
            if event is not None:
                todo += step(live, event, now, UNBOUNDED).commands
        restored = self.workspace.oversight.catalog.restored_places(self.request.project, self.request.pipeline)
        known = [row for row in live.rows.values() if row.block in live.shape.nodes]
        rows = sorted(known, key=lambda row: self._place(live, row))
        found = []
        for row in rows:
            place = restored.get(row.block)
            if self._shown(live, row):
                entry = self._entry(live, row, now)
                found.append(entry if place is None else beside_restored(entry, place.run))
            elif place is not None and live.shape.nodes[row.block].bound and row.name == place.block_run:
                found.append(fed_by_restored(row.block, place.run))
        return found

    def _live(self, now: datetime) -> LiveRun:
        request, pipeline = self.request, self.source.pipeline
        shape = runs.run_shape(self.workspace, self.source.snapshot, request.selection, skip_sensors=False)
        bound = runs.latest_inputs(self.workspace, request.project, request.pipeline, shape)
        run = Run(
            RunId(0),
            request.project,
            request.pipeline,
            RunKind.MANUAL,
            RunState.QUEUED,
            "",
            now,
            variables=encoded({**pipeline.variables, **request.variables}),
            system={**system_variables(self.workspace, request, now), **self.system},
            reuse=request.reuse,
        )
        return LiveRun.of(run, shape, initial_rows(shape, bound))

    def _reused(self, live: LiveRun, command: StartBlock) -> BlockReused | None:
        row = live.rows[command.name]
        if self.source.pipeline.by_uuid[row.block].type is BlockType.GLOBAL_DATA_PRODUCT:
            return self._product(command, row)
        key = reuse.key_of(self.workspace, self.source, live, command.name)
        if key is None:
            return None
        self.keys[command.name] = key
        same = reuse.same(self.workspace, live.run, row, key)
        if same is not None:
            self.same[command.name] = same
        found = reuse.find(self.workspace, self.source, live.run, row, key)
        if found is None:
            return None
        return BlockReused(command.name, command.attempt, found.run, found.row.outputs, "", found.row.items)

    def _product(self, command: StartBlock, row: BlockRun) -> BlockReused | None:
        """The value of a data product, if it is fresh; else what computes it is a run of its own."""
        product = products.wanted_by(self.workspace, self.source.pipeline.by_uuid[row.block])
        found = self.products[command.name] = products.standing(self.workspace, product)
        if found.latest is None or not found.freshness.fresh:
            return None
        outputs = products.outputs(self.workspace, product)
        return BlockReused(command.name, command.attempt, found.latest.id, outputs, "")

    def _shown(self, live: LiveRun, row: BlockRun) -> bool:
        node = live.shape.nodes.get(row.block)
        multiplied = row.role is Role.GROUP and row.items is not None
        return node is not None and not node.bound and not multiplied

    def _place(self, live: LiveRun, row: BlockRun) -> tuple[int, int]:
        return live.shape.nodes[row.block].position, row.index or 0

    def _entry(self, live: LiveRun, row: BlockRun, now: datetime) -> PlanEntry:
        standing = self.products.get(row.name)
        if standing is not None:
            return _product_entry(row, standing)
        key = self.keys.get(row.name)
        same = self.same.get(row.name)
        only_reads = key.reads_only if key else True
        block = self.source.pipeline.by_uuid[row.block]
        latest = None if same else self._latest(row, now, with_parts=key is not None)
        planned = PlannedBlock(
            block=BlockId(row.name),
            permission=reuse.permission(self.source, live.run, row, only_reads=only_reads),
            key=key.digest if key else None,
            parts=key.parts() if key else {},
            obstacle="" if key else "one of its inputs is only in memory",
            same=Earlier(same.run, same.age) if same else None,
            latest=latest,
            untracked=tuple(codes.untracked(self.workspace, self.source.snapshot, block)),
        )
        return decide(planned, self._undecided(live, row))

    def _undecided(self, live: LiveRun, row: BlockRun) -> list[BlockId]:
        if row.state is not BlockState.WAITING:
            return []
        node = live.shape.nodes[row.block]
        return [name for name in node.upstream if live.rows[BlockRunName(name)].state is not BlockState.COMPLETED]

    def _latest(self, row: BlockRun, now: datetime, *, with_parts: bool) -> Earlier | None:
        """The newest result of this block run with the parts of its key, worked out from that run's records."""
        if row.block not in self.newest:
            return None
        found = self.workspace.runs.latest_result(self.request.project, self.request.pipeline, row.block)
        for result in found:
            if result.block_run.name == row.name or len(found) == 1:
                age = (now - result.finished).total_seconds()
                parts = self._parts(result.run, result.block_run.name) if with_parts else {}
                return Earlier(result.run, age, parts)
        return None

    def _parts(self, run_id: RunId, name: BlockRunName) -> Mapping[str, str]:
        if run_id not in self.past:
            self.past[run_id] = recall(self.workspace, run_id)
        return parts_of(self.workspace, self.past[run_id], name)


def _product_entry(row: BlockRun, found: products.Standing) -> PlanEntry:
    product = found.product
    if row.state is BlockState.COMPLETED and found.latest is not None:
        why = f"the value of data product `{product.uuid}` that run {found.latest.id} made: {found.freshness.why}"
        return PlanEntry(BlockId(row.name), Action.REUSE, why, run=found.latest.id)
    computing = f"run {found.computing.id} computes" if found.computing else f"pipeline `{product.pipeline}` computes"
    return PlanEntry(BlockId(row.name), Action.RUN, f"{computing} data product `{product.uuid}`: {found.freshness.why}")
