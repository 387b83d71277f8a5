"""The catalogue from the terminal."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.project import Project

pytestmark = pytest.mark.slow

LOADER = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        frame = pd.DataFrame({"shop": ["a", "b", "c"], "sold": [1, 2, 3]})
        return frame.head(kwargs["rows"]) if kwargs["rows"] < 3 else frame.assign(price=1.5)
"""
TELL = """
    @transformer
    def tell(data, *args, **kwargs):
        return {"rows": len(data)}
"""
READ = """
    from mage_ai.data_preparation.variable_manager import get_variable

    @data_loader
    def read(*args, **kwargs):
        return {"rows": len(get_variable("sales", "raw/load", "output_0"))}
"""
LOAD = "sales/raw/load"


@pytest.fixture
def shop(project: Project) -> Project:
    """Two runs of `sales`, of two rows and of three."""
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "raw/load", "code": LOADER},
        {"kind": "transformer", "id": "tell", "code": TELL, "after": ["raw/load"]},
        variables={"rows": 2},
        tags=["nightly"],
    )
    project.pipeline("use", {"kind": "loader", "id": "read", "code": READ})
    product = {"object_type": "pipeline", "object_uuid": "sales", "outdated_after": {"days": 1}}
    project.write("global_data_products.yaml", yaml.safe_dump({"totals": product}))
    for rows in (2, 3):
        assert project.run("run", "sales", "--var", f"rows={rows}").code == 0
    return project


def versions(shop: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.report("catalog", "versions", LOAD)["versions"]
    return found


def test_outputs_are_found_and_shown(shop: Project) -> None:
    listed = shop.report("catalog")
    assert [one["id"] for one in listed["assets"]] == [f"{LOAD}/output_0", "sales/tell/output_0", "totals"]
    assert shop.report("catalog", "list", "--limit", "1")["more"]
    for arguments in (["load"], ["--column", "price"], ["raw", "--tag", "nightly"], ["list", "load"]):
        assert [one["id"] for one in shop.report("catalog", *arguments)["assets"]] == [f"{LOAD}/output_0"]
    assert "Nothing is found" in shop.run("catalog", "elsewhere").out
    shown = shop.run("catalog", "show", LOAD).out
    assert "3 rows × 3" in shown
    assert "added price (float64)" in shown
    assert "get_variable('sales', 'raw/load', 'output_0')" in shown
    assert "2 rows × 2" in shop.run("catalog", "show", f"{LOAD}/output_0", "run:1").out
    assert "data product of sales" in shop.run("catalog", "show", "totals").out
    wrong = shop.report("catalog", "show", "sales/raw/lod")
    assert (wrong["exit"], wrong["error"]["code"]) == (2, "asset_not_found")
    assert LOAD in wrong["error"]["hint"]
    assert shop.report("catalog", "show", LOAD, "run:9")["error"]["code"] == "version_not_found"


def test_versions_are_compared_and_followed(shop: Project) -> None:
    new, old = versions(shop)
    assert (new["run"], new["rows"], old["run"], old["rows"]) == (2, 3, 1, 2)
    diff = shop.report("catalog", "diff", LOAD, "run:1", "--key", "shop")
    assert (diff["before"], diff["after"]) == (old["version"], new["version"])
    assert (diff["added"], diff["same"], diff["columns_added"]) == (1, 2, ["price"])
    assert "1 added, 0 removed" in shop.run("catalog", "diff", LOAD, "run:1", "newest", "--key", "shop").out
    history = shop.report("catalog", "history", LOAD, "--column", "sold")["history"]
    assert [(one["rows"], one["profile"][0]["mean"]) for one in history] == [(2, 1.5), (3, 2.0)]
    assert "added price (float64)" in shop.run("catalog", "history", LOAD).out


def test_what_is_kept_stays_when_old_runs_go(shop: Project) -> None:
    assert shop.report("catalog", "pin", LOAD, "run:1")["pinned"]
    assert shop.report("gc", "--days", "0", "--dry-run")["runs"] == []
    assert not shop.report("catalog", "unpin", LOAD, "run:1")["pinned"]
    moved = shop.report("catalog", "alias", LOAD, "champion", "run:1")
    assert shop.report("catalog", "alias", LOAD, "champion")["before"] == moved["version"]
    assert "@champion" in shop.run("catalog", "versions", LOAD).out
    assert shop.report("catalog", "show", LOAD, "champion")["shown"]["run"] == 2
    assert shop.report("catalog", "alias", LOAD, "champion", "--remove")["version"] is None
    assert shop.report("catalog", "alias", LOAD, "champion", "--remove")["error"]["code"] == "alias_not_found"
    assert shop.report("catalog", "alias", LOAD, "newest")["error"]["code"] == "alias"
    gone = shop.report("gc", "--days", "0")
    assert ([one["run"] for one in gone["runs"]], gone["versions"]) == ([1], 2)
    assert gone["policy"]["scheduled"] == {"value": "0 s", "from": "--days"}
    assert [one["run"] for one in versions(shop)] == [2]


def test_an_earlier_result_is_restored_for_readers(shop: Project) -> None:
    assert shop.report("catalog", "restore", LOAD, "run:1")["run"] == 1
    assert [one["restored"] for one in versions(shop)] == [False, True]
    assert shop.report("catalog", "show", LOAD, "current")["shown"]["run"] == 1
    assert shop.report("run", "use")["state"] == "completed"
    assert shop.value("read", "latest:use") == {"rows": 2}
    assert shop.report("run", "sales", "--block", "tell")["state"] == "completed"
    assert shop.value("tell", "latest:sales") == {"rows": 2}
    assert shop.report("catalog", "restore", LOAD, "--newest")["was_restored"]
    assert not shop.report("catalog", "restore", LOAD, "--newest")["was_restored"]
    assert shop.report("run", "use")["state"] == "completed"
    assert shop.value("read", "latest:use") == {"rows": 3}
    assert shop.report("catalog", "restore", LOAD)["error"]["code"] == "invalid"


def test_a_result_that_is_reused_outlives_its_run(project: Project) -> None:
    load = {"kind": "loader", "id": "load", "code": LOADER, "cache": True}
    project.pipeline("sales", load, variables={"rows": 2})
    for _ in range(3):
        assert project.run("run", "sales").code == 0
    (version,) = project.report("catalog", "versions", "sales/load")["versions"]
    assert (version["run"], version["reused_by"], version["read_run"]) == (1, [3, 2], 1)
    assert [one["run"] for one in project.report("gc", "--days", "0")["runs"]] == [1, 2]
    (left,) = project.report("catalog", "versions", "sales/load")["versions"]
    assert (left["version"], left["run"], left["read_run"], left["available"]) == (version["version"], 1, 3, True)
    assert project.report("catalog", "pin", "sales/load")["pinned"]
    assert project.report("catalog", "diff", "sales/load", "run:1", "newest")["same"] == 2


def test_lineage_shows_what_was_read(shop: Project) -> None:
    assert shop.report("run", "use")["state"] == "completed"
    view = shop.report("catalog", "lineage", LOAD, "--down", "1")
    assert {(edge["source"], edge["target"], edge["kind"], edge["run"]) for edge in view["edges"]} == {
        ("block:sales/raw/load", "block:sales/tell", "feeds", None),
        ("block:sales/raw/load", "block:use/read", "reads", 3),
    }
    assert "sales/raw/load → use/read  reads  (seen in run 3)" in shop.run("catalog", "lineage", LOAD).out
    assert "sales/tell → product totals  makes" in shop.run("catalog", "lineage", "totals").out
    assert shop.report("catalog", "lineage", "nothing")["error"]["code"] == "asset_not_found"
    assert "1 node more" in shop.run("catalog", "lineage", LOAD, "--most", "3").out
    assert shop.report("catalog", "show", LOAD)["readers"] == 2
