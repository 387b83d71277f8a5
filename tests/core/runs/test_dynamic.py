from __future__ import annotations

from typing import Any

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.runs.events import RetryAsked
from blockwright.core.runs.model import BlockRunName, RunState
from tests.core.runs.world import World, block

THREE: dict[str, Any] = {"count": 3}


def links(world: World, name: str) -> list[tuple[str, int | None, bool]]:
    return [(link.source, link.item, link.gathered) for link in world.live.links[BlockRunName(name)]]


def test_one_child_for_each_item_and_a_reduction_behind_them() -> None:
    world = World.of(
        block("load", dynamic=True),
        block("work", "load", reduce_output=True),
        block("sum", "work"),
        items={"load": THREE},
    )
    assert world.claim().run_out().started == ["load", "work:0", "work:1", "work:2", "sum"]
    assert world.state("work").value == "completed"
    assert links(world, "work:1") == [("load", 1, False)]
    assert links(world, "sum") == [("work", None, True)]
    assert world.live.run.state is RunState.COMPLETED


def test_children_take_the_names_that_the_metadata_gives() -> None:
    items = {"load": {"count": 3, "names": ["north", None, "north"]}}
    world = World.of(block("load", dynamic=True), block("work", "load"), items=items).claim().run_out()
    assert world.started[1:] == ["work:north", "work:1", "work:north:2"]


def test_children_of_children_follow_one_to_one_by_index() -> None:
    items = {"load": {"count": 2, "names": ["a", "b"]}}
    world = World.of(block("load", dynamic=True), block("work", "load"), block("next", "work"), items=items, slots=1)
    world.claim().run_out()
    assert set(world.started[1:]) == {"work:a", "work:b", "next:0", "next:1"}
    assert links(world, "next:1") == [("work:b", None, False)]


def test_a_grandchild_starts_when_its_own_parent_is_done() -> None:
    world = World.of(block("load", dynamic=True), block("work", "load"), block("next", "work"), items={"load": THREE})
    world.claim()
    world.end_one()  # load
    world.end_one()  # work:0
    assert "next:0" in {command.name for command in world.running}


def test_several_dynamic_upstreams_multiply_with_the_last_varying_fastest() -> None:
    world = World.of(
        block("a", dynamic=True),
        block("b", dynamic=True),
        block("work", "a", "b"),
        items={"a": {"count": 2}, "b": THREE},
    )
    world.claim().run_out()
    assert [links(world, f"work:{index}") for index in (0, 1, 3)] == [
        [("a", 0, False), ("b", 0, False)],
        [("a", 0, False), ("b", 1, False)],
        [("a", 1, False), ("b", 0, False)],
    ]


def test_a_dynamic_child_that_is_dynamic_itself_multiplies() -> None:
    items = {"load": {"count": 2}, "mid": {"count": 2}}
    world = World.of(block("load", dynamic=True), block("mid", "load", dynamic=True), block("leaf", "mid"), items=items)
    world.claim().run_out()
    assert sorted(world.started[3:]) == ["leaf:0:0", "leaf:0:1", "leaf:1:0", "leaf:1:1"]
    assert links(world, "leaf:1:0") == [("mid:1", 0, False)]


def test_ordinary_upstreams_are_given_whole_to_each_child() -> None:
    world = World.of(
        block("load", dynamic=True), block("other"), block("work", "other", "load"), items={"load": {"count": 2}}
    )
    world.claim().run_out()
    assert links(world, "work:1") == [("other", None, False), ("load", 1, False)]


def test_no_items_give_no_children_and_an_empty_reduction() -> None:
    world = World.of(
        block("load", dynamic=True),
        block("work", "load", reduce_output=True),
        block("sum", "work"),
        items={"load": {"count": 0}},
    )
    assert world.claim().run_out().started == ["load", "sum"]


@pytest.mark.parametrize(("outcome", "expected"), [("fail", "upstream_failed"), ("skip", "skipped")])
def test_without_items_the_group_ends_like_its_giver(outcome: str, expected: str) -> None:
    world = World.of(
        block("load", dynamic=True),
        block("work", "load", reduce_output=True),
        block("sum", "work"),
        outcome=lambda row: outcome,
    )
    world.claim().run_out()
    assert world.states()["work"] == world.states()["sum"] == expected


def test_a_failed_child_fails_its_group_and_retry_runs_only_that_child() -> None:
    broken = {"work:1"}
    world = World.of(
        block("load", dynamic=True),
        block("work", "load", reduce_output=True),
        block("sum", "work"),
        items={"load": THREE},
        outcome=lambda row: "fail" if row.name in broken else "ok",
    )
    world.claim().run_out()
    assert world.state("work").value == "failed"
    assert world.live.rows[BlockRunName("work")].reason == "1 of its 3 children failed"
    broken.clear()
    world.send(RetryAsked())
    world.run_out()
    assert world.started[4:] == ["work:1", "sum"]
    assert world.live.run.state is RunState.COMPLETED


def test_retry_from_the_dynamic_parent_may_bring_fewer_children() -> None:
    items = {"load": {"count": 3}}
    world = World.of(
        block("load", dynamic=True), block("work", "load", reduce_output=True), block("sum", "work"), items=items
    )
    world.claim().run_out()
    items["load"] = {"count": 1}
    world.send(RetryAsked((BlockId("load"),)))
    world.run_out()
    assert world.started[5:] == ["load", "work:0", "sum"]
    assert world.live.children[BlockRunName("work")] == ["work:0"]
    assert world.live.run.state is RunState.COMPLETED


def test_a_child_waits_for_the_block_runs_its_metadata_names() -> None:
    items = {"load": {"count": 2, "upstream": [[], ["slow"]]}}
    world = World.of(block("load", dynamic=True), block("slow"), block("work", "load"), items=items, slots=4)
    world.claim()
    world.end_one(next(i for i, one in enumerate(world.running) if one.name == "load"))
    assert {one.name for one in world.running} == {"slow", "work:0"}
    assert world.run_out().live.run.state is RunState.COMPLETED


def test_ten_thousand_children_touch_only_their_neighbours() -> None:
    world = World.of(
        block("load", dynamic=True),
        block("work", "load", reduce_output=True),
        block("sum", "work"),
        items={"load": {"count": 10_000}},
        slots=2,
    )
    world.claim().run_out(limit=20_000)
    assert max(len(result.block_runs) for result in world.steps[3:]) <= 4
