"""Charts and dashboards from the terminal."""

from __future__ import annotations

import pytest

from tests.project import Project

WALL = """\
name: On the wall
variables: [{name: city, column: city}]
blocks:
  total:
    configuration: {chart_type: number, metrics: [{column: sold, aggregation: sum}]}
    data_source: {type: block, pipeline_uuid: sales, block_uuid: load}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    code = """
        import pandas as pd

        @data_loader
        def load(*args, **kwargs):
            return pd.DataFrame({"city": ["Delft", "Gent"], "sold": [1.5, 2.5]})
    """
    configuration = {"chart_type": "bar chart", "group_by": ["city"]}
    widgets = [
        {"uuid": "cities", "type": "chart", "upstream_blocks": ["load"], "configuration": configuration},
        {"uuid": "own", "type": "chart", "upstream_blocks": ["load"], "configuration": {"chart_type": "custom"}},
    ]
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": code}, widgets=widgets)
    project.write("charts/own.py", "option = {'series': []}")
    project.write("dashboards/wall.yaml", WALL)
    return project


def test_charts_are_listed_shown_and_drawn(shop: Project) -> None:
    listed = shop.report("charts", "list", "sales")["charts"]
    assert [(one["uuid"], one["by_code"]) for one in listed] == [("cities", False), ("own", True)]
    assert "no result yet" in shop.run("charts", "show", "sales", "cities").out
    missing = shop.report("charts", "draw", "sales", "own")
    assert (missing["exit"], missing["error"]["code"]) == (2, "input_missing")
    assert shop.run("run", "sales").code == 0
    shown = shop.report("charts", "show", "sales", "cities")
    assert shown["marks"]["series"][0]["points"] == [["Delft", 1.0], ["Gent", 1.0]]
    queued = shop.report("charts", "draw", "sales", "own")
    assert shop.report("charts", "draw", "sales", "own")["run"] == queued["run"]
    assert [run["run"] for run in shop.report("runs")["runs"]] == [1]
    assert shop.report("charts", "show", "sales", "none")["error"]["code"] == "chart_not_found"


def test_dashboards_are_listed_and_shown_under_their_variables(shop: Project) -> None:
    assert shop.run("run", "sales").code == 0
    (listed,) = shop.report("dashboards", "list")["dashboards"]
    assert (listed["id"], listed["charts"], listed["variables"]) == ("wall", ["total"], ["city"])
    assert "total  number" in shop.run("dashboards", "show", "wall").out
    shown = shop.report("dashboards", "show", "wall", "total", "--variable", "city=Gent")
    assert shown["marks"]["series"][0]["points"] == [[None, 2.5]]
    wrong = shop.report("dashboards", "show", "wall", "total", "-v", "town=Gent")
    assert (wrong["exit"], wrong["error"]["code"]) == (2, "variable")
