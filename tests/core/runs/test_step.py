from __future__ import annotations

import pytest

from blockwright.core.blocks import BlockId, BlockType, RetryPolicy, TriggerRule
from blockwright.core.errors import NotFound
from blockwright.core.runs.events import (
    AwaitedEnded,
    BlockAwaits,
    BlockCompleted,
    BlockReused,
    CancelAsked,
    RetryAsked,
    StartBlock,
)
from blockwright.core.runs.model import BlockRunName, BlockState, RunId, RunState, Selection
from tests.core.runs.world import World, block, later


def test_a_chain_runs_in_order_and_completes() -> None:
    world = World.of(block("a"), block("b", "a"), block("c", "b")).claim().run_out()
    assert world.started == ["a", "b", "c"]
    assert world.live.run.state is RunState.COMPLETED


def test_an_empty_run_completes_at_once() -> None:
    assert World.of().claim().live.run.state is RunState.COMPLETED


def test_a_failure_fails_the_run_and_what_follows_but_not_its_neighbours() -> None:
    world = World.of(block("a"), block("b", "a"), block("c"), outcome=lambda row: "fail" if row.name == "a" else "ok")
    world.claim().run_out()
    assert world.states() == {"a": "failed", "b": "upstream_failed", "c": "completed"}
    assert world.live.run.state is RunState.FAILED
    assert "`a` failed" in world.live.run.reason
    assert "`a` failed" in world.live.rows[BlockRunName("b")].reason


def test_a_false_condition_skips_what_follows_and_the_run_completes() -> None:
    world = World.of(block("a"), block("b", "a"), block("c"), outcome=lambda row: "skip" if row.name == "a" else "ok")
    assert world.claim().run_out().states() == {"a": "skipped", "b": "skipped", "c": "completed"}
    assert world.live.run.state is RunState.COMPLETED


def test_retries_wait_longer_each_time_and_then_fail() -> None:
    policy = RetryPolicy(retries=2, delay=5, max_delay=60)
    world = World.of(block("a", retry=policy), outcome=lambda row: "fail").claim()
    world.end_one()
    assert world.state("a") is BlockState.RETRY_WAIT
    assert world.live.next_due() == later(5)
    world.run_out()
    assert world.now == later(15)
    assert world.live.rows[BlockRunName("a")].attempt == 3
    assert world.live.run.state is RunState.FAILED


def test_the_waiting_budget_bounds_retries() -> None:
    policy = RetryPolicy(retries=10, delay=40, max_delay=60)
    world = World.of(block("a", retry=policy), outcome=lambda row: "fail").claim().run_out()
    assert world.now == later(60)
    assert world.live.rows[BlockRunName("a")].attempt == 3


def test_no_more_attempts_than_slots_or_the_runs_own_limit() -> None:
    world = World.of(*(block(name) for name in "abcdef"), slots=4, limit=3).claim()
    assert len(world.running) == 3
    world = World.of(*(block(name) for name in "abcdef"), slots=2, limit=3).claim()
    assert len(world.running) == 2


def test_higher_priority_starts_first() -> None:
    world = World.of(block("a"), block("b", priority=5), block("c", priority=1), slots=1).claim().run_out()
    assert world.started == ["b", "c", "a"]


def test_a_sensor_looks_again_without_holding_a_slot_or_counting_attempts() -> None:
    looks = iter(["look", "look", "ok"])
    sensor = block("s", type=BlockType.SENSOR, poll_interval=60)
    world = World.of(sensor, block("b", "s"), outcome=lambda row: next(looks) if row.name == "s" else "ok").claim()
    world.end_one()
    assert (world.state("s"), world.running) == (BlockState.RETRY_WAIT, [])
    world.run_out()
    assert world.now == later(120)
    assert world.live.rows[BlockRunName("s")].attempt == 1


def test_a_sensor_that_sees_nothing_in_its_time_fails() -> None:
    sensor = block("s", type=BlockType.SENSOR, timeout=100)
    world = World.of(sensor, outcome=lambda row: "look").claim().run_out()
    failure = world.live.rows[BlockRunName("s")].failure
    assert failure is not None
    assert failure.code == "timeout"


def test_an_event_of_an_earlier_attempt_changes_nothing() -> None:
    world = World.of(block("a", retry=RetryPolicy(retries=1)), outcome=lambda row: "fail").claim()
    world.end_one()
    world.send(BlockCompleted(BlockRunName("a"), 1))
    assert world.state("a") is BlockState.RETRY_WAIT


def test_a_finished_block_hears_no_second_result() -> None:
    world = World.of(block("a"), block("b", "a")).claim()
    world.end_one()
    before = world.states()
    world.send(BlockCompleted(BlockRunName("a"), 1))
    assert world.states() == before


def test_a_reused_result_counts_no_attempt() -> None:
    world = World.of(block("a"), block("b", "a")).claim()
    world.running.clear()
    world.send(BlockReused(BlockRunName("a"), 1, RunId(7), (), "same key"))
    row = world.live.rows[BlockRunName("a")]
    assert (row.state, row.reused, row.attempt, row.source_run) == (BlockState.COMPLETED, True, 0, 7)
    assert world.running == [StartBlock(BlockRunName("b"), 1)]


def test_a_block_that_awaits_another_run_holds_no_slot_and_starts_when_that_has_ended() -> None:
    world = World.of(block("a"), block("b"), slots=1).claim()
    world.running.clear()
    name = BlockRunName("a")
    world.send(BlockAwaits(name, 1, RunId(7), "run 7 makes it", later(600)))
    assert world.running == [StartBlock(BlockRunName("b"), 1)]
    row = world.live.rows[name]
    assert (row.state, row.attempt, row.reason, row.due) == (BlockState.RETRY_WAIT, 0, "run 7 makes it", later(600))
    world.send(AwaitedEnded(name))
    assert world.state("a") is BlockState.QUEUED
    world.end_one()
    assert world.running == [StartBlock(name, 1)]
    world.send(AwaitedEnded(name))  # heard again
    assert world.state("a") is BlockState.RUNNING


def test_cancel_ends_a_block_that_awaits_at_once() -> None:
    world = World.of(block("a")).claim()
    world.running.clear()
    world.send(BlockAwaits(BlockRunName("a"), 1, RunId(7), "run 7 makes it", later(600)))
    world.send(CancelAsked("no longer"))
    assert (world.state("a"), world.live.run.state) == (BlockState.CANCELLED, RunState.CANCELLED)


def test_cancel_ends_what_runs_and_confirms_before_it_is_done() -> None:
    world = World.of(block("a"), block("b", "a")).claim()
    world.send(CancelAsked("asked by hand"))
    assert world.steps[-2].run is not None
    assert world.steps[-2].run.state is RunState.CANCELLING
    assert world.live.run.state is RunState.CANCELLED
    assert world.states() == {"a": "cancelled", "b": "cancelled"}


def test_a_result_committed_before_the_end_reached_it_counts() -> None:
    world = World.of(block("a"), block("b", "a")).claim()
    world.live.set(BlockRunName("a"), state=BlockState.CANCELLING)
    world.send(BlockCompleted(BlockRunName("a"), 1))
    assert world.state("a") is BlockState.COMPLETED


def test_a_block_that_loses_its_worker_runs_again_but_not_for_ever() -> None:
    world = World.of(block("a"), outcome=lambda row: "lost").claim().run_out()
    failure = world.live.rows[BlockRunName("a")].failure
    assert world.live.rows[BlockRunName("a")].attempt == 3
    assert failure is not None
    assert failure.code == "worker_lost"


@pytest.mark.parametrize(
    ("rule", "a", "b", "expected"),
    [
        (TriggerRule.ALL_SUCCESS, "ok", "fail", "upstream_failed"),
        (TriggerRule.ALL_SUCCESS, "ok", "skip", "skipped"),
        (TriggerRule.ALL_DONE, "fail", "skip", "completed"),
        (TriggerRule.ALL_FAILED, "fail", "fail", "completed"),
        (TriggerRule.ALL_FAILED, "fail", "ok", "skipped"),
        (TriggerRule.ONE_SUCCESS, "fail", "ok", "completed"),
        (TriggerRule.ONE_SUCCESS, "fail", "skip", "upstream_failed"),
        (TriggerRule.ONE_SUCCESS, "skip", "skip", "skipped"),
        (TriggerRule.ONE_FAILED, "fail", "ok", "completed"),
        (TriggerRule.ONE_FAILED, "ok", "ok", "skipped"),
        (TriggerRule.NONE_FAILED, "ok", "skip", "completed"),
        (TriggerRule.NONE_FAILED, "fail", "ok", "upstream_failed"),
        (TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS, "skip", "skip", "skipped"),
        (TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS, "skip", "ok", "completed"),
    ],
)
def test_trigger_rules(rule: TriggerRule, a: str, b: str, expected: str) -> None:
    outcomes = {"a": a, "b": b, "join": "ok"}
    world = World.of(
        block("a"), block("b"), block("join", "a", "b", trigger_rule=rule), outcome=lambda row: outcomes[row.name]
    )
    assert world.claim().run_out().states()["join"] == expected


def test_retry_runs_what_failed_and_keeps_what_finished() -> None:
    outcomes = {"a": "ok", "b": "fail", "c": "ok"}
    world = World.of(block("a"), block("b", "a"), block("c", "b"), outcome=lambda row: outcomes[row.name])
    world.claim().run_out()
    outcomes["b"] = "ok"
    world.send(RetryAsked())
    world.run_out()
    assert world.started == ["a", "b", "b", "c"]
    assert world.live.run.state is RunState.COMPLETED
    assert world.live.rows[BlockRunName("b")].round == 1


def test_retry_from_a_block_runs_it_and_all_behind_it() -> None:
    world = World.of(block("a"), block("b", "a"), block("c", "b"), block("d")).claim().run_out()
    world.send(RetryAsked((BlockId("b"),)))
    world.run_out()
    assert world.started[4:] == ["b", "c"]


def test_a_selected_block_alone_takes_its_upstream_as_given() -> None:
    world = World.of(block("a"), block("b", "a"), block("c", "b"), selection=Selection((BlockId("b"),)))
    assert list(world.live.shape.nodes) == ["a", "b"]
    assert world.live.shape.nodes[BlockId("a")].bound


def test_a_selected_block_with_upstream_brings_all_it_needs() -> None:
    world = World.of(block("a"), block("b", "a"), block("c", "b"), selection=Selection((BlockId("b"),), upstream=True))
    assert world.claim().run_out().started == ["a", "b"]


def test_selecting_an_unknown_block_names_it() -> None:
    with pytest.raises(NotFound, match="no block `x`"):
        World.of(block("a"), selection=Selection((BlockId("x"),)))


def test_callbacks_run_for_the_statuses_they_handle_and_never_fail_the_run() -> None:
    callback = block("cb", "a", type=BlockType.CALLBACK)
    statuses = {BlockId("cb"): frozenset({"success", "failure"})}
    world = World.of(
        block("a"),
        callbacks=(callback,),
        statuses=statuses,
        outcome=lambda row: "fail" if row.name == "cb@a" else "ok",
    )
    world.claim().run_out()
    assert world.states() == {"a": "completed", "cb@a": "failed"}
    assert world.live.run.state is RunState.COMPLETED


def test_a_cancelled_callback_runs_before_the_run_is_cancelled() -> None:
    callback = block("cb", "a", type=BlockType.CALLBACK)
    world = World.of(block("a"), callbacks=(callback,), statuses={BlockId("cb"): frozenset({"cancelled"})}).claim()
    world.send(CancelAsked("by hand"))
    assert world.live.run.state is RunState.CANCELLING
    assert world.run_out().live.run.state is RunState.CANCELLED
