"""Limits as data: how many runs, and how many attempts of which weight, may be at work at once.

Runs are counted by keys, of which a run has several; attempts by pools, of which a block may use several. What is
counted lives in the database; here is only what counts against what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blockwright.core.blocks import BlockSpec
from blockwright.core.pipelines import PipelineSpec, ProjectSpec
from blockwright.core.runs.model import RunLimit, RunSettings

EVERYWHERE = "installation"
"""The key that is counted over all projects."""
PROJECT = "project"


@dataclass(frozen=True, slots=True)
class SlotLimit:
    """An attempt takes ``weight`` of the ``size`` slots of ``pool``."""

    pool: str
    size: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Full:
    """A limit has no room: ``taken`` of ``allowed``, by these runs (the first few)."""

    key: str
    allowed: int
    taken: int
    runs: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """What is waited for, for people."""
        who = ", ".join(str(run) for run in self.runs)
        by = f" by run{'s' if len(self.runs) > 1 else ''} {who}" if who else ""
        return f"waits for {_name(self.key)}: {self.taken} of {self.allowed} taken{by}"


def run_limits(
    pipeline: PipelineSpec,
    project: ProjectSpec,
    *,
    trigger: int | None,
    keys: Mapping[str, int],
    everywhere: int | None = None,
) -> tuple[RunLimit, ...]:
    """Every limit that a run of this pipeline counts against. ``keys`` are the pipeline's own keys as they read for
    this run, ``everywhere`` the limit of the whole installation."""
    found: dict[str, int | None] = {
        EVERYWHERE: everywhere,
        PROJECT: project.run_limit,
        f"pipeline:{pipeline.uuid}": pipeline.concurrency.pipeline_runs_all_triggers,
    }
    if trigger is not None:
        found[f"trigger:{trigger}"] = pipeline.concurrency.pipeline_runs
    found |= {f"key:{key}": limit for key, limit in keys.items()}
    return tuple(RunLimit(key, limit) for key, limit in found.items() if limit is not None)


def with_limits(settings: RunSettings, limits: Sequence[RunLimit]) -> tuple[RunLimit, ...]:
    """The limits of a run: those that it was asked for with go before the pipeline's of the same key."""
    return tuple({limit.key: limit for limit in (*limits, *settings.limits)}.values())


def skips(limit: str) -> bool:
    """Whether a run may be skipped for this limit; for those of a project or installation it always waits."""
    return limit not in (EVERYWHERE, PROJECT)


def slots_of(pipeline: str, block: BlockSpec, pools: Mapping[str, int]) -> tuple[SlotLimit, ...]:
    """The slots that an attempt of the block takes. A block heavier than its pool takes the whole pool; a pool that
    the project does not size has one slot."""
    found = []
    if block.concurrency is not None:
        found.append(SlotLimit(f"block:{pipeline}/{block.uuid}", block.concurrency))
    for pool, weight in block.pools.items():
        size = pools.get(pool, 1)
        found.append(SlotLimit(f"pool:{pool}", size, min(weight, size)))
    return tuple(found)


def _name(key: str) -> str:
    kind, _, name = key.partition(":")
    match kind:
        case "installation":
            return "the limit on runs of this installation"
        case "project":
            return "the limit on runs of the project"
        case "pipeline":
            return f"the limit on runs of pipeline `{name}`"
        case "trigger":
            return f"the limit on runs of trigger {name}"
        case "block":
            return f"the limit on block `{name.partition('/')[2]}`"
        case "pool":
            return f"pool `{name}`"
        case _:
            return f"the limit on `{name or key}`"
