"""Runs that end before all their blocks have: by their own time, or because no block may fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockwright.core.blocks import BlockSpec, BlockType, RetryPolicy
from blockwright.core.runs.events import BlockHeld, CancelAsked, RetryAsked, TimePassed
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, RunSettings, RunState
from blockwright.core.runs.step import step
from tests.core.runs.test_properties import check, pipelines, world_of
from tests.core.runs.world import World, block, later

STRICT = RunSettings(allow_blocks_to_fail=False)


def with_settings(world: World, given: RunSettings) -> World:
    world.live.run = replace(world.live.run, settings=given)
    return world


def fails(*names: str) -> Callable[[BlockRun], str]:
    return lambda row: "fail" if row.name in names else "ok"


def test_the_first_failure_ends_the_rest_where_no_block_may_fail() -> None:
    world = World.of(block("a"), block("b"), block("c"), block("d", "b"), outcome=fails("a"), slots=2)
    with_settings(world, STRICT).claim().end_one()
    assert world.states() == {"a": "failed", "b": "cancelled", "c": "cancelled", "d": "cancelled"}
    assert world.live.run.state is RunState.FAILED
    assert "`a` failed" in world.live.run.reason
    assert "`a` failed" in world.live.rows[BlockRunName("d")].reason


def test_a_failure_that_will_be_retried_ends_nothing() -> None:
    retried = block("a", retry=RetryPolicy(retries=1, delay=1))
    world = World.of(retried, block("b"), outcome=lambda row: "fail" if row.name == "a" and row.attempt == 1 else "ok")
    with_settings(world, STRICT).claim().run_out()
    assert world.live.run.state is RunState.COMPLETED


def test_the_failure_callback_of_the_block_that_failed_still_runs() -> None:
    callback = block("tell", "a", type=BlockType.CALLBACK)
    world = World.of(
        block("a"),
        block("b"),
        outcome=fails("a"),
        callbacks=(callback,),
        statuses={callback.uuid: frozenset({"failure"})},
    )
    with_settings(world, STRICT).claim().run_out()
    assert world.states()["tell@a"] == "completed"
    assert world.live.run.state is RunState.FAILED


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_that_takes_too_long_ends_as_it_was_told(status: str) -> None:
    world = World.of(block("a"), block("b", "a"), slots=1)
    with_settings(world, RunSettings(timeout=60, timeout_status=status)).claim()
    assert world.live.next_due() == later(60)
    world.now = later(60)
    world.send(TimePassed())
    assert world.states() == {"a": "cancelled", "b": "cancelled"}
    assert str(world.live.run.state) == status
    assert "60 s" in world.live.run.reason


def test_an_owner_who_takes_over_in_the_middle_of_ending_ends_it_the_same_way() -> None:
    world = with_settings(World.of(block("a"), block("b")), RunSettings(timeout=60)).claim()
    result = step(world.live, TimePassed(), later(60), 0)  # the owner dies before the processes are confirmed gone
    assert result.run is not None
    assert result.run.state is RunState.CANCELLING
    world.restart()
    assert world.live.run.state is RunState.FAILED


def test_a_retried_run_has_its_time_anew() -> None:
    world = with_settings(World.of(block("a")), RunSettings(timeout=60)).claim()
    world.now = later(60)
    world.send(TimePassed())
    world.now = later(100)
    world.send(RetryAsked())
    assert world.live.next_due() == later(160)
    assert world.run_out().live.run.state is RunState.COMPLETED


def test_a_person_who_cancels_before_the_time_is_over_has_cancelled() -> None:
    world = with_settings(World.of(block("a")), RunSettings(timeout=60)).claim()
    world.send(CancelAsked("by hand"))
    assert world.live.run.state is RunState.CANCELLED


def test_a_block_of_a_pool_starts_only_when_it_was_let_in_and_its_neighbours_do_not_wait_for_it() -> None:
    world = World.of(block("a", priority=9, pools={"db": 1}), block("b"), block("c", "b"), slots=1)
    world.live.pooled = frozenset({world.live.rows[BlockRunName("a")].block})
    world.claim()
    assert world.started == ["b"]
    assert list(world.live.held) == ["a"]
    world.send(BlockHeld(BlockRunName("a"), "It waits for pool `db`."))
    assert world.live.rows[BlockRunName("a")].reason == "It waits for pool `db`."
    world.end_one()
    assert world.started == ["b", "c"]
    world.end_one()
    world.live.admit(BlockRunName("a"))
    world.send(TimePassed())
    assert world.started == ["b", "c", "a"]
    assert world.live.rows[BlockRunName("a")].reason == ""
    assert world.run_out().live.run.state is RunState.COMPLETED


@given(pipelines(), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_a_strict_run_ends_and_fails_exactly_when_a_block_failed(blocks: list[BlockSpec], seed: int) -> None:
    world = with_settings(world_of(blocks, seed), STRICT).claim()
    while not world.live.run.state.final:
        check(world)
        if world.running:
            world.end_one()
        else:
            world.run_out(limit=100_000)
    failed = any(row.state is BlockState.FAILED for row in world.live.rows.values())
    assert (world.live.run.state is RunState.FAILED) == (failed or _blocked(world))


def _blocked(world: World) -> bool:
    return any(row.state is BlockState.UPSTREAM_FAILED for row in world.live.rows.values())
