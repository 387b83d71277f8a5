"""Runs that runs wait for count against limits as all others do, and who waits gives back what the other may need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
import yaml

from blockwright.core.runs.model import Queue, Run, RunId, RunState
from blockwright.ports.runs import RunFilter
from tests.engines import Running, engine
from tests.project import Project

LIMITED = "project_type: standalone\nlimits: {runs: 1}\npools: {db: 1}\n"
PARENT = """
    from mage_ai.orchestration.triggers.api import trigger_pipeline

    @custom
    def start(*args, **kwargs):
        trigger_pipeline("child", check_status=True, error_on_failure=True)
        return 1
"""
ITSELF = """
    from mage_ai.orchestration.triggers.api import trigger_pipeline

    @custom
    def start(*args, **kwargs):
        left = kwargs["depth"] - 1
        if left >= 0:
            trigger_pipeline("parent", variables={"depth": left}, check_status=True, error_on_failure=True)
        return 1
"""
CHILD = "    @custom\n    def work(*args, **kwargs):\n        return 1\n"
GET = """
    from mage_ai.orchestration.triggers.global_data_product import trigger_and_check_status

    @custom
    def get(*args, **kwargs):
        trigger_and_check_status("set")
        return 1
"""


def completed(at_work: Running, started: Sequence[RunId]) -> None:
    for run in started:
        ended = at_work.ended(run)
        assert ended.state is RunState.COMPLETED, ended.reason


def children(at_work: Running, pipeline: str) -> list[Run]:
    return list(at_work.workspace.runs.list(RunFilter("shop", pipeline), limit=99))


def never_more_than_one(runs: Sequence[Run]) -> None:
    """Of runs that wait for nobody, each began when the one before had ended."""
    spans = sorted((run.started, run.finished) for run in runs if run.started and run.finished)
    assert len(spans) == len(runs)
    for (_, ended), (began, _) in pairwise(spans):
        assert began >= ended


def test_two_parents_and_their_children_go_through_one_place_each_in_turn(project: Project) -> None:
    project.pipeline("child", {"kind": "custom", "id": "work", "code": CHILD, "pool": "db"})
    project.pipeline("parent", {"kind": "custom", "id": "start", "code": PARENT, "pool": "db"})
    project.write("metadata.yaml", LIMITED)
    with engine(project) as at_work:
        parents = [at_work.start("parent") for _ in range(3)]
        completed(at_work, parents)
        made = children(at_work, "child")
        assert len(made) == 3
        assert {run.queue for run in made} == {Queue.ENGINE}
        assert {limit.key for run in made for limit in run.settings.limits} == {"project"}
        never_more_than_one(made)


def test_a_parent_that_is_limited_with_its_own_kind_waits_for_no_end(project: Project) -> None:
    """A pipeline that starts itself, one run at a time."""
    limit = {"pipeline_run_limit_all_triggers": 1}
    project.pipeline(
        "parent", {"kind": "custom", "id": "start", "code": ITSELF}, variables={"depth": 2}, concurrency_config=limit
    )
    with engine(project) as at_work:
        completed(at_work, [at_work.start("parent")])
        assert len(children(at_work, "parent")) == 3


@pytest.mark.parametrize("asks", ["block", "code"])
def test_the_run_of_a_product_counts_and_who_needs_it_lets_it_through(project: Project, asks: str) -> None:
    project.pipeline("prep", {"kind": "custom", "id": "work", "code": CHILD, "pool": "db"})
    block = {"kind": "custom", "id": "get", "code": GET, "pool": "db"}
    if asks == "block":
        block = {"kind": "product", "id": "get", "configuration": {"global_data_product": {"uuid": "set"}}}
    project.pipeline("use", block)
    project.write("metadata.yaml", LIMITED)
    registry = {"set": {"object_type": "pipeline", "object_uuid": "prep"}}
    project.write("global_data_products.yaml", yaml.safe_dump(registry))
    with engine(project) as at_work:
        completed(at_work, [at_work.start("use"), at_work.start("use")])
        made = children(at_work, "prep")
        assert {limit.key for run in made for limit in run.settings.limits} == {"project"}
        never_more_than_one(made)
