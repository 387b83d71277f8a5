"""How long a plan will take, by how long its blocks took before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from blockwright.core.blocks import BlockId
from blockwright.core.estimates import elapsed
from blockwright.core.plan import Action, PlanEntry
from blockwright.ports.workspace import Workspace

MOST_MEASURED = 200
"""Blocks whose earlier times are looked up; the others count as the middle one of them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """``seconds`` None: nothing of it was ever measured. ``unmeasured`` blocks count as the middle one of the rest."""

    seconds: float | None
    unmeasured: int


def of_plan(workspace: Workspace, pipeline: str, entries: Sequence[PlanEntry]) -> Estimate:
    """What is decided on the way counts as if it ran."""
    running = [BlockId(entry.block.partition(":")[0]) for entry in entries if entry.action is not Action.REUSE]
    known: dict[BlockId, float] = {}
    project, watch = workspace.project.name, workspace.oversight.watch
    for block in list(dict.fromkeys(running))[:MOST_MEASURED]:
        if seconds := watch.block_seconds(project, pipeline, block):
            known[block] = median(seconds)
    blocks = dict.fromkeys(running)
    unmeasured = len(blocks.keys() - known.keys())
    if not known:
        return Estimate(None if blocks else 0.0, unmeasured)
    usual = median(known.values())
    upstream = {block.uuid: block.upstream for block in workspace.files.pipeline(pipeline).blocks}
    wanted = {block: known.get(block, usual) for block in blocks}
    return Estimate(elapsed(wanted, upstream, workspace.options.slots), unmeasured)
