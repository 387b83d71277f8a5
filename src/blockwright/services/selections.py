"""Which blocks somebody means who presses ▶: the named ones, and what has to run before or behind them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.graph import closure, downstream
from blockwright.core.runs.model import Selection
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness


class Scope(StrEnum):
    ONLY = "only"  # the named blocks, on the newest results of what feeds them
    STALE_UPSTREAM = "stale_upstream"  # and what feeds them, as far as it is stale or never ran
    UPSTREAM = "upstream"  # and everything that feeds them
    DOWNSTREAM = "downstream"  # and everything behind them, and what is stale of what feeds that
    STALE = "stale"  # everything that is stale or never ran; of the named blocks, or of the whole pipeline


def resolve(workspace: Workspace, pipeline: str, blocks: Sequence[str], scope: Scope) -> Selection:
    """The selection of a run. Raises NotFound for a block that is not there, Conflict (code ``nothing_stale``) when
    everything is fresh."""
    named = tuple(BlockId(name) for name in dict.fromkeys(blocks))
    if scope is Scope.ONLY or scope is Scope.UPSTREAM:
        return Selection(named, scope is Scope.UPSTREAM)
    if scope is not Scope.STALE and not named:
        return Selection()
    spec = workspace.files.pipeline(pipeline)
    upstream = {block.uuid: block.upstream for block in spec.blocks if block.type.runs}
    for name in named:
        if name not in upstream:
            raise NotFound(
                f"Pipeline `{pipeline}` has no block `{name}` that runs.",
                hint=f"`blockwright blocks {pipeline}` lists its blocks.",
                code="block_not_found",
            )
    standings, _ = freshness.standings(workspace, spec, freshness.newest_results(workspace, spec))
    stale = {name for name in upstream if not standings[name].counts}
    if scope is Scope.STALE:
        chosen = stale & closure(upstream, named or upstream)
        if not chosen:
            raise Conflict("Everything is fresh: there is nothing to run.", code="nothing_stale")
    else:
        wanted = closure(downstream(upstream), named) if scope is Scope.DOWNSTREAM else set(named)
        chosen = wanted | (stale & closure(upstream, wanted))
    return Selection(tuple(name for name in upstream if name in chosen))
