"""Whatever happens in whatever order, the promises of a run hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.blocks import BlockSpec, RetryPolicy, TriggerRule
from blockwright.core.runs.events import CancelAsked, RetryAsked, StartBlock
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRun, BlockState, Role, RunState
from tests.core.runs.world import World, block, random_choice
from tests.properties import examples

OUTCOMES = ("ok", "ok", "ok", "fail", "skip", "lost")


@st.composite
def pipelines(draw: st.DrawFn) -> list[BlockSpec]:
    blocks: list[BlockSpec] = []
    for place in range(draw(st.integers(1, 7))):
        upstream = draw(st.lists(st.sampled_from([b.uuid for b in blocks]), max_size=3, unique=True)) if blocks else []
        blocks.append(
            block(
                f"b{place}",
                *upstream,
                dynamic=draw(st.sampled_from([False, False, True])),
                reduce_output=draw(st.booleans()),
                trigger_rule=draw(st.sampled_from([TriggerRule.ALL_SUCCESS, *TriggerRule])),
                retry=RetryPolicy(retries=draw(st.integers(0, 1)), delay=1),
            )
        )
    return blocks


def world_of(blocks: list[BlockSpec], seed: int) -> World:
    outcome_of: dict[tuple[str, int], str] = {}
    pick = random_choice(seed)

    def outcome(row: BlockRun) -> str:
        return outcome_of.setdefault((row.name, row.attempt), OUTCOMES[pick(len(OUTCOMES))])

    items: dict[str, Any] = {b.uuid: {"count": pick(3)} for b in blocks if b.dynamic}
    return World.of(*blocks, outcome=outcome, items=items, slots=1 + pick(3))


def check(world: World) -> None:
    live = world.live
    alive = [row for row in live.rows.values() if row.state.alive and row.role is not Role.GROUP]
    assert live.alive == len(alive) == len(world.running) <= world.slots
    assert live.open == sum(not row.state.final for row in live.rows.values())
    assert live.run.state.final == (live.open == 0) or live.run.state is RunState.QUEUED
    for row in live.rows.values():
        if row.state is BlockState.COMPLETED and row.role is not Role.GROUP:
            assert row.outputs


def check_starts_follow_upstreams(world: World) -> None:
    for command in world.steps[-1].commands:
        if isinstance(command, StartBlock):
            for link in world.live.links.get(command.name, ()):
                node = world.live.shape.nodes[world.live.rows[command.name].block]
                if node.rule is TriggerRule.ALL_SUCCESS:
                    assert world.live.rows[link.source].state is BlockState.COMPLETED


@given(pipelines(), st.integers(0, 2**32), st.integers(0, 30))
@examples(150)
def test_every_run_ends_and_nothing_finished_runs_again(blocks: list[BlockSpec], seed: int, crash_after: int) -> None:
    world = world_of(blocks, seed).claim()
    pick = random_choice(seed + 1)
    finished: set[str] = set()
    for turn in range(2_000):
        check(world)
        check_starts_follow_upstreams(world)
        assert not finished & {command.name for command in world.running}
        finished = {name for name, row in world.live.rows.items() if row.state is BlockState.COMPLETED}
        if world.live.run.state.final:
            break
        if turn == crash_after:
            world.restart()
        elif world.running:
            world.end_one(pick(len(world.running)))
        else:
            world.run_out(pick, limit=100_000)
    assert world.live.run.state.final


@given(pipelines(), st.integers(0, 2**32), st.integers(0, 12))
@examples(100)
def test_a_run_can_be_cancelled_at_any_moment_and_retried_to_the_end(
    blocks: list[BlockSpec], seed: int, moment: int
) -> None:
    world = world_of(blocks, seed).claim()
    for _ in range(moment):
        if world.running:
            world.end_one()
    was_final = world.live.run.state.final
    world.send(CancelAsked("by hand"))
    check(world)
    assert was_final or world.live.run.state is RunState.CANCELLED
    world.outcome = lambda row: "ok"
    world.send(RetryAsked())
    world.run_out()
    check(world)


@given(pipelines(), st.integers(0, 2**32), st.integers(0, 12))
@examples(100)
def test_a_run_rebuilt_from_its_rows_is_the_same_run(blocks: list[BlockSpec], seed: int, moment: int) -> None:
    world = world_of(blocks, seed).claim()
    for _ in range(moment):
        if world.running:
            world.end_one()
    live = world.live
    again = LiveRun.of(live.run, live.shape, list(live.rows.values()), live.run_limit)
    assert again.alive == live.alive
    assert again.open == live.open
    waiting = [
        name for name, row in live.rows.items() if row.state is BlockState.WAITING and row.role is not Role.GROUP
    ]
    assert {name: again.tallies[name] for name in waiting} == {name: live.tallies[name] for name in waiting}
    assert again.children == live.children
    assert again.links == live.links
