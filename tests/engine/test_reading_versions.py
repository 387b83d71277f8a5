"""Block code that reads a certain version of an output, and what is said of blocks whose readers get a restored one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.project import Project, block_of

LOAD = """
    @data_loader
    def load(*args, **kwargs):
        return [{"turn": kwargs["turn"]}, {"more": True}]
"""
MANY = """
    @data_loader
    def many(*args, **kwargs):
        return list(range(kwargs["turn"], kwargs["turn"] + 60))
"""
SEVERAL = """
    @data_loader
    def several(*args, **kwargs):
        return [[1, 2, 3], [{"block_uuid": name} for name in "abc"]]
"""
EACH = """
    @transformer
    def each(item, *args, **kwargs):
        return {"times": kwargs["turn"] * item}
"""
TELL = """
    @transformer
    def tell(data, *args, **kwargs):
        return {"told": data[0]["turn"]}
"""
READ = """
    from mage_ai.data_preparation.variable_manager import VariableManager, get_variable

    @custom
    def read(*args, **kwargs):
        def got(*which, **options):
            try:
                return get_variable("sales", *which, raise_exception=True, **options)
            except (RuntimeError, ValueError) as error:
                return str(error)

        return {"read": [%s]}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """Two runs of `sales`: each result of the second differs from the first."""
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "tell", "code": TELL, "after": ["load"]},
        {"kind": "loader", "id": "many", "code": MANY},
        {"kind": "loader", "id": "several", "code": SEVERAL, "configuration": {"dynamic": True}},
        {"kind": "transformer", "id": "each", "code": EACH, "after": ["several"]},
        variables={"turn": 1},
    )
    for turn in ("1", "2"):
        assert project.report("run", "sales", "--var", f"turn={turn}")["state"] == "completed"
    return project


def read(shop: Project, *lines: str) -> Any:
    shop.pipeline("reads", {"kind": "custom", "id": "read", "code": READ % ", ".join(lines)})
    run = shop.report("run", "reads")
    assert run["exit"] == 0, run
    return shop.value("read", str(run["run"]))["read"]


def test_block_code_reads_a_version_by_alias_number_or_run(shop: Project) -> None:
    assert shop.run("catalog", "alias", "sales/load", "champion", "run:1").code == 0
    (newest, first) = shop.report("catalog", "versions", "sales/load")["versions"]
    got = read(
        shop,
        "got('load')",
        "got('load', alias='champion')",
        f"got('load', 'output_0', version={first['version']})",
        f"got('load', version={newest['version']})",
        "got('load', version='run:1')",
        "got('load', 'output_1', version='newest')",
        "VariableManager().get_variable('sales', 'load', 'output_0', alias='champion')",
    )
    one, two = {"turn": 1}, {"turn": 2}
    assert got == [two, one, one, two, one, {"more": True}, one]


def test_versions_of_many_small_outputs_and_of_dynamic_children(shop: Project) -> None:
    got = read(
        shop,
        "got('many', 'output_3', version='run:1')",
        "got('many', 'output_59', version='newest')",
        "VariableManager().get_variable('sales', 'each', 'output_0', version='run:2')",
    )
    assert got[:2] == [4, 61]
    assert got[2] == {"times": 2}  # of the first child, as without a version


def test_what_there_is_not_is_named(shop: Project) -> None:
    got = read(
        shop,
        "got('load', alias='challenger')",
        "got('load', 'output_7', version='newest')",
        "got('gone', version=1)",
        "got('load', alias='7')",
        "got('load', run=1, alias='champion')",
    )
    assert "has no version `challenger`" in got[0]
    assert "There is no output `sales/load/output_7`" in got[1]
    assert "There is no output `sales/gone" in got[2]
    assert "`7` is no alias" in got[3]
    assert "Give only one of run, alias" in got[4]


def test_a_plan_says_where_a_restored_result_counts(shop: Project) -> None:
    assert shop.run("catalog", "restore", "sales/load", "run:1").code == 0
    some = shop.report("plan", "sales", "--block", "tell")
    load, tell = block_of(some, "load"), block_of(some, "tell")
    assert (load["action"], load["why"]) == ("pinned", "the result of run 1, which was restored, is the input")
    assert tell["action"] != "pinned"
    whole = shop.report("plan", "sales")
    assert block_of(whole, "load")["action"] == "run"
    assert "readers of its latest result get that of run 1, which was restored" in block_of(whole, "load")["why"]
    assert "restored" not in block_of(whole, "tell")["why"]
    run = shop.report("run", "sales", "--block", "tell")
    assert shop.value("tell", str(run["run"])) == {"told": 1}
    assert shop.run("catalog", "restore", "sales/load", "--newest").code == 0
    assert [one["id"] for one in shop.report("plan", "sales", "--block", "tell")["blocks"]] == ["tell"]
