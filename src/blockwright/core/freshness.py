"""Whether the newest result of each block is what the block would give now, and if not, why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from blockwright.core.blocks import BlockId
from blockwright.core.graph import topological


class Freshness(StrEnum):
    FRESH = "fresh"  # running it again would do the same work on the same inputs
    STALE = "stale"  # something that its result depends on is no longer as it was
    NEVER_RUN = "never_run"  # it has no result
    REUSED = "reused"  # fresh, and its newest result is an earlier run's, which stood in
    PINNED = (
        "pinned"  # a result that somebody chose stands in, whatever has changed: one restored, or of a run looked at
    )
    NONE = "none"  # a block of this type has no result


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one block by itself. ``differs`` are clauses about what changed since its newest result."""

    upstream: tuple[BlockId, ...] = ()
    runs: bool = True
    has_result: bool = False
    differs: tuple[str, ...] = ()
    reused: bool = False
    pinned: bool = False
    why_pinned: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """``reasons`` are clauses for people, empty for what is fresh."""

    freshness: Freshness
    reasons: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether others may build on the result."""
        return self.freshness not in (Freshness.STALE, Freshness.NEVER_RUN)


def judge(evidence: Mapping[BlockId, Evidence]) -> Mapping[BlockId, Standing]:
    """The standing of every block. What is behind a stale block is stale as well: its input is about to change."""
    standings: dict[BlockId, Standing] = {}
    order = topological({block: one.upstream for block, one in evidence.items()})
    left = [block for block in evidence if block not in set(order)]  # on a circle, which the project's check reports
    for block in (*order, *left):
        standings[block] = _standing(evidence[block], standings)
    return standings


def _standing(own: Evidence, known: Mapping[BlockId, Standing]) -> Standing:
    if not own.runs:
        return Standing(Freshness.NONE)
    if own.pinned:
        return Standing(Freshness.PINNED, (own.why_pinned,) if own.why_pinned else ())
    if not own.has_result:
        return Standing(Freshness.NEVER_RUN, ("it has no result yet",))
    reasons = (*own.differs, *_of_inputs(own.upstream, known))
    if reasons:
        return Standing(Freshness.STALE, reasons)
    return Standing(Freshness.REUSED if own.reused else Freshness.FRESH)


def _of_inputs(upstream: Sequence[BlockId], known: Mapping[BlockId, Standing]) -> list[str]:
    found = []
    for name in upstream:
        standing = known.get(name)
        if standing is not None and not standing.counts:
            what = "has no result" if standing.freshness is Freshness.NEVER_RUN else "is stale"
            found.append(f"its input `{name}` {what}")
    return found
