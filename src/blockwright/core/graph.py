"""Directed graphs of blocks: order, cycles, ancestors. All walks are iterative, so depth is no limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=str)


def topological(upstream: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Every node after all of its upstreams, otherwise in the order given; nodes on or behind a cycle are left out.

    Upstreams that are no node themselves are ignored.
    """
    waiting = {node: len({name for name in names if name in upstream}) for node, names in upstream.items()}
    following = downstream(upstream)
    ready = deque(node for node, count in waiting.items() if count == 0)
    order: list[Node] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for follower in following[node]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    return order


def find_cycle(upstream: Mapping[Node, Sequence[Node]]) -> list[Node] | None:
    """One cycle as ``[a, b, …, a]`` in the direction of the data (each feeds the next), or None."""
    ordered = set(topological(upstream))
    left = [node for node in upstream if node not in ordered]
    if not left:
        return None
    # Every node that is left has an upstream that is left: walking up must meet a node twice.
    seen: dict[Node, int] = {}
    path: list[Node] = []
    node = left[0]
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = next(name for name in upstream[node] if name in upstream and name not in ordered)
    return [node, *reversed(path[seen[node] :])]


def downstream(upstream: Mapping[Node, Sequence[Node]]) -> dict[Node, list[Node]]:
    """The same edges read the other way: for each node those that name it as an upstream, each once."""
    following: dict[Node, list[Node]] = {node: [] for node in upstream}
    for node, names in upstream.items():
        for name in dict.fromkeys(names):
            if name in following:
                following[name].append(node)
    return following


def closure(edges: Mapping[Node, Sequence[Node]], start: Iterable[Node]) -> set[Node]:
    """``start`` and everything that can be reached from it along ``edges``."""
    found: set[Node] = set()
    todo = list(start)
    while todo:
        node = todo.pop()
        if node in found or node not in edges:
            continue
        found.add(node)
        todo.extend(edges[node])
    return found
