"""Alerts, costs, the search of logs and the figures, over HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from blockwright.core.alerts.model import AlertKind
from blockwright.ports.alerts import NewAlert
from blockwright.web.metrics import MOST_NAMES, NAMES, bounded
from tests.docs.pages import DOCS
from tests.project import Project
from tests.receivers import http_receiver
from tests.web.conftest import Server

LOAD = """
    @data_loader
    def load(*args, **kwargs):
        print("needle in the log")
        return [1, 2, 3]
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": LOAD})
    return serve()


def test_alerts_are_listed_page_by_page(server: Server) -> None:
    store = server.site.installation.workspace("shop").oversight.alerts
    for number in range(3):
        alert = NewAlert(str(number), AlertKind.FAILURE, f"title {number}", "body", "p")
        store.add("shop", alert, ["mail"], now=server.site.installation.clock.now())
    first = server.get("alerts", params={"limit": 2}).json()
    assert [one["title"] for one in first["items"]] == ["title 2", "title 1"]
    assert first["items"][0]["deliveries"] == [{"channel": "mail", "state": "waiting", "tries": 0, "problem": ""}]
    rest = server.get("alerts", params={"cursor": first["next"]}).json()
    assert ([one["title"] for one in rest["items"]], rest["next"]) == (["title 0"], None)
    assert server.get("alerts", params={"kind": "run_stuck"}).json()["items"] == []


def test_a_channel_is_tested_and_its_address_shown_to_nobody(server: Server, project: Project) -> None:
    with http_receiver() as receiver:
        url = f"http://{receiver.place}/s3cret"
        project.write("metadata.yaml", f"notification_config: {{slack_config: {{webhook_url: '{url}'}}}}\n")
        shown = server.get("channels")
        assert shown.json()["channels"][0]["kind"] == "slack"
        assert server.call("POST", "channels/slack/test").json() == {"channel": "slack"}
        assert "This is a test" in receiver.next().json["text"]
        receiver.status = 500
        failed = server.call("POST", "channels/slack/test")
    assert (failed.status_code, failed.json()["code"]) == (503, "notify_failed")
    assert "s3cret" not in shown.text + failed.text
    assert server.call("POST", "channels/nobody/test").status_code == 404


@pytest.mark.slow
def test_what_ran_is_found_counted_and_measured(server: Server) -> None:
    run = server.call("POST", "runs", json={"pipeline": "p"}).json()["id"]
    waiting = _samples(server.get("/metrics").text)
    assert waiting["blockwright_queue_length", ("shop",)] == 1
    server.drive(run)
    found: dict[str, Any] = {"items": []}
    deadline = time.monotonic() + 20
    while not found["items"] and time.monotonic() < deadline:  # a block counts before the last of its log is written
        found = server.get("logs", params={"text": "NEEDLE", "limit": 1}).json()
    assert [(line["run"], line["block_run"], line["message"]) for line in found["items"]] == [
        (run, "load", "needle in the log")
    ]
    assert server.get("logs", params={"cursor": "x"}).status_code == 422
    (block,) = server.get(f"runs/{run}/costs").json()
    assert (block["block_run"], block["attempts"]) == ("load", 1)
    from blockwright.services import costs

    costs.catch_up(server.site.installation.workspace("shop"))
    (total,) = server.get("costs").json()
    assert (total["pipeline"], total["runs"], total["bytes_out"]) == ("p", 1, block["bytes_out"])
    server.app.state.figures._text = None
    figures = _samples(server.get("/metrics").text)
    assert figures["blockwright_runs_ended_total", ("completed", "p", "shop")] == 1
    assert figures["blockwright_run_seconds_bucket", ("+Inf", "completed", "p", "shop")] == 1
    assert figures["blockwright_queue_length", ("shop",)] == 0
    assert figures["blockwright_disk_free_bytes", ()] > 0


def test_an_engine_tells_of_itself_through_the_records(server: Server) -> None:
    from blockwright.engine.figures import Figures

    installation = server.site.installation
    installation.workspace("shop").oversight.tallies["executor_losses"] = 2
    Figures(installation).turn()
    figures = _samples(server.get("/metrics").text)
    assert figures["blockwright_engines", ()] == 1
    by_name = {name: value for (name, _), value in figures.items()}
    assert by_name["blockwright_engine_executor_losses_total"] == 2
    assert by_name["blockwright_engine_slots"] == 2
    assert by_name["blockwright_engine_memory_bytes"] > 1_000_000


def test_requests_are_counted_by_route(server: Server) -> None:
    server.get("/health")
    text = server.get("/metrics").text
    assert re.search(r'blockwright_http_requests_total\{method="GET",route="[^"]*",status="200"\} ', text)


def test_however_many_pipelines_there_are_the_series_are_bounded() -> None:
    counts = {(f"p{number}", "running"): number for number in range(10_000)}
    found = bounded(counts)
    assert len(found) == MOST_NAMES + 1
    assert sum(found.values()) == sum(counts.values())
    assert found["p9999", "running"] == 9999


def test_every_figure_stands_in_the_reference() -> None:
    text = (DOCS / "reference" / "metrics.md").read_text(encoding="utf-8")
    ends = {"gauge": "", "counter": "_total", "histogram": ""}
    names = [f"blockwright_{name}{ends[kind]}" for name, (kind, _, _) in NAMES.items()]
    names += ["blockwright_http_requests_total", "blockwright_http_request_seconds"]
    assert not [name for name in names if f"`{name}`" not in text]


def test_only_a_setting_opens_the_figures_to_everybody(server: Server) -> None:
    from blockwright.web.app import create_app
    from blockwright.web.route_table import RouteTable

    def need(open_: bool) -> Any:
        app = create_app(replace(server.site, metrics_open=open_), gate=server.gate)
        matched = RouteTable(app).match({"type": "http", "method": "GET", "path": "/metrics", "headers": []})
        assert matched is not None
        return matched.need

    assert (need(False).open, need(False).permission) == (False, "view")
    assert need(True).open


def _samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
