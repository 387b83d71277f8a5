"""Limits on runs and blocks: which of them count for a run, and whether there is room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.limits import Full, SlotLimit, run_limits, skips, slots_of, with_limits
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRunName, Queue, RunKind, RunRequest
from blockwright.ports.queues import WaitingRun
from blockwright.ports.workspace import Workspace


def applied(workspace: Workspace, request: RunRequest, pipeline: PipelineSpec) -> RunRequest:
    """The request with every limit that its run will count against. A run that its maker drives itself has none, and
    that of a chart neither: somebody sits before it. Raises Invalid for a key whose template cannot be rendered."""
    if request.queue is Queue.OWN or request.kind is RunKind.CHART:
        return request
    limits = run_limits(
        pipeline,
        workspace.project,
        trigger=request.trigger,
        keys=_keys(workspace, request, pipeline),
        everywhere=workspace.options.run_limit,
    )
    settings = replace(
        request.settings,
        limits=with_limits(request.settings, limits),
        skip_at_limit=request.settings.skip_at_limit or pipeline.concurrency.on_limit == "skip",
    )
    return replace(request, settings=settings)


def admit(workspace: Workspace, run: WaitingRun) -> Full | None:
    """Let a waiting run through its limits, or say which is full: in its record, too. One that is not to wait is
    given the wish to be cancelled, with that reason, and then let through."""
    full = workspace.queues.admit(run.run, workspace.project.name, run.limits) if run.limits else None
    if full is None:
        return None
    if run.skip_at_limit and skips(full.key):
        workspace.runs.push(run.run, "cancel", {"reason": f"skipped: {full.sentence}"})
        return None
    sentence = f"It {full.sentence}."
    if run.reason != sentence:
        workspace.queues.note(run.run, sentence)
    return full


def _keys(workspace: Workspace, request: RunRequest, pipeline: PipelineSpec) -> dict[str, int]:
    variables: dict[str, Any] = {**pipeline.variables, **request.variables}
    keys = {}
    for text, limit in pipeline.concurrency.keys:
        where = f"{pipeline.path} (concurrency_config.keys)"
        keys[workspace.files.render(text, {**variables, "variables": variables}, where=where)] = limit
    return keys


@dataclass(slots=True)
class BlockSlots:
    """The slots in pools that a run's attempts take. ``taken`` are the block runs that hold some."""

    workspace: Workspace
    slots: dict[BlockId, tuple[SlotLimit, ...]]
    taken: set[BlockRunName] = field(default_factory=set)

    @classmethod
    def of(cls, workspace: Workspace, pipeline: PipelineSpec) -> BlockSlots:
        pools = workspace.project.pools
        found = {block.uuid: slots_of(pipeline.uuid, block, pools) for block in (*pipeline.blocks, *pipeline.callbacks)}
        return cls(workspace, {block: slots for block, slots in found.items() if slots})

    def start_anew(self, live: LiveRun) -> None:
        """Give back what a dead owner of the run had taken."""
        names = [row.name for row in live.rows.values() if row.block in self.slots]
        if names:
            self.workspace.queues.release(live.run.id, names)

    def reserve(self, live: LiveRun, name: BlockRunName) -> Full | None:
        """Take the slots of a block run that is ready, or say which pool is full."""
        slots = self.slots[live.rows[name].block]
        now = self.workspace.clock.now()
        full = self.workspace.queues.reserve(live.run.id, name, live.run.project, slots, now=now)
        if full is None:
            self.taken.add(name)
        return full

    def lend(self, live: LiveRun, name: BlockRunName) -> bool:
        """Give back what an attempt holds that waits for another run; returns whether there was any."""
        if name not in self.taken:
            return False
        self.workspace.queues.release(live.run.id, [name])
        self.taken.discard(name)
        return True

    def take_back(self, live: LiveRun, name: BlockRunName) -> bool:
        """Whether an attempt that has waited holds its slots again."""
        needs = live.rows[name].block in self.slots and name not in self.taken
        return not needs or self.reserve(live, name) is None

    def give_back(self, live: LiveRun) -> bool:
        """Give back what ended attempts held; returns whether there was any."""
        over = [name for name in self.taken if not live.rows[name].state.alive and name not in live.admitted]
        if over:
            self.workspace.queues.release(live.run.id, over)
            self.taken.difference_update(over)
        return bool(over)
