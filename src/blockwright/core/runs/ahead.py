"""What a session may be given before its turn: attempts that are certain to start if those before them complete.

A session runs its attempts in the order in which they were given. So whatever is given early must be what ``step``
would start next, or at least may: a row that is queued, or one that waits only for attempts that the same session was
given before it. Everything that needs a decision first ends the giving: another trigger rule, an earlier result that
may stand in, dynamic children that are not known yet.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from blockwright.core.blocks import TriggerRule
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role

_RUNNING_ROLES = (Role.BLOCK, Role.CHILD)


@dataclass(slots=True)
class RunAhead:
    """``enabled`` is a heap of rows that wait for given attempts only; its entries may be stale."""

    live: LiveRun
    enabled: list[tuple[int, int, int, BlockRunName]] = field(default_factory=list)

    def given(self, name: BlockRunName) -> None:
        """The session has this attempt: what waits for it and for nothing unknown is enabled."""
        for follower in self.live.followers.get(name, ()):
            if self._waits_for_given_only(follower):
                heapq.heappush(self.enabled, self.live.order(self.live.rows[follower]))

    def give(self, certain: Callable[[BlockRun], bool]) -> BlockRunName | None:
        """Take the next row that may be given, and put it down as given; None when the next one is not ``certain`` to
        start, or there is none."""
        live, enabled = self.live, self.enabled
        while enabled and not self._waits_for_given_only(enabled[0][-1]):
            heapq.heappop(enabled)
        ready = live.peek_ready()
        if ready is None and not enabled:
            return None
        first = min(ready, enabled[0]) if ready is not None and enabled else ready or enabled[0]
        row = live.rows[first[-1]]
        if row.role not in _RUNNING_ROLES or row.block in live.pooled or not certain(row):
            return None
        heapq.heappop(live.ready if first is ready else enabled)
        live.ahead[row.name] = row.attempt + 1
        self.given(row.name)
        return row.name

    def _waits_for_given_only(self, name: BlockRunName) -> bool:
        live = self.live
        row, tally = live.rows[name], live.tallies[name]
        node = live.shape.nodes[row.block]
        if row.state is not BlockState.WAITING or row.role not in _RUNNING_ROLES or name in live.ahead:
            return False
        if node.rule is not TriggerRule.ALL_SUCCESS or node.left_out or tally.failed or tally.skipped:
            return False
        given = {link.source for link in live.links[name] if self._is_given(link.source)}
        return tally.open == len(given)

    def _is_given(self, name: BlockRunName) -> bool:
        if name in self.live.ahead:
            return True
        row = self.live.rows[name]
        return row.state is BlockState.RUNNING and row.role is not Role.GROUP
