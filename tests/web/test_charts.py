"""Charts beside blocks: what existing files draw, what code draws in a process of its own, and changes to them."""

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
    def load(*args, rows=6, **kwargs):
        frame = pd.DataFrame({
            "city": ["Delft", "Gent", "Delft", "<b>Bonn</b>", "Gent", "Delft"],
            "sold": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "day": pd.to_datetime(["2026-01-02", "2026-01-31", "2026-02-02", "2026-02-01", "2026-04-03", "2026-04-04"]),
        })
        return frame.head(rows)
"""
# As the product that the format is from writes them: what it does not need is still there.
MAGE_BAR = {
    "chart_type": "bar chart",
    "group_by": ["city"],
    "metrics": [{"aggregation": "sum", "column": "sold"}],
    "y_sort_order": "descending",
    "x_axis_label_format": "return value",
}
MAGE_HISTOGRAM = {"chart_type": "histogram", "buckets": 3, "x": "x", "x_axis_label": "sold"}
MAGE_HISTOGRAM_CODE = """
    from mage_ai.shared.parsers import convert_matrix_to_dataframe

    df_1 = convert_matrix_to_dataframe(df_1)
    columns = df_1.columns
    col = [name for name in columns if df_1[name].dtype == float][0]
    x = df_1[col]
"""
OPTION = """
    counts = load.groupby("city").size()
    option = {"xAxis": {"data": list(counts.index)}, "yAxis": {}, "series": [{"type": "bar", "data": counts}]}
"""


def chart(name: str, configuration: dict[str, Any], upstream: str = "load") -> dict[str, Any]:
    return {
        "uuid": name,
        "name": name,
        "type": "chart",
        "language": "python",
        "upstream_blocks": [upstream],
        "configuration": configuration,
    }


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        variables={"rows": 6},
        widgets=[
            chart("by_city", MAGE_BAR),
            chart("spread", MAGE_HISTOGRAM),
            chart("own", {"chart_type": "custom"}),
            chart("odd", {"chart_type": "cake"}),
        ],
    )
    project.write("charts/by_city.py", "")
    project.write("charts/spread.py", MAGE_HISTOGRAM_CODE)
    project.write("charts/own.py", OPTION)
    return serve()


def run(server: Server) -> int:
    started = server.call("POST", "runs", json={"pipeline": "sales"})
    assert started.status_code == 202, started.text
    return int(server.drive(started.json()["id"]).id)


def shown(server: Server, name: str) -> dict[str, Any]:
    answer = server.get(f"pipelines/sales/charts/{name}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def draw(server: Server, name: str, query: str = "") -> int | None:
    """Ask for a drawing and let an engine make it."""
    answer = server.call("POST", f"pipelines/sales/chart-drawings/{name}{query}")
    assert answer.status_code == 202, answer.text
    started: int | None = answer.json()["run"]
    if started is not None:
        server.drive(started)
    return started


def test_charts_of_existing_files_are_listed_with_what_is_wrong(server: Server) -> None:
    found = {one["uuid"]: one for one in server.get("pipelines/sales/charts").json()}
    assert {name: one["by_code"] for name, one in found.items()} == {
        "by_city": False,
        "spread": True,
        "own": True,
        "odd": False,
    }
    assert found["by_city"]["configuration"] == MAGE_BAR
    assert "`cake` is no type of a chart" in found["odd"]["problem"]
    assert "cake" in shown(server, "odd")["problem"]


def test_a_chart_without_code_sums_up_what_its_block_gave(server: Server) -> None:
    assert shown(server, "by_city")["problem"] == "Block `load` has no result yet."
    first = run(server)
    found = shown(server, "by_city")
    assert (found["form"], found["state"], found["due"]) == ("marks", "fresh", False)
    assert found["marks"]["words"] == ["Delft", "Gent", "<b>Bonn</b>"]
    assert found["marks"]["series"] == [{"name": "", "points": [["Delft", 10.0], ["Gent", 7.0], ["<b>Bonn</b>", 4.0]]}]
    assert found["look"]["y"] == "sum of sold"
    (source,) = found["sources"]
    assert (source["block"], source["run"], source["state"]) == ("load", first, "fresh")


def test_a_chart_says_that_its_data_is_stale(server: Server) -> None:
    run(server)
    file = server.project.root / "data_loaders" / "load.py"
    file.write_text(file.read_text().replace("rows=6", "rows=5"))
    found = shown(server, "by_city")
    assert (found["form"], found["state"]) == ("marks", "stale")
    assert found["sources"][0]["reasons"] == ["its code changed"]


def test_code_of_a_chart_runs_only_when_it_is_drawn_and_only_when_something_changed(server: Server) -> None:
    run(server)
    before = shown(server, "spread")
    assert (before["form"], before["due"]) == ("none", True)
    first = draw(server, "spread")
    found = shown(server, "spread")
    assert (found["form"], found["due"], found["state"], found["error"]) == ("marks", False, "fresh", None)
    assert [count for _, count, _ in found["marks"]["series"][0]["points"]] == [2, 2, 2]
    assert found["run"] == first
    assert draw(server, "spread") is None  # what it shows is what it would draw
    again = draw(server, "spread", "?anew=true")
    assert again not in (None, first)


def test_new_data_of_the_same_value_needs_no_new_drawing(server: Server) -> None:
    run(server)
    draw(server, "own")
    run(server)
    assert shown(server, "own")["due"] is False


def test_a_description_is_handed_on_as_it_is(server: Server) -> None:
    run(server)
    draw(server, "own")
    found = shown(server, "own")
    assert found["form"] == "option"
    assert found["option"]["xAxis"]["data"] == ["<b>Bonn</b>", "Delft", "Gent"]
    assert found["option"]["series"] == [{"type": "bar", "data": [1, 3, 2]}]


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("from matplotlib import pyplot as plt\nplt.plot([1, 2])\nplt.show()", "picture"),
        ("from matplotlib.figure import Figure\nfig = Figure()\nfig.add_subplot().plot([1, 2])", "picture"),
        ("import plotly.graph_objects as go\nfigure = go.Figure(go.Bar(x=[1], y=[2]))", "page"),
        ("@render(render_type='html')\ndef page(*args, **kwargs): return '<script>alert(1)</script>'", "page"),
    ],
    ids=["pyplot", "figure", "plotly", "html"],
)
def test_figures_and_pages_are_shown_as_outputs_are(server: Server, code: str, form: str) -> None:
    run(server)
    server.project.write("charts/own.py", code)
    draw(server, "own")
    found = shown(server, "own")
    assert (found["form"], found["error"]) == (form, None)
    what = "pictures" if form == "picture" else "shown"
    answer = server.get(f"runs/{found['run']}/{what}/{found['block_run']}")
    assert answer.status_code == 200
    if form == "page":
        assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("type", "settings", "code", "series"),
    [
        ("bar chart", {"x": "names", "y": "sums"}, "names = ['a', 'b']\nsums = [[1, 2], [3, 4]]",
         {"sums 1": [["a", 1.0], ["b", 2.0]], "sums 2": [["a", 3.0], ["b", 4.0]]}),
        ("pie chart", {"x": "x"}, "x = ['a', 'b', 'a']", {"": [["a", 2.0], ["b", 1.0]]}),
        ("line chart", {"x": "x", "y": "y"}, "x = ['b', 'a']\ny = [1, 2]", {"": [["b", 1.0], ["a", 2.0]]}),
        ("table", {"x": "heads", "y": "rows"}, "heads = ['n', 's']\nrows = [[1, 'x'], [2, 'y']]",
         {"": [[1, "x"], [2, "y"]]}),
        ("number", {"x": "total"}, "total = df_1['sold'].sum()", {"total": [[None, 21.0]]}),
        ("bar chart", {}, "@xy\ndef both(frame, *args, **kwargs):\n    return ['a'], [len(frame)]", {"": [["a", 6.0]]}),
        ("bar chart", {"group_by": ["city"]}, "@data_source\ndef only(frame, **kwargs):\n    return frame.head(1)",
         {"": [["Delft", 1.0]]}),
    ],
    ids=["series", "pie", "line of words", "table", "number", "xy", "data source"],
)  # fmt: skip
def test_code_gives_values_as_the_format_has_it(
    server: Server, type: str, settings: dict[str, Any], code: str, series: dict[str, Any]
) -> None:
    run(server)
    server.call("PUT", "pipelines/sales/charts/own", json={"configuration": {"chart_type": type, **settings}})
    server.project.write("charts/own.py", code)
    draw(server, "own")
    found = shown(server, "own")
    assert (found["problem"], found["error"]) == ("", None)
    assert {one["name"]: one["points"] for one in found["marks"]["series"]} == series


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("x = nothing", "name 'nothing' is not defined"),
        ("option = {'series': [object()]}", "no JSON"),
        ("a = 1\ny = 2", "names `x`, which its code does not define"),
        ("x = [1, 2]\ny = [1]", "as many values"),
    ],
)
def test_code_that_fails_says_why_and_is_not_tried_again_by_itself(server: Server, code: str, told: str) -> None:
    run(server)
    server.project.write("charts/own.py", code)
    if "option" not in code:
        settings = {"chart_type": "bar chart", "x": "x", "y": "y"}
        server.call("PUT", "pipelines/sales/charts/own", json={"configuration": settings})
    draw(server, "own")
    found = shown(server, "own")
    assert told in found["error"]["message"]
    assert (found["form"], found["due"]) == ("none", False)


def test_what_was_drawn_before_stays_while_its_code_fails(server: Server) -> None:
    run(server)
    draw(server, "own")
    server.project.write("charts/own.py", "raise ValueError('no more')")
    draw(server, "own")
    found = shown(server, "own")
    assert (found["form"], found["state"], found["error"]["message"]) == ("option", "stale", "no more")
    server.project.write("charts/own.py", OPTION)
    assert draw(server, "own") is None  # its newest result is again what it would draw


def test_runs_that_draw_are_listed_apart_and_leave_no_trace_in_the_catalogue(server: Server) -> None:
    first = run(server)
    drawn = draw(server, "own")
    assert [one["id"] for one in server.get("runs").json()["items"]] == [first]
    assert [one["id"] for one in server.get("runs?kind=chart").json()["items"]] == [drawn]
    assert server.get(f"runs/{drawn}").json()["kind"] == "chart"
    assert server.get("overview/pipelines").json()["items"][0]["runs"][0]["id"] == first


def test_a_chart_that_reads_what_never_ran_cannot_be_drawn(server: Server) -> None:
    answer = server.call("POST", "pipelines/sales/chart-drawings/own")
    assert (answer.status_code, answer.json()["code"]) == (404, "input_missing")
    answer = server.call("POST", "pipelines/sales/chart-drawings/by_city")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_code")
    assert server.call("POST", "pipelines/sales/chart-drawings/none").status_code == 404


def test_a_chart_can_be_seen_before_it_is_made(server: Server) -> None:
    run(server)
    wanted = {"block": "load", "configuration": {"chart_type": "time series bar chart", "group_by": ["day"],
                                                 "time_interval": "month"}}  # fmt: skip
    answer = server.call("POST", "pipelines/sales/chart-previews", json=wanted)
    assert answer.json()["marks"]["words"] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    wanted["configuration"] = {"chart_type": "scatter plot", "group_by": ["sold"]}
    assert "metrics" in server.call("POST", "pipelines/sales/chart-previews", json=wanted).json()["problem"]
    wanted["configuration"] = {"chart_type": "bar chart", "group_by": "x", "metrics": 5}
    assert server.call("POST", "pipelines/sales/chart-previews", json=wanted).status_code == 422


def test_a_chart_is_made_changed_and_removed_and_each_can_be_undone(server: Server) -> None:
    path = server.project.root / "pipelines/sales/metadata.yaml"
    path.write_text("# ours\n" + path.read_text().replace("chart_type: histogram", "chart_type: histogram  # why"))
    before = path.read_text()
    wanted = {
        "name": "New one",
        "upstream": ["load"],
        "configuration": {"chart_type": "pie chart", "group_by": ["city"]},
    }
    made = server.call("POST", "pipelines/sales/charts", json=wanted)
    assert made.status_code == 201, made.text
    assert (server.project.root / "charts/new_one.py").read_text().startswith("# This chart")
    text = path.read_text()
    assert text.startswith("# ours\n")
    assert "histogram  # why" in text
    settings = {"chart_type": "bar chart", "limit": 3, "group_by": None}
    changed = server.call(
        "PUT", "pipelines/sales/charts/new_one", json={"configuration": settings, "name": "Newer", "upstream": []}
    )
    assert changed.status_code == 200, changed.text
    (entry,) = [one for one in server.get("pipelines/sales/charts").json() if one["uuid"] == "new_one"]
    assert (entry["name"], entry["upstream"]) == ("Newer", [])
    assert entry["configuration"] == {"chart_type": "bar chart", "limit": 3}
    removed = server.call("DELETE", "pipelines/sales/charts/new_one")
    assert removed.status_code == 200, removed.text
    assert not (server.project.root / "charts/new_one.py").exists()
    for change in (removed, changed, made):
        assert server.call("POST", f"changes/{change.json()['change']}/undo").status_code == 200
    assert path.read_text() == before


def test_settings_that_nobody_could_read_are_refused(server: Server) -> None:
    wanted = {"configuration": {"chart_type": "bar chart", "metrics": [{"aggregation": "sum"}]}}
    answer = server.call("PUT", "pipelines/sales/charts/by_city", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "chart_setting")
    assert server.call("PUT", "pipelines/sales/charts/load", json={"configuration": {}}).status_code == 422
    taken = {"name": "by city", "configuration": {"chart_type": "table"}}
    assert server.call("POST", "pipelines/sales/charts", json=taken).status_code == 409


def test_whoever_only_looks_draws_and_changes_nothing(server: Server) -> None:
    run(server)
    server.gate.actor = Actor(7, "eve@example.com", (Grant(Role.VIEWER, "shop"),))
    # Rights are judged by the real gate in tests/security; here nothing is run for a look.
    assert shown(server, "own")["due"] is True
    assert server.get("runs?kind=chart").json()["items"] == []
