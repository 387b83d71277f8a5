"""What is given ahead, and that engine and session, who decide apart, never disagree about what starts next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.blocks import BlockSpec, RetryPolicy, TriggerRule
from blockwright.core.runs.ahead import RunAhead
from blockwright.core.runs.events import BlockGone, CancelAsked, EndBlock, StartBlock, TimePassed
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, RunState
from blockwright.core.runs.step import step
from tests.core.runs.world import World, block

DEPTH = 4


@dataclass
class Session:
    """Runs what it was given in that order; drops what follows an attempt that did not complete."""

    line: deque[tuple[StartBlock, set[str]]] = field(default_factory=deque)
    completed: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)

    def begin(self) -> StartBlock | None:
        while self.line:
            command, after = self.line.popleft()
            if after <= self.completed:
                self.ran.append(command.name)
                return command
        return None


@dataclass
class Pair:
    """A world whose attempts run in a session, which may be ahead of it by what stands in ``unheard``."""

    world: World
    session: Session = field(default_factory=Session)
    unheard: deque[StartBlock] = field(default_factory=deque)
    certain: Any = lambda row: True

    def __post_init__(self) -> None:
        self.ahead = RunAhead(self.world.live)
        self.world.claim()
        self.follow()

    def follow(self) -> None:
        live = self.world.live
        for command in self.world.running:
            if not command.given:
                self.session.line.append((command, set()))
                self.ahead.given(command.name)
        self.world.running.clear()
        while len(live.ahead) < DEPTH and (name := self.ahead.give(self.certain)) is not None:
            after = {link.source for link in live.links[name] if not live.rows[link.source].state.final}
            self.session.line.append((StartBlock(name, live.ahead[name]), set(after)))

    def run(self) -> None:
        """The session begins the next attempt and ends it."""
        command = self.session.begin()
        if command is not None:
            row = self.world.live.rows[command.name]
            if self.world.outcome(row) == "ok":
                self.session.completed.add(command.name)
            self.unheard.append(command)

    def hear(self) -> None:
        self.world.send(self.world.event_for(self.unheard.popleft()))
        self.follow()

    def run_out(self, ahead: list[int]) -> None:
        for number in range(10_000):
            if self.world.live.run.state.final:
                return
            for _ in range(1 + ahead[number % len(ahead)]):
                self.run()
            if self.unheard:
                self.hear()
            else:
                due = self.world.live.next_due()
                assert due is not None, f"stuck: {self.world.states()}"
                self.world.now = due
                self.world.send(TimePassed())
                self.follow()


def world(*blocks: BlockSpec, **given: Any) -> World:
    return World.of(*blocks, limit=1, slots=10_000, **given)


def given_ahead(pair: Pair) -> list[str]:
    return list(pair.world.live.ahead)


def test_a_chain_is_given_ahead_up_to_the_depth() -> None:
    pair = Pair(world(block("a"), *(block(f"b{n}", f"b{n - 1}" if n else "a") for n in range(9))))
    assert given_ahead(pair) == ["b0", "b1", "b2", "b3"]
    assert set(pair.world.states().values()) == {"running", "waiting"}


@pytest.mark.parametrize(
    ("blocks", "given"),
    [
        ((block("a"), block("b", "a"), block("c", "a", "b")), ["b", "c"]),
        ((block("a"), block("b"), block("c", priority=3)), ["a", "b"]),  # c runs
        ((block("a"), block("b", "a", trigger_rule=TriggerRule.ALL_DONE), block("c", "b")), []),
        ((block("a", dynamic=True), block("b", "a"), block("c")), ["c"]),
    ],
)
def test_only_what_is_certain_to_start_is_given(blocks: tuple[BlockSpec, ...], given: list[str]) -> None:
    assert given_ahead(Pair(world(*blocks))) == given


def test_what_an_earlier_result_may_stand_in_for_ends_the_giving() -> None:
    def certain(row: BlockRun) -> bool:
        return row.name != "c"

    pair = Pair(world(block("a"), block("b", "a"), block("c", "b"), block("d", "c")), certain=certain)
    assert given_ahead(pair) == ["b"]


def test_cancel_waits_for_what_was_given_ahead_since_it_may_have_begun() -> None:
    pair = Pair(world(block("a"), block("b", "a"), block("c", "b"), block("d", "c", trigger_rule=TriggerRule.ALL_DONE)))
    pair.run()
    pair.run()  # b has committed, and the engine has not even heard of a
    heard = [pair.world.event_for(command) for command in pair.unheard]
    result = step(pair.world.live, CancelAsked("enough"), pair.world.now, 0)
    ends = [(command.name, command.attempt) for command in result.commands if isinstance(command, EndBlock)]
    assert ends == [("a", 1), ("b", 1), ("c", 1)]
    for event in (*heard, BlockGone(BlockRunName("c"), 1, begun=False)):
        pair.world.send(event)
    assert pair.world.states() == {"a": "completed", "b": "completed", "c": "cancelled", "d": "cancelled"}
    assert [row.attempt for row in pair.world.live.rows.values()] == [1, 1, 0, 0]


@given(st.data())
def test_engine_and_session_agree_however_far_it_is_ahead(data: st.DataObject) -> None:
    """Every block ends as it would without a session, and each attempt that counts ran once."""
    count = data.draw(st.integers(1, 12))
    blocks, outcomes = [], {}
    for number in range(count):
        upstream = data.draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else []
        rule = data.draw(st.sampled_from([TriggerRule.ALL_SUCCESS] * 4 + [TriggerRule.ALL_DONE]))
        retry = RetryPolicy(retries=data.draw(st.integers(0, 1)), delay=data.draw(st.integers(0, 1)))
        priority = data.draw(st.integers(0, 2))
        names = (f"b{each}" for each in upstream)
        blocks.append(block(f"b{number}", *names, trigger_rule=rule, retry=retry, priority=priority))
        outcomes[f"b{number}"] = data.draw(st.sampled_from(["ok"] * 6 + ["fail", "skip"]))
    plain = world(*blocks, outcome=lambda row: outcomes[row.name]).claim().run_out()
    pair = Pair(world(*blocks, outcome=lambda row: outcomes[row.name]))
    pair.run_out(data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=8)))
    assert pair.world.states() == plain.states()
    attempts = {name: row.attempt for name, row in pair.world.live.rows.items()}
    assert {name: pair.session.ran.count(name) for name in attempts} == attempts
    assert pair.world.live.run.state in (RunState.COMPLETED, RunState.FAILED)
    assert BlockState.RUNNING not in {row.state for row in pair.world.live.rows.values()}
