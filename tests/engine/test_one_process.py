"""A run in one process is given its next block while one runs; nobody may notice but the clock."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.project import Project, block_of, states

pytestmark = pytest.mark.slow

CALL = """
    from mage_ai.orchestration.triggers.api import trigger_pipeline

    @custom
    def call(*args, **kwargs):
        return {"status": str(trigger_pipeline("inner", check_status=True, error_on_failure=True).status)}
"""

SPAN = """
    import time

    @custom
    def span(*args, **kwargs):
        began = time.monotonic()
        sum(range(200_000))
        return [began, time.monotonic()]
"""


@pytest.mark.parametrize("slots", ["1", "2"])
def test_a_block_that_waits_for_a_run_leaves_its_slot_to_it(project: Project, slots: str) -> None:
    one = "@custom\ndef one(*args):\n    return 1\n"
    project.pipeline(
        "inner", *({"kind": "custom", "id": f"in{n}", "code": one} for n in range(3)), run_pipeline_in_one_process=True
    )
    project.pipeline(
        "outer",
        {"kind": "custom", "id": "call", "code": CALL},
        {"kind": "custom", "id": "beside", "code": one},
        {"kind": "custom", "id": "beyond", "code": one},
        run_pipeline_in_one_process=True,
    )
    report = project.report("run", "outer", environ={"BLOCKWRIGHT_SLOTS": slots})
    assert states(report) == {"call": "completed", "beside": "completed", "beyond": "completed"}
    assert project.value("call", str(report["run"]))["status"] == "completed"


def test_blocks_of_one_process_run_one_after_another(project: Project) -> None:
    names = [f"b{n}" for n in range(4)]
    project.pipeline(
        "p", *({"kind": "custom", "id": name, "code": SPAN} for name in names), run_pipeline_in_one_process=True
    )
    report = project.report("run", "p", environ={"BLOCKWRIGHT_SLOTS": "4"})
    run = str(report["run"])
    spans = sorted((project.value(name, run), project.value(name, run, "output_1")) for name in names)
    assert all(ended <= began for (_, ended), (began, _) in pairwise(spans)), spans
    attempts = sorted((each["started"], each["finished"]) for each in project.report("show", run)["attempts"])
    assert all(ended <= began for (_, ended), (began, _) in pairwise(attempts)), attempts


def test_a_crash_takes_only_the_block_that_crashed(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "custom", "id": "fall", "code": "import os\n\n@custom\ndef fall(*args):\n    os._exit(3)\n"},
        *({"kind": "custom", "id": f"b{n}", "code": SPAN} for n in range(3)),
        run_pipeline_in_one_process=True,
    )
    report = project.report("run", "p", environ={"BLOCKWRIGHT_SLOTS": "4"})
    assert states(report) == {"fall": "failed", "b0": "completed", "b1": "completed", "b2": "completed"}


def test_what_must_be_decided_first_stands_in_the_middle_of_a_chain(project: Project) -> None:
    """A result that may stand in, a dynamic block, a condition: each among blocks that are given ahead."""
    one = "@custom\ndef step(*args):\n    return sum(args) + 1\n"
    project.pipeline(
        "p",
        {"kind": "custom", "id": "a", "code": one},
        {"kind": "custom", "id": "kept", "code": one, "after": ["a"], "cache": True},
        {"kind": "custom", "id": "b", "code": one, "after": ["kept"]},
        {
            "kind": "custom",
            "id": "many",
            "code": "@custom\ndef step(value):\n    return [[value, value, value]]\n",
            "after": ["b"],
            "configuration": {"dynamic": True},
        },
        {"kind": "custom", "id": "each", "code": one, "after": ["many"], "configuration": {"reduce_output": True}},
        {"kind": "custom", "id": "total", "code": "@custom\ndef step(v):\n    return sum(v)\n", "after": ["each"]},
        {"kind": "custom", "id": "unless", "code": one, "after": ["total"]},
        {"kind": "custom", "id": "behind", "code": one, "after": ["unless"]},
        {"kind": "custom", "id": "last", "code": one, "after": ["total"]},
        {
            "kind": "conditional",
            "id": "never",
            "code": "@condition\ndef never(*args):\n    return False\n",
            "after": ["unless"],
        },
        run_pipeline_in_one_process=True,
    )
    for reused in (False, True):
        report = project.report("run", "p")
        assert project.value("last", str(report["run"])) == 13
        assert block_of(report, "kept").get("reused", False) is reused
        skipped = {name: state for name, state in states(report).items() if state != "completed"}
        assert skipped == {"unless": "skipped", "behind": "skipped"}
