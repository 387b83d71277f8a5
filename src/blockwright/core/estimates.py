"""How long blocks will take together, judged by how long each took before."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from blockwright.core.blocks import BlockId
from blockwright.core.graph import downstream


def elapsed(seconds: Mapping[BlockId, float], upstream: Mapping[BlockId, Sequence[BlockId]], slots: int) -> float:
    """The seconds until all blocks have ended, when ``slots`` of them run at once and each starts as soon as what feeds
    it has ended. Only blocks in ``seconds`` run; others are there already."""
    edges = {block: [name for name in upstream.get(block, ()) if name in seconds] for block in seconds}
    following, waiting = downstream(edges), {block: len(set(names)) for block, names in edges.items()}
    ready = [block for block, count in waiting.items() if count == 0]
    running: list[tuple[float, BlockId]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < max(1, slots):
            block = ready.pop(0)
            heapq.heappush(running, (now + seconds[block], block))
        now, ended = heapq.heappop(running)
        for follower in following[ended]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    return now
