"""Outputs, logs, variables and secrets over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.project import Project
from tests.web.conftest import Server

LOADER = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        print("loading")
        return pd.DataFrame({"shop": ["b", "a", "c"], "sold": [2.0, None, 1.0]})
"""
TOLD = """
    @transformer
    def tell(data, *args, **kwargs):
        kwargs["logger"].warning("few rows", rows=len(data))
        return {"rows": len(data), "word": "grüße"}
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOADER},
        {"kind": "transformer", "id": "tell", "code": TOLD, "after": ["load"]},
        variables={"day": "monday"},
    )
    return serve()


def a_run(server: Server) -> int:
    run = int(server.call("POST", "runs", json={"pipeline": "sales"}).json()["id"])
    assert server.drive(run).state == "completed"
    return run


def test_tables_are_shown_paged_described_and_saved(server: Server) -> None:
    run = a_run(server)
    shown = server.get(f"runs/{run}/outputs/load").json()
    assert (shown["rows"], shown["preview"]["kind"], shown["names"]) == (3, "table", ["output_0"])
    page = server.get(f"runs/{run}/pages/load", params={"sort": "-shop", "limit": 2, "where": "sold > 0"}).json()
    assert (page["columns"], page["rows"]) == (["shop", "sold"], [["c", 1.0], ["b", 2.0]])
    assert (page["total"], page["matching"]) == (3, 2)
    assert server.get(f"runs/{run}/pages/load", params={"where": "(SELECT 1)"}).status_code == 422
    columns = server.get(f"runs/{run}/profiles/load").json()
    assert [(column["name"], column["nulls"]) for column in columns] == [("shop", 0), ("sold", 1)]
    chart = server.get(f"runs/{run}/charts/load", params={"x": "shop", "y": "sold", "aggregate": "sum"}).json()
    assert (chart["axis"], chart["words"], chart["rows"]) == ("words", ["b", "c"], 2)
    assert chart["series"] == [{"name": "", "points": [["b", 2.0], ["c", 1.0]]}]
    assert server.get(f"runs/{run}/charts/load", params={"x": "shop", "kind": "line"}).status_code == 422
    file = server.get(f"runs/{run}/downloads/load?format=csv")
    assert (file.headers["content-type"], file.text.splitlines()[1]) == ("text/csv; charset=utf-8", '"b",2')
    assert file.headers["content-disposition"].startswith(f'attachment; filename="sales-{run}-load-output_0.csv"')
    value = server.get(f"runs/{run}/downloads/tell?format=json").json()
    assert value == {"rows": 3, "word": "grüße"}
    assert server.get(f"runs/{run}/pictures/load").json()["code"] == "no_picture"
    assert server.get(f"runs/{run}/outputs/none").json()["code"] == "block_not_found"
    assert server.get(f"runs/{run}/outputs/load?name=other").json()["code"] == "output_not_found"


def test_the_log_page_by_page(server: Server) -> None:
    run = a_run(server)
    first = server.get(f"runs/{run}/logs?limit=1").json()
    assert [(line["block_run"], line["message"]) for line in first["items"]] == [("load", "loading")]
    second = server.get(f"runs/{run}/logs", params={"cursor": first["next"]}).json()
    assert [(line["message"], line["tags"]) for line in second["items"]] == [("few rows", {"rows": 3})]
    assert second["next"] is None
    warnings = server.get(f"runs/{run}/logs?level=warning").json()["items"]
    assert [line["block_run"] for line in warnings] == ["tell"]
    assert [line["block_run"] for line in server.get(f"runs/{run}/logs?block=load").json()["items"]] == ["load"]
    assert server.get(f"runs/{run}/logs?cursor=WzFd").json()["code"] == "cursor"
    assert server.get(f"runs/{run}/frames/load").json() == []


def test_variables_are_set_in_the_file(server: Server) -> None:
    date = {"$date": "2026-01-31"}
    assert server.call("PUT", "pipelines/sales/variables/until", json={"value": date}).json()["value"] == date
    listed = server.get("pipelines/sales/variables").json()
    assert listed == [{"name": "day", "value": "monday"}, {"name": "until", "value": date}]
    assert server.get("pipelines/sales/variables/none").status_code == 404
    assert "until: 2026-01-31" in (server.project.root / "pipelines/sales/metadata.yaml").read_text()


def test_no_answer_holds_a_secret(server: Server) -> None:
    assert server.call("PUT", "secrets/TOKEN", json={"value": "hush-hush"}).status_code == 204
    answers = [server.get("secrets"), server.call("PUT", "secrets/TOKEN", json={"value": 3, "other": "hush-hush"})]
    assert answers[0].json()["items"] == [{"name": "TOKEN"}]
    audit = json.dumps([str(entry) for entry in server.site.access.store.audit(project="shop")])
    assert "secret.set" in audit
    assert "hush-hush" not in audit + "".join(answer.text for answer in answers)
    assert server.call("DELETE", "secrets/TOKEN").status_code == 204
    assert server.call("DELETE", "secrets/TOKEN").status_code == 404


def test_html_and_plotly_are_pages_without_origin_and_nothing_else_is(
    project: Project, serve: Callable[[], Server]
) -> None:
    code = """
        class Page:
            def _repr_html_(self):
                return "<script>document.title = 'mine'</script>"

        @custom
        def draw():
            import plotly.graph_objects as go
            display(Page(), go.Figure(go.Bar(x=["</script><script>alert(1)</script>"], y=[2])), {"a": 1})
            return Page()
    """
    project.pipeline("drawn", {"kind": "custom", "id": "draw", "code": code})
    server = serve()
    run = int(server.call("POST", "runs", json={"pipeline": "drawn"}).json()["id"])
    assert server.drive(run).state == "completed"
    html, plotly = (server.get(f"runs/{run}/shown/draw", params={"frame": frame}) for frame in (0, 1))
    given = server.get(f"runs/{run}/shown/draw")
    assert html.text == given.text == "<script>document.title = 'mine'</script>"
    assert plotly.text.count("</script>") == 2  # its own two
    for page in (html, plotly, given):
        policy = page.headers["content-security-policy"].split("; ")
        assert {"sandbox allow-scripts", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
        assert not [rule for rule in policy if "connect-src" in rule or "allow-same-origin" in rule]
    assert server.get(f"runs/{run}/shown/draw?frame=2").json()["code"] == "no_page"
    assert server.get(f"runs/{run}/shown/draw?frame=3").status_code == 404


def test_plotly_draws_with_the_script_of_its_own_package(server: Server) -> None:
    plain = server.get("/plotly.js", headers={"Accept-Encoding": "identity"})
    packed = server.get("/plotly.js")
    assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert plain.text == packed.text
    assert "plotly.js v" in plain.text[:100]
