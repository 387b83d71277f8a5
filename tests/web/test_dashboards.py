"""Dashboards: files of the project, what their charts show under the page's variables, and who may change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

LOAD = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({
            "city": ["Delft", "Gent", "Delft", "Bonn"],
            "sold": [1.0, 2.0, 3.0, 4.0],
            "day": pd.to_datetime(["2026-01-02", "2026-01-31", "2026-02-02", "2026-02-01"]),
        })
"""
SALES = """\
# The one on the wall
name: Sales   # for everybody
variables:
- {name: city, column: city}
- {name: when, column: day, type: date}
- {name: least, column: sold, type: number, default: ['2']}
blocks:
  by_city:
    name: By city
    ours: kept
    configuration:
      chart_type: bar chart  # the plain one
      group_by: [city]
      metrics: [{column: sold, aggregation: sum}]
    data_source: {type: block, pipeline_uuid: sales, block_uuid: load}
  all:
    name: All
    configuration: {chart_type: number, metrics: [{column: sold, aggregation: sum}]}
    data_source: {type: block, pipeline_uuid: sales, block_uuid: load}
layout:
- {block_uuid: by_city, x: 0, y: 0, width: 8, height: 5}
- {block_uuid: all, x: 8, y: 0, width: 4, height: 5}
"""
# As the product that the format is from writes its block_layout.yaml.
MAGE = """\
blocks:
  sold:
    name: sold
    name_new: Sold so far
    type: chart
    uuid: sold
    configuration: {chart_type: pie chart, group_by: [city]}
    data_source: {type: block, pipeline_uuid: sales, block_uuid: load, partitions: 1}
  runs:
    uuid: runs
    type: chart
    data_source: {type: pipeline_runs}
layout:
- - {block_uuid: sold, width: 3, height: 400, max_width_percentage: 75}
  - {block_uuid: runs, width: 1}
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    chart = {"uuid": "own", "type": "chart", "upstream_blocks": ["load"], "configuration": {"chart_type": "custom"}}
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOAD}, widgets=[chart])
    project.write("charts/own.py", 'option = {"series": [{"type": "bar", "data": [len(load)]}]}')
    project.pipeline("stock", {"kind": "loader", "id": "load"})
    project.write("dashboards/sales.yaml", SALES)
    return serve()


def run(server: Server) -> None:
    started = server.call("POST", "runs", json={"pipeline": "sales"})
    assert started.status_code == 202, started.text
    server.drive(started.json()["id"])


def seen(server: Server, dashboard: str = "sales") -> dict[str, Any]:
    answer = server.get(f"dashboards/{dashboard}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def changed(document: dict[str, Any], **part: Any) -> dict[str, Any]:
    keys = ("etag", "name", "description", "pipeline", "variables", "tiles", "layout")
    return {**{key: document[key] for key in keys}, **part}


def words(server: Server, query: str, chart: str = "by_city") -> list[str]:
    answer = server.get(f"dashboards/sales/charts/{chart}{query}")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["marks"]["words"]
    return found


def test_a_dashboard_is_a_file_of_the_project(server: Server) -> None:
    (listed,) = server.get("dashboards").json()["items"]
    assert (listed["id"], listed["name"], listed["charts"], listed["problems"]) == ("sales", "Sales", 2, [])
    document = seen(server)
    assert [(one["name"], one["type"]) for one in document["variables"]] == [
        ("city", "choice"),
        ("when", "date"),
        ("least", "number"),
    ]
    assert document["layout"][1] == {"tile": "all", "x": 8, "y": 0, "width": 4, "height": 5}
    assert server.get("dashboards/none").status_code == 404
    assert server.get("dashboards/..%2Fmetadata").status_code == 404


def test_variables_choose_the_rows_of_every_chart(server: Server) -> None:
    assert seen(server)["choices"] == {"city": []}
    run(server)
    assert seen(server)["choices"] == {"city": ["Bonn", "Delft", "Gent"]}
    assert words(server, "") == ["Bonn", "Delft", "Gent"]  # by default sold is at least 2
    assert words(server, "?variable=least=") == ["Bonn", "Delft", "Gent"]
    assert words(server, "?variable=city=Delft&variable=city=Gent") == ["Delft", "Gent"]
    assert words(server, "?variable=when=2026-02-01&variable=when=") == ["Bonn", "Delft"]
    assert words(server, "?variable=when=&variable=when=2026-01-31") == ["Gent"]
    total = server.get("dashboards/sales/charts/all?variable=city=Delft").json()
    assert total["marks"]["series"][0]["points"] == [[None, 3.0]]
    assert total["sources"][0]["state"] == "fresh"


def test_what_is_no_variable_is_refused(server: Server) -> None:
    assert server.get("dashboards/sales/charts/all?variable=town=x").json()["code"] == "variable"
    assert server.get("dashboards/sales/charts/all?variable=city").status_code == 422
    assert server.get("dashboards/sales/charts/none").json()["code"] == "chart_not_found"
    run(server)
    found = server.get("dashboards/sales/charts/all?variable=least=many").json()
    assert "`many` is no number" in found["problem"]


def test_a_dashboard_of_the_format_can_be_put_here_as_it_is(server: Server) -> None:
    server.project.write("dashboards/mage.yaml", MAGE)
    run(server)
    document = seen(server, "mage")
    assert [(one["title"], bool(one["problem"])) for one in document["tiles"]] == [
        ("Sold so far", False),
        ("runs", True),
    ]
    assert document["layout"] == [
        {"tile": "sold", "x": 0, "y": 0, "width": 9, "height": 5},
        {"tile": "runs", "x": 9, "y": 0, "width": 3, "height": 5},
    ]
    assert server.get("dashboards/mage/charts/sold").json()["marks"]["kind"] == "pie"
    assert "Home and Runs" in server.get("dashboards/mage/charts/runs").json()["problem"]


def test_a_change_keeps_comments_order_and_what_is_not_ours(server: Server) -> None:
    document = seen(server)
    tiles = [{**document["tiles"][0], "configuration": {**document["tiles"][0]["configuration"], "limit": 3}}]
    tiles.append({"name": "own", "title": "Own", "pipeline": "sales", "chart": "own"})
    answer = server.call("PUT", "dashboards/sales", json=changed(document, tiles=tiles, name="Sales of all"))
    assert answer.status_code == 200, answer.text
    text = (server.project.root / "dashboards/sales.yaml").read_text()
    assert text.startswith("# The one on the wall\nname: Sales of all   # for everybody\n")
    assert "chart_type: bar chart  # the plain one" in text
    assert "ours: kept" in text
    assert "  all:" not in text
    after = seen(server)
    assert [one["name"] for one in after["tiles"]] == ["by_city", "own"]
    assert after["tiles"][0]["configuration"]["limit"] == 3
    assert {one["tile"] for one in after["layout"]} == {"by_city", "own"}
    undone = server.call("POST", f"changes/{answer.json()['change']}/undo")
    assert undone.status_code == 200
    assert (server.project.root / "dashboards/sales.yaml").read_text() == SALES


def test_whoever_read_an_older_version_overwrites_nothing(server: Server) -> None:
    document = seen(server)
    assert server.call("PUT", "dashboards/sales", json=changed(document, name="One")).status_code == 200
    answer = server.call("PUT", "dashboards/sales", json=changed(document, name="Other"))
    assert (answer.status_code, answer.json()["code"]) == (412, "changed")
    assert seen(server)["name"] == "One"


def test_a_dashboard_is_made_and_deleted(server: Server) -> None:
    made = server.call("POST", "dashboards", json={"name": "My board", "pipeline": "sales"})
    assert made.status_code == 201, made.text
    assert made.json()["id"] == "my_board"
    assert server.call("POST", "dashboards", json={"name": "My board"}).status_code == 409
    assert server.call("POST", "dashboards", json={"name": "Other", "pipeline": "none"}).status_code == 422
    assert (seen(server, "my_board")["pipeline"], seen(server, "my_board")["tiles"]) == ("sales", [])
    assert server.call("DELETE", "dashboards/my_board").status_code == 200
    assert server.get("dashboards/my_board").status_code == 404


def test_a_chart_by_code_stands_on_a_dashboard_too(server: Server) -> None:
    document = seen(server)
    tile = {"name": "own", "title": "Own", "pipeline": "sales", "chart": "own"}
    server.call("PUT", "dashboards/sales", json=changed(document, tiles=[tile], layout=[]))
    run(server)
    assert server.get("dashboards/sales/charts/own").json()["due"] is True
    server.drive(server.call("POST", "pipelines/sales/chart-drawings/own").json()["run"])
    found = server.get("dashboards/sales/charts/own").json()
    assert (found["form"], found["option"]["series"][0]["data"]) == ("option", [4])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("blocks: [1, 2]", "`blocks` is a list"),
        ("name: [", "Line 2: This is not valid YAML"),
        ("- 1", "must hold a mapping"),
        ("layout: [{block_uuid: a, x: many}]", "whole numbers"),
        ("variables: [{column: a}]", "needs a `name`"),
        ("variables: [{name: a, type: cake}]", "there is no `cake`"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_and_the_rest_is_shown(server: Server, text: str, problem: str) -> None:
    server.project.write("dashboards/odd.yaml", text)
    (said,) = seen(server, "odd")["problems"]
    assert problem in said
    assert {one["id"] for one in server.get("dashboards").json()["items"]} == {"odd", "sales"}


def test_a_chart_whose_block_is_gone_says_so(server: Server) -> None:
    text = SALES.replace("block_uuid: load}", "block_uuid: gone}")
    server.project.write("dashboards/sales.yaml", text)
    found = server.get("dashboards/sales/charts/all").json()
    assert (found["form"], found["problem"]) == ("none", "Pipeline `sales` has no block `gone`.")


def test_rights_are_those_of_the_pipeline(server: Server) -> None:
    run(server)
    server.project.write("dashboards/ours.yaml", SALES.replace("name: Sales", "pipeline: sales\nname: Ours"))
    as_viewer = Actor(7, "eve@example.com", (Grant(Role.VIEWER, "shop", "stock"),))
    server.gate.actor = as_viewer
    assert [one["id"] for one in server.get("dashboards").json()["items"]] == ["sales"]
    assert server.get("dashboards/ours").status_code == 404
    assert server.get("dashboards/ours/charts/all").status_code == 404
    document = seen(server)  # the project's own; data of pipelines that one may not see stays hidden
    assert (document["may_edit"], document["choices"]) == (False, {"city": []})
    assert server.get("dashboards/sales/charts/all").status_code == 403
    assert server.call("PUT", "dashboards/sales", json=changed(document)).status_code == 403
    assert server.call("DELETE", "dashboards/sales").status_code == 403
    server.gate.actor = Actor(8, "ben@example.com", (Grant(Role.EDITOR, "shop", "sales"),))
    mine = seen(server, "ours")
    assert mine["may_edit"] is True
    assert server.call("PUT", "dashboards/ours", json=changed(mine, name="Mine")).status_code == 200
    moved = server.call("PUT", "dashboards/ours", json=changed(seen(server, "ours"), pipeline=""))
    assert moved.status_code == 403
    assert server.call("POST", "dashboards", json={"name": "x"}).status_code == 403
    assert server.call("POST", "dashboards", json={"name": "x", "pipeline": "sales"}).status_code == 201
