"""Data products as pipelines and people that use them see them."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from typing import Any

import pytest
import yaml

from blockwright.core.runs.model import RunId, RunState
from blockwright.core.triggers.model import TriggerId
from blockwright.engine.freshener import Freshener
from blockwright.engine.scheduler import Scheduler
from blockwright.ports.runs import RunFilter
from blockwright.services import products, runs
from tests.engines import Running, engine
from tests.faults.gates import arriving, gated
from tests.processes import gone, marked
from tests.project import Project, block_of
from tests.servers import MARK

BUILD = """
    @data_loader
    def build(*args, **kwargs):
        return [1, 2], {"rows": 2}
"""
LAST = "    @transformer\n    def last(build, *args, **kwargs):\n        return {'last': build[1]['rows']}\n"
USE = "    @transformer\n    def use(product, *args, **kwargs):\n        return {'got': product}\n"


def wants(name: str = "set", **said: Any) -> dict[str, Any]:
    return {"kind": "product", "id": name, "configuration": {"global_data_product": {"uuid": name, **said}}}


def registry(project: Project, **products_: Any) -> None:
    project.write("global_data_products.yaml", yaml.safe_dump(products_))


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline(
        "prep",
        {"kind": "loader", "id": "build", "code": BUILD},
        {"kind": "transformer", "id": "last", "code": LAST, "after": ["build"]},
    )
    project.pipeline("use", wants(), {"kind": "transformer", "id": "take", "code": USE, "after": ["set"]})
    settings = {"build": {"partitions": 1}}
    registry(project, set={"object_type": "pipeline", "object_uuid": "prep", "settings": settings})
    return project


def test_a_block_gets_the_value_which_is_computed_once(shop: Project) -> None:
    first = shop.report("run", "use")
    assert (first["exit"], first["state"]) == (0, "completed"), first
    assert shop.value("take", str(first["run"])) == {"got": {"build": [[1, 2], {"rows": 2}]}}
    product = block_of(shop.report("show", str(first["run"])), "set")
    assert product["reused"]
    second = shop.report("run", "use")
    assert second["state"] == "completed"
    made = shop.report("runs", "prep")["runs"]
    assert len(made) == 1
    plan = shop.report("plan", "use")
    entry = block_of(plan, "set")
    assert entry["action"] == "reuse", entry
    assert "never becomes outdated" in entry["why"]


def test_without_settings_it_is_the_last_blocks_and_a_block_may_say_otherwise(shop: Project) -> None:
    registry(shop, set={"object_uuid": "prep"})
    run = shop.report("run", "use")
    assert shop.value("take", str(run["run"])) == {"got": {"last": [{"last": 2}]}}
    own = wants(settings={"build": {"partitions": 0}}, outdated_after={"seconds": 0})
    shop.pipeline("use", own, {"kind": "transformer", "id": "take", "code": USE, "after": ["set"]})
    run = shop.report("run", "use")  # out of date at once: computed anew, and of both runs
    assert shop.value("take", str(run["run"])) == {"got": {"build": [[1, 2], {"rows": 2}] * 2}}


def test_a_failed_computation_fails_the_block_and_the_next_run_tries_again(shop: Project) -> None:
    shop.write("data_loaders/build.py", BUILD.replace("return", "raise ValueError('no data') #"))
    run = shop.report("run", "use")
    assert run["exit"] == 1
    assert "could not be computed" in block_of(shop.report("show", str(run["run"])), "set")["reason"]
    shop.write("data_loaders/build.py", BUILD)
    assert shop.report("retry", str(run["run"]))["state"] == "completed"


def test_products_made_from_each_other_are_refused(shop: Project) -> None:
    shop.pipeline("prep", wants("other"))
    shop.pipeline("third", wants("set"))
    registry(shop, set={"object_uuid": "prep"}, other={"object_uuid": "third"})
    run = shop.report("run", "use")
    assert "in a circle: `set` → `other` → `set`" in block_of(shop.report("show", str(run["run"])), "set")["reason"]


def computing(at_work: Running) -> list[RunId]:
    found = at_work.workspace.runs.list(RunFilter("shop", product="set"), limit=9)
    return [run.id for run in found]


def test_many_wait_for_one_computation_without_a_slot(shop: Project) -> None:
    with gated(shop) as gate:
        go = shop.root.parent / "go"
        code = arriving("while not os.path.exists(kwargs['go']): time.sleep(0.01)", decorator="data_loader")
        variables = {"gate": str(gate.path), "go": str(go)}
        shop.pipeline("prep", {"kind": "loader", "id": "build", "code": code}, variables=variables)
        shop.pipeline("free", {"kind": "loader", "id": "free", "code": "@data_loader\ndef f():\n    return 1\n"})
        shop.environ = {**shop.environ, "BLOCKWRIGHT_SLOTS": "2"}
        with engine(shop) as at_work:
            asking = [at_work.start("use") for _ in range(4)]
            gate.hear()
            at_work.until(lambda: all(at_work.states(run)["set"] == "retry_wait" for run in asking))
            assert at_work.ended(at_work.start("free")).state is RunState.COMPLETED  # there is a slot
            assert len(computing(at_work)) == 1
            (row, *_) = at_work.workspace.runs.block_runs(asking[0])
            assert row.reason == f"run {computing(at_work)[0]} computes the data product `set`"
            runs.ask_cancel(at_work.workspace, asking[0], "no longer wanted")
            assert at_work.ended(asking[0]).state is RunState.CANCELLED
            go.write_text("")
            assert {at_work.ended(run).state for run in asking[1:]} == {RunState.COMPLETED}
            assert len(computing(at_work)) == 1
            standing = products.standing(at_work.workspace, products.named(at_work.workspace, "set"))
            assert (standing.freshness.fresh, standing.computing) == (True, None)
            assert os.path.exists(go)


def test_a_trigger_keeps_a_product_fresh(shop: Project) -> None:
    registry(shop, set={"object_uuid": "prep", "outdated_after": {"seconds": 1}})
    trigger = {"name": "fresh", "schedule_type": "product", "global_data_product_uuid": "set", "status": "active"}
    shop.write("pipelines/prep/triggers.yaml", yaml.safe_dump({"triggers": [trigger]}))
    with engine(shop, loops=[Scheduler, Freshener]) as at_work:
        at_work.until(lambda: len(computing(at_work)) >= 2)  # at first, and when it was out of date
        first = at_work.workspace.runs.get(computing(at_work)[-1])
        assert (first.kind.value, first.pipeline, first.product) == ("trigger", "prep", "set")
        assert first.trigger is not None
        (*_, fired) = at_work.workspace.triggering.records.fires(TriggerId(first.trigger), limit=99)
        assert fired.reason == "it was never computed"
        shown = shop.report("products", "list")["products"]
        assert [(one["uuid"], one["pipeline"]) for one in shown] == [("set", "prep")]


def test_block_code_asks_for_a_product_itself(shop: Project) -> None:
    code = """
    from mage_ai.data_preparation.models.global_data_product import GlobalDataProduct
    from mage_ai.orchestration.triggers.global_data_product import trigger_and_check_status

    @custom
    def ask(*args, **kwargs):
        product = GlobalDataProduct.get("set")
        before = product.is_outdated(), product.get_outputs()
        run = trigger_and_check_status(product)
        again = trigger_and_check_status(global_data_product="set")
        after = product.is_outdated(), product.get_outputs()
        return {"told": [*before, run.status, run.id == again.id, *after]}
    """
    shop.pipeline("asks", {"kind": "custom", "id": "ask", "code": code})
    run = shop.report("run", "asks")
    assert run["exit"] == 0, run
    outputs = {"build": [[1, 2], {"rows": 2}]}
    assert shop.value("ask", str(run["run"]))["told"] == [True, {}, "completed", True, False, outputs]


def test_in_one_process_and_in_several_the_value_is_the_same(shop: Project) -> None:
    blocks: tuple[dict[str, Any], ...] = (
        {"kind": "loader", "id": "first", "code": "@data_loader\ndef f(*args, **kwargs):\n    return 1\n"},
        wants(),
        {"kind": "transformer", "id": "take", "code": USE.replace("(product,", "(first, product,")},
    )
    blocks[2]["after"] = ["first", "set"]
    shop.pipeline("use", *blocks, run_pipeline_in_one_process=True)
    for _ in range(2):
        run = shop.report("run", "use")
        assert run["exit"] == 0, run
        assert shop.value("take", str(run["run"])) == {"got": {"build": [[1, 2], {"rows": 2}]}}


def test_check_doubts_a_block_whose_product_is_not_there(shop: Project) -> None:
    assert shop.run("check").code == 0
    registry(shop, sets={"object_uuid": "prep"})
    (problem,) = shop.report("check")["problems"]
    assert (problem["key"], problem["advice"]) == (
        "blocks[0].configuration.global_data_product.uuid",
        "Did you mean `sets`?",
    )


SLOW = """
    import os, signal

    @data_loader
    def build(*args, **kwargs):
        open(kwargs["began"], "w").close()
        while not os.path.exists(kwargs["go"]):
            signal.pause()
        return 1
"""


@pytest.mark.fault
def test_a_computation_whose_process_was_killed_goes_on_with_who_asks(shop: Project) -> None:
    began, go = shop.root.parent / "began", shop.root.parent / "go"
    shop.environ = {**shop.environ, MARK: str(shop.root)}
    variables = {"began": str(began), "go": str(go)}
    shop.pipeline("prep", {"kind": "loader", "id": "build", "code": SLOW}, variables=variables)
    first = shop.start("run", "use", "--json")
    deadline = time.monotonic() + 60
    while not began.exists():
        assert time.monotonic() < deadline
        with suppress(subprocess.TimeoutExpired):
            first.wait(0.05)
    first.kill()
    first.communicate()
    gone(marked(str(shop.root)))
    go.write_text("")
    again = shop.report("retry", "use")
    assert (again["exit"], again["state"]) == (0, "completed"), again
    assert len(shop.report("runs", "prep")["runs"]) == 1  # the same computation went on
