"""A scheduler as people start it: a run fails, and everyone who should hears of it, through nothing but the records."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from blockwright.compose import Embedded
from blockwright.core.runs.model import Queue, RunKind, RunRequest
from blockwright.ports.bus import Notice, Topic
from blockwright.services import runs
from blockwright.settings import read
from tests.project import Project
from tests.receivers import http_receiver


def until(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)
    return found


@pytest.mark.slow
def test_a_failed_run_is_told_counted_and_traced(project: Project) -> None:
    project.pipeline(
        "p", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*_): raise ValueError('no')"}
    )
    with http_receiver() as hook, http_receiver() as collector:
        project.write(
            "metadata.yaml", f"notification_config: {{slack_config: {{webhook_url: http://{hook.place}/x}}}}\n"
        )
        environ = {
            "BLOCKWRIGHT_ALERT_HOSTS": "127.0.0.1",
            "BLOCKWRIGHT_LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://{collector.place}/v1/traces",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        scheduler = project.start("scheduler", "--grace", "0", environ=environ)
        platform = Embedded(read({"PATH": "/usr/bin:/bin"}))
        try:
            installation = platform.installation(project.root)
            workspace = installation.workspace("shop")
            oversight = workspace.oversight
            until(lambda: oversight.figures.all(within_seconds=60) and oversight.alerts.recall("", "feed"))
            run = runs.start(workspace, RunRequest("shop", "p", RunKind.API, queue=Queue.ENGINE))
            installation.bus.publish(Notice(Topic.QUEUE, "shop"))
            assert "Run 1 of pipeline p failed: block load: ValueError: no" in hook.next().json["text"]
            cost = until(lambda: oversight.ledger.get(run.id))
            assert (cost.state, cost.attempts) == ("failed", 1)
            assert collector.next().path == "/v1/traces"
        finally:
            platform.close()
            scheduler.send_signal(signal.SIGTERM)
            scheduler.communicate(timeout=30)
    lines = [json.loads(line) for line in (project.root / ".blockwright/logs/scheduler.log").read_text().splitlines()]
    assert {"engine.started", "alert.raised", "engine.stopped"} <= {line["event"] for line in lines}
    (raised,) = [line for line in lines if line["event"] == "alert.raised"]
    assert (raised["kind"], raised["pipeline"]) == ("trigger_failure", "p")
