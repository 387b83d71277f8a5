"""Data products as pipelines and people that use them see them."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml

from blockwright.core.runs.model import RunId, RunState
from blockwright.ports.runs import RunFilter
from blockwright.services import products, runs
from tests.engines import Running, engine
from tests.faults.gates import arriving, gated
from tests.project import FOLDERS, Project, block_of

FOLDERS.setdefault("product", ("global_data_product", "global_data_products"))

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
