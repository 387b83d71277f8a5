"""`plan` says what a run would reuse, and which part of the key differs where it would not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project import Project, block_of

pytestmark = pytest.mark.slow

LOAD = """
@data_loader
def load(*args, **kwargs):
    return {"n": kwargs["n"]}
"""
DOUBLE = """
from shop.helpers.prices import price

@transformer
def double(value, *args, **kwargs):
    return {"n": value["n"] * price() * kwargs["factor"]}
"""
HELPER = "def price():\n    return 2\n"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("once") / "shop"
    root.mkdir()
    project = Project(root)
    project.write("helpers/__init__.py", "")
    project.write("helpers/prices.py", HELPER)
    entries(project)
    assert project.report("run", "p")["state"] == "completed"
    return project


@pytest.fixture
def ran(once: Project, tmp_path: Path) -> Project:
    """A project after a run, for the test alone."""
    return once.copy(tmp_path)


def entries(project: Project, n: int = 3, factor: int = 1, **double: Any) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": LOAD, "cache": "always"},
        {"kind": "transformer", "id": "double", "code": DOUBLE, "after": ["load"], **double},
        variables={"n": n, "factor": factor},
    )


def planned(project: Project, *options: str) -> dict[str, tuple[str, list[str]]]:
    """Action and differing parts for each block."""
    blocks = project.report("plan", "p", *options)["blocks"]
    return {block["id"]: (block["action"], block["differs"]) for block in blocks}


def test_nothing_changed(ran: Project) -> None:
    assert planned(ran) == {"load": ("reuse", []), "double": ("reuse", [])}
    assert "reuse" in ran.run("plan", "p").out


def test_comments_and_layout_do_not_count(ran: Project) -> None:
    ran.write("transformers/double.py", f"# what a comment\n{DOUBLE}\n\n")
    ran.write("helpers/prices.py", "# two\n" + HELPER)
    assert planned(ran)["double"] == ("reuse", [])


@pytest.mark.quick
def test_code_changed(ran: Project) -> None:
    ran.write("transformers/double.py", DOUBLE.replace("price()", "price() + 1"))
    action, differs = planned(ran)["double"]
    assert action == "run"
    assert any("code" in sentence for sentence in differs), differs


def test_a_helper_module_changed(ran: Project) -> None:
    ran.write("helpers/prices.py", "def price():\n    return 3\n")
    action, differs = planned(ran)["double"]
    assert action == "run"
    assert any("helpers/prices.py" in sentence for sentence in differs), differs


def test_a_variable_changed_that_only_one_block_reads(ran: Project) -> None:
    plan = planned(ran, "--var", "factor=5")
    assert plan["load"] == ("reuse", [])
    assert plan["double"][0] == "run"
    assert any("factor" in sentence for sentence in plan["double"][1]), plan


def test_a_configuration_changed(ran: Project) -> None:
    entries(ran, configuration={"rows": 7})
    action, differs = planned(ran)["double"]
    assert action == "run"
    assert any("rows" in sentence or "configuration" in sentence for sentence in differs), differs


def test_an_upstream_changed(ran: Project) -> None:
    plan = planned(ran, "--var", "n=4")
    assert plan["load"][0] == "run"
    assert any("n" in sentence for sentence in plan["load"][1])
    assert plan["double"][0] != "reuse"


def test_the_plan_is_what_the_run_does(ran: Project) -> None:
    for options in ([], ["--var", "factor=5"], ["--var", "n=4"]):
        expected = {name: action == "reuse" for name, (action, _) in planned(ran, *options).items()}
        report = ran.report("run", "p", "--reuse", *options)
        assert {name: block_of(report, name)["reused"] for name in expected} == expected


def test_planning_leaves_no_run(ran: Project) -> None:
    planned(ran)
    assert len(ran.report("runs")["runs"]) == 1
