"""A collector hears of runs, attempts and requests, each once, with what belongs together linked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from blockwright.adapters.telemetry.otlp import Otlp
from blockwright.core.runs.model import BlockRunName, Run, RunState
from blockwright.engine.accounting import Accounting
from blockwright.ports.runs import AttemptRecord, Changes
from blockwright.services import traces
from blockwright.settings import read
from blockwright.web.http_figures import Counted, HttpFigures
from tests.engine.records import Records, ago, records
from tests.receivers import HttpReceiver, http_receiver, refusing


@dataclass
class Collector:
    receiver: HttpReceiver
    telemetry: Otlp

    def heard(self) -> tuple[list[Any], dict[str, Any]]:
        """Spans, and the metrics by name, of everything that was sent until the end."""
        self.telemetry.close()
        spans, metrics = [], {}
        while not self.receiver.got.empty():
            got = self.receiver.got.get()
            if got.path == "/v1/traces":
                traced = ExportTraceServiceRequest.FromString(got.body)
                spans += [span for each in traced.resource_spans for scope in each.scope_spans for span in scope.spans]
                (self.service,) = {_attributes(each.resource)["service.name"] for each in traced.resource_spans}
            else:
                measured = ExportMetricsServiceRequest.FromString(got.body)
                for each in measured.resource_metrics:
                    metrics |= {metric.name: metric for scope in each.scope_metrics for metric in scope.metrics}
        return spans, metrics

    service = ""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with http_receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{receiver.place}")
        yield Collector(receiver, Otlp(("traces", "metrics"), "1.0"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Records]:
    with records(tmp_path / "shop") as made:
        yield made


def attempted(shop: Records, run: Run, number: int, outcome: str) -> None:
    runs = shop.workspace.runs
    lease = runs.claim(run.id, "host:1:a", seconds=30, now=ago())
    began = ago(seconds=5 - number)
    record = AttemptRecord(
        run.id,
        BlockRunName("load"),
        number,
        0,
        "ended",
        began,
        1,
        finished=began + timedelta(seconds=1),
        outcome=outcome,
    )
    runs.save(lease, Changes(attempts=(record,)), now=ago())
    runs.release(lease)


def test_a_run_and_its_attempts_are_one_trace_whoever_tells_it(shop: Records, collector: Collector) -> None:
    run = shop.begin()
    attempted(shop, run, 1, "retry_wait")
    attempted(shop, run, 2, "completed")
    shop.end(run, RunState.COMPLETED)
    loops = [
        Accounting(shop.installation, lambda workspace, ended: collector.telemetry.record(_spans(workspace, ended)))
        for _ in range(2)
    ]
    for loop in loops * 2:
        loop.turn()
    (root, first, second), metrics = collector.heard()
    assert (root.name, first.name, second.name) == ("run sales", "block load", "block load")
    assert {root.trace_id, first.trace_id, second.trace_id} == {root.trace_id}
    assert (first.parent_span_id, second.parent_span_id, root.parent_span_id) == (root.span_id, root.span_id, b"")
    about = _attributes(root)
    assert (about["blockwright.pipeline"], about["blockwright.run"]) == ("sales", run.id)
    assert (first.status.code, second.status.code) == (2, 0)
    assert 0.99e9 < first.end_time_unix_nano - first.start_time_unix_nano < 1.01e9
    (point,) = metrics["blockwright.run.duration"].histogram.data_points
    assert (point.count, _attributes(point)["blockwright.state"]) == (1, "completed")
    assert sum(one.count for one in metrics["blockwright.attempt.duration"].histogram.data_points) == 2
    assert collector.service == "blockwright"


def test_a_child_run_is_linked_to_its_parent(shop: Records, collector: Collector) -> None:
    from blockwright.core.runs.model import RunKind, RunRequest

    parent = shop.begin()
    request = RunRequest("shop", "sales", RunKind.PIPELINE, parent_run=parent.id)
    nothing: dict[str, Any] = {"variables": {}, "system": {}, "snapshot": "", "git_commit": None, "block_runs": ()}
    child = shop.workspace.runs.create(request, **nothing, now=ago())
    for run in (parent, child):
        collector.telemetry.record(traces.spans_of(shop.workspace, shop.end(run, RunState.FAILED)))
    (of_parent, of_child), _ = collector.heard()
    assert of_child.trace_id != of_parent.trace_id
    assert [(link.trace_id, link.span_id) for link in of_child.links] == [(of_parent.trace_id, of_parent.span_id)]
    assert of_child.status.code == 2


def test_a_request_belongs_to_its_callers_trace(collector: Collector) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"template": "/api/v1/projects/{project}"}
        await send({"type": "http.response.start", "status": 503, "headers": []})

    async def nothing(*_: Any) -> None:
        return None

    counted = Counted(app, HttpFigures(), collector.telemetry)
    for header in (f"00-{'ab' * 16}-{'cd' * 8}-01", "nonsense"):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"traceparent", header.encode())]}
        asyncio.run(counted(scope, nothing, nothing))  # type: ignore[arg-type]
    (called, alone), metrics = collector.heard()
    assert (called.trace_id.hex(), called.parent_span_id.hex()) == ("ab" * 16, "cd" * 8)
    assert (alone.parent_span_id, alone.name) == (b"", "GET /api/v1/projects/{project}")
    assert (called.kind, called.status.code, _attributes(called)["http.response.status_code"]) == (2, 2, 503)
    assert metrics["http.server.request.duration"].histogram.data_points[0].count == 2


def test_a_collector_that_is_away_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, shop: Records) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{refusing()}")
    monkeypatch.setattr("blockwright.adapters.telemetry.otlp.END_SECONDS", 0.2)
    telemetry = Otlp(("traces",), "1.0")
    telemetry.record(traces.spans_of(shop.workspace, shop.end(shop.begin(), RunState.COMPLETED)))
    begun = time.monotonic()
    telemetry.close()
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("environ", "signals"),
    [
        ({}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, ("traces", "metrics")),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_METRICS_EXPORTER": "none"}, ("traces",)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}, ()),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://x"}, ("metrics",)),
    ],
)
def test_the_standard_variables_switch_it_on(environ: dict[str, str], signals: tuple[str, ...]) -> None:
    assert read(environ).telemetry == signals


QUIET = """
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
from blockwright.compose.telemetry import open_telemetry
assert not open_telemetry(()).on
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
sys.modules["opentelemetry"] = None
for _ in range(2):
    assert not open_telemetry(("traces",)).on
"""


def test_unset_nothing_is_imported_and_a_missing_extra_is_told_once() -> None:
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert "telemetry.missing" in line
    assert "blockwright[telemetry]" in line


def _spans(workspace: Any, run: Any) -> Any:
    return traces.spans_of(workspace, workspace.runs.get(run))


def _attributes(message: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in message.attributes}
