"""A run in the hands of its owner: the rows and the indexes that make each event cost what it touches, no more.

``LiveRun`` is the one mutable state of the core and is changed only by ``step`` (``ahead`` also by ``RunAhead``, which
decides what a session is given early). Its indexes follow from the rows, so that a run taken over from a dead owner is
rebuilt from the database alone.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.copies import changed
from blockwright.core.runs.expand import ChildPlan, Link, children_of, ordinary_links
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Role, Run, RunState
from blockwright.core.runs.rules import Tally
from blockwright.core.runs.shape import Node, RunShape


@dataclass(slots=True)
class LiveRun:
    """``run_limit`` bounds the run's own attempts alive at once (None: no bound).

    ``tallies`` count the upstreams of waiting rows, ``followers`` who counts a row, ``missing`` the upstreams that a
    group needs before it can be multiplied, ``children`` the names of a group's children in index order,
    ``open_children`` those that have not ended. ``ready`` and ``due`` are heaps whose entries may be stale.
    ``settled`` holds rows that ended in this step and whose followers have not heard of it. Blocks of ``pooled`` start
    only when they were let in (``admitted``); until then, once ready, they are ``held``. ``deadline``: when the run's
    own time is over.

    ``ahead`` are the attempts that a session was given before their turn, in the order in which it takes them: names of
    rows that still wait, with the number of the attempt. The session starts each by itself once those before it are
    over, or drops it when one that it follows did not complete; so do we.
    """

    run: Run
    shape: RunShape
    rows: dict[BlockRunName, BlockRun]
    run_limit: int | None = None
    deadline: datetime | None = None
    pooled: frozenset[BlockId] = frozenset()
    held: dict[BlockRunName, None] = field(default_factory=dict)
    admitted: set[BlockRunName] = field(default_factory=set)
    tallies: dict[BlockRunName, Tally] = field(default_factory=dict)
    followers: dict[BlockRunName, list[BlockRunName]] = field(default_factory=dict)
    expanders: dict[BlockRunName, list[BlockRunName]] = field(default_factory=dict)
    missing: dict[BlockRunName, int] = field(default_factory=dict)
    links: dict[BlockRunName, tuple[Link, ...]] = field(default_factory=dict)
    children: dict[BlockRunName, list[BlockRunName]] = field(default_factory=dict)
    open_children: dict[BlockRunName, int] = field(default_factory=dict)
    ready: list[tuple[int, int, int, BlockRunName]] = field(default_factory=list)
    due: list[tuple[datetime, BlockRunName]] = field(default_factory=list)
    settled: deque[BlockRunName] = field(default_factory=deque)
    ahead: dict[BlockRunName, int] = field(default_factory=dict)
    changed: dict[BlockRunName, None] = field(default_factory=dict)
    run_changed: bool = False
    alive: int = 0
    open: int = 0

    @classmethod
    def of(
        cls,
        run: Run,
        shape: RunShape,
        rows: Iterable[BlockRun],
        run_limit: int | None = None,
        pooled: Iterable[BlockId] = (),
    ) -> LiveRun:
        live = cls(
            run=run,
            shape=shape,
            rows={row.name: row for row in rows},
            run_limit=run_limit,
            pooled=frozenset(pooled),
        )
        live.rebuild()
        return live

    def node(self, name: BlockRunName) -> Node | None:
        """The form of a row's block; None for a callback."""
        return self.shape.nodes.get(self.rows[name].block)

    def put(self, row: BlockRun) -> None:
        """Replace or add a row and keep the counts true."""
        before = self.rows.get(row.name)
        was_alive = before is not None and before.state.alive and before.role is not Role.GROUP
        is_alive = row.state.alive and row.role is not Role.GROUP
        self.alive += is_alive - was_alive
        self.open += (not row.state.final) - (before is not None and not before.state.final)
        self.rows[row.name] = row
        self.changed[row.name] = None
        if row.state is BlockState.QUEUED:
            self._push_ready(row)
        elif row.state is BlockState.RETRY_WAIT and row.due is not None:
            heapq.heappush(self.due, (row.due, row.name))

    def set(self, name: BlockRunName, **fields: Any) -> BlockRun:
        row = changed(self.rows[name], **fields)
        self.put(row)
        return row

    def put_run(self, run: Run) -> None:
        self.run = run
        self.run_changed = True

    def next_due(self) -> datetime | None:
        """When time alone will change something."""
        row = self.next_row_due()
        if self.deadline is None or self.run.state is not RunState.RUNNING:
            return row
        return self.deadline if row is None else min(row, self.deadline)

    def next_row_due(self) -> datetime | None:
        """When time alone will make a row ready."""
        while self.due:
            when, name = self.due[0]
            row = self.rows[name]
            if row.state is BlockState.RETRY_WAIT and row.due == when:
                return when
            heapq.heappop(self.due)
        return None

    def next_ready(self) -> BlockRunName | None:
        """Take the next row that may start, of those that were not given ahead."""
        self._set_aside()
        return heapq.heappop(self.ready)[-1] if self.ready else None

    def next_given(self) -> BlockRunName | None:
        """Take the row that the session starts next. Those before it whose upstreams did not complete are dropped, as
        the session does."""
        while self.ahead:
            name = next(iter(self.ahead))
            del self.ahead[name]
            if self.rows[name].state is BlockState.QUEUED:
                return name
        return None

    def peek_ready(self) -> tuple[int, int, int, BlockRunName] | None:
        """The entry of the row that ``next_ready`` would take."""
        self._set_aside()
        return self.ready[0] if self.ready else None

    def withdraw(self, name: BlockRunName) -> None:
        """What was given ahead is not there any more: the row starts like any other when it may."""
        if self.ahead.pop(name, None) is not None and self.rows[name].state is BlockState.QUEUED:
            self._push_ready(self.rows[name])

    @property
    def can_start(self) -> bool:
        """Whether some row waits for nothing but a slot, and the run's own limit allows one more."""
        if self.run_limit is not None and self.alive >= self.run_limit:
            return False
        return self.peek_ready() is not None or any(self.rows[name].state is BlockState.QUEUED for name in self.ahead)

    def admit(self, name: BlockRunName) -> None:
        """Let a held row in: it starts as soon as there is a slot."""
        self.held.pop(name, None)
        if self.rows[name].state is BlockState.QUEUED:
            self.admitted.add(name)
            self._push_ready(self.rows[name])

    def _set_aside(self) -> None:
        """Take from the top of the heap what is no longer ready, and hold what must be let in first."""
        while self.ready:
            name = self.ready[0][-1]
            row = self.rows[name]
            if row.state is not BlockState.QUEUED:
                self.admitted.discard(name)
            elif name in self.ahead:
                pass  # its session starts it
            elif row.block in self.pooled and name not in self.admitted:
                self.held[name] = None
            else:
                return
            heapq.heappop(self.ready)

    def plan_children(self, group: BlockRunName) -> list[ChildPlan]:
        node = self.shape.nodes[self.rows[group].block]
        return children_of(
            node, self.shape.nodes, self.rows.__getitem__, lambda block: self.children.get(BlockRunName(block), ())
        )

    def rebuild(self) -> None:
        """Make every index anew from the rows."""
        for index in (self.tallies, self.followers, self.expanders, self.missing, self.links, self.children):
            index.clear()
        self.open_children.clear()
        self.ready.clear()
        self.due.clear()
        self.settled.clear()
        self.held.clear()
        self.ahead.clear()
        self.alive = sum(row.state.alive and row.role is not Role.GROUP for row in self.rows.values())
        self.open = sum(not row.state.final for row in self.rows.values())
        for node in self.shape.nodes.values():
            self._index_node(node)
        for row in self.rows.values():
            if row.state is BlockState.QUEUED:
                self._push_ready(row)
            elif row.state is BlockState.RETRY_WAIT and row.due is not None:
                heapq.heappush(self.due, (row.due, row.name))

    def adopt_children(self, group: BlockRunName, plans: Sequence[ChildPlan]) -> None:
        """Index a group's children; their rows must be there."""
        self.children[group] = [plan.name for plan in plans]
        self.open_children[group] = sum(not self.rows[plan.name].state.final for plan in plans)
        for plan in plans:
            extra = tuple(name for name in plan.waits_for if name in self.rows)
            self._follow(plan.name, plan.links, extra)

    def _index_node(self, node: Node) -> None:
        name = BlockRunName(node.block)
        row = self.rows[name]
        if not node.expanded or node.bound:
            self._follow(name, ordinary_links(node, self.shape.nodes), ())
            if node.expanded:
                self.children[name] = self._bound_children(name)
            return
        if row.items is not None:
            self.adopt_children(name, self.plan_children(name))
            return
        needs = [BlockRunName(up) for up in dict.fromkeys(node.upstream) if self.shape.nodes[up].multiplies]
        self.missing[name] = sum(not self.gives_items(up) for up in needs)
        for up in needs:
            self.expanders.setdefault(up, []).append(name)

    def _bound_children(self, group: BlockRunName) -> list[BlockRunName]:
        """The children of a result that stands in, in index order."""
        rows = [row for row in self.rows.values() if row.parent == group and row.role is Role.CHILD]
        return [row.name for row in sorted(rows, key=lambda row: row.index or 0)]

    def gives_items(self, name: BlockRunName) -> bool:
        """Whether an upstream that multiplies is settled far enough for the group behind it to be judged."""
        row = self.rows[name]
        node = self.shape.nodes[row.block]
        return row.state.final or (not node.dynamic and row.items is not None)

    def _follow(self, name: BlockRunName, links: Sequence[Link], extra: Sequence[BlockRunName]) -> None:
        self.links[name] = tuple(links)
        sources = dict.fromkeys([*(link.source for link in links), *extra])
        tally = self.tallies[name] = Tally(open=len(sources))
        for source in sources:
            state = self.rows[source].state
            if state.final:
                tally.count(state)
            else:
                self.followers.setdefault(source, []).append(name)

    def _push_ready(self, row: BlockRun) -> None:
        heapq.heappush(self.ready, self.order(row))

    def order(self, row: BlockRun) -> tuple[int, int, int, BlockRunName]:
        """By what rows that may start are put in order: priority, place in the pipeline, index."""
        node = self.shape.nodes.get(row.block)
        priority, position = (node.priority, node.position) if node else (0, len(self.shape.nodes))
        return -priority, position, row.index or 0, row.name


def initial_rows(shape: RunShape, bound: Iterable[BlockRun] = ()) -> list[BlockRun]:
    """The rows of a new run: one for each node, those of ``bound`` nodes as given (with their children)."""
    given: dict[BlockId, list[BlockRun]] = {}
    for row in bound:
        given.setdefault(row.block, []).append(row)
    rows: list[BlockRun] = []
    for node in shape.nodes.values():
        if node.block in given:
            rows.extend(given[node.block])
            continue
        rows.append(
            BlockRun(
                name=BlockRunName(node.block),
                block=node.block,
                role=Role.GROUP if node.expanded else Role.BLOCK,
                state=BlockState.SKIPPED if node.bound and not node.left_out else BlockState.WAITING,
            )
        )
    return rows
