from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from blockwright.core.limits import Full, SlotLimit, run_limits, skips, slots_of, with_limits
from blockwright.core.pipelines import Concurrency, PipelineSpec, ProjectSpec
from blockwright.core.runs.model import RunLimit, RunSettings
from tests.core.runs.world import block

PROJECT = ProjectSpec("shop", "/shop", "/shop", run_limit=20)
SALES = PipelineSpec(
    "sales", "sales", "pipelines/sales/metadata.yaml", concurrency=Concurrency(None, 2, 3, keys=(("x", 1),))
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"trigger": None, "keys": {}}, {"project": 20, "pipeline:sales": 3}),
        ({"trigger": 7, "keys": {}}, {"project": 20, "pipeline:sales": 3, "trigger:7": 2}),
        (
            {"trigger": None, "keys": {"acme": 1}, "everywhere": 50},
            {"installation": 50, "project": 20, "pipeline:sales": 3, "key:acme": 1},
        ),
    ],
)
def test_a_run_counts_against_every_limit_that_is_set(given: Mapping[str, Any], expected: dict[str, int]) -> None:
    assert {limit.key: limit.limit for limit in run_limits(SALES, PROJECT, **given)} == expected


def test_what_was_asked_for_goes_before_the_pipelines_own() -> None:
    asked = RunSettings(limits=(RunLimit("trigger:7", 1), RunLimit("backfill:3", 4)))
    limits = with_limits(asked, [RunLimit("trigger:7", 9), RunLimit("project", 20)])
    assert {limit.key: limit.limit for limit in limits} == {"trigger:7": 1, "project": 20, "backfill:3": 4}


@pytest.mark.parametrize(("key", "expected"), [("project", False), ("installation", False), ("trigger:7", True)])
def test_for_the_whole_projects_limit_a_run_always_waits(key: str, expected: bool) -> None:
    assert skips(key) is expected


def test_a_block_heavier_than_its_pool_takes_all_of_it() -> None:
    heavy = block("load", concurrency=2, pools={"db": 9, "unsized": 1})
    assert slots_of("sales", heavy, {"db": 4}) == (
        SlotLimit("block:sales/load", 2),
        SlotLimit("pool:db", 4, 4),
        SlotLimit("pool:unsized", 1, 1),
    )
    assert slots_of("sales", block("free"), {"db": 4}) == ()


@pytest.mark.parametrize(
    ("full", "sentence"),
    [
        (Full("pool:db", 4, 3, (7, 8)), "waits for pool `db`: 3 of 4 taken by runs 7, 8"),
        (Full("block:sales/load", 1, 1, (7,)), "waits for the limit on block `load`: 1 of 1 taken by run 7"),
        (Full("key:acme", 1, 1), "waits for the limit on `acme`: 1 of 1 taken"),
        (Full("project", 1, 1), "waits for the limit on runs of the project: 1 of 1 taken"),
    ],
)
def test_what_is_waited_for_is_said_in_words(full: Full, sentence: str) -> None:
    assert full.sentence == sentence
