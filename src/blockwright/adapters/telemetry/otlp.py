"""``Telemetry`` over OTLP/HTTP. The library reads its standard variables (endpoint, headers, resource) itself.

Spans are made when what they tell of has ended, from records, with ids worked out of names: whoever tells of a run
needs not have been there, and a child run finds its parent's span without being handed it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram

    from blockwright.ports.telemetry import SpanRecord

END_SECONDS = 5.0
_KINDS = {"request": SpanKind.SERVER}
_DURATIONS = {
    "run": ("blockwright.run.duration", "How long runs took from start to end."),
    "attempt": ("blockwright.attempt.duration", "How long attempts of blocks took."),
    "request": ("http.server.request.duration", "How long it took until an answer began."),
}


class Otlp:
    """``signals``: ``traces``, ``metrics`` or both."""

    on = True

    def __init__(self, signals: Collection[str], version: str) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # a collector that is away is no news each time
        self._resource = Resource.create({"service.name": "blockwright", "service.version": version}).merge(
            Resource.create()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, where they are set
            if _named()
            else Resource.get_empty()
        )
        self._scope = InstrumentationScope("blockwright", version)
        self._spans = BatchSpanProcessor(OTLPSpanExporter()) if "traces" in signals else None
        self._meters: MeterProvider | None = None
        self._durations: dict[str, Histogram] = {}
        if "metrics" in signals:
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            self._meters = MeterProvider(metric_readers=[reader], resource=self._resource)
            meter = self._meters.get_meter("blockwright", version)
            for kind, (name, text) in _DURATIONS.items():
                self._durations[kind] = meter.create_histogram(name, unit="s", description=text)

    def record(self, spans: Sequence[SpanRecord]) -> None:
        for span in spans:
            if self._spans is not None:
                self._spans.on_end(self._span(span))
            duration = self._durations.get(span.kind)
            if duration is not None:
                counted = {name: span.attributes[name] for name in span.measured if name in span.attributes}
                duration.record((span.end - span.start).total_seconds(), counted)

    def close(self) -> None:
        """A collector that is away must not hold up the end of the process."""
        thread = Thread(target=self._shut_down, name="telemetry", daemon=True)
        thread.start()
        thread.join(END_SECONDS)

    def _shut_down(self) -> None:
        if self._spans is not None:
            self._spans.shutdown()  # type: ignore[no-untyped-call]  # of the library
        if self._meters is not None:
            self._meters.shutdown()

    def _span(self, span: SpanRecord) -> ReadableSpan:
        trace = _id(16, span.trace)
        parent = _context(trace, _id(8, span.trace, span.parent)) if span.parent else None
        if span.remote is not None:
            trace = span.remote[0]
            parent = _context(*span.remote, remote=True)
        links = [Link(_context(_id(16, span.follows[0]), _id(8, *span.follows)))] if span.follows else []
        return ReadableSpan(
            name=span.name,
            context=_context(trace, _id(8, span.trace, span.key)),
            parent=parent,
            resource=self._resource,
            attributes=dict(span.attributes),
            links=links,
            kind=_KINDS.get(span.kind, SpanKind.INTERNAL),
            status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(span.end),
            instrumentation_scope=self._scope,
        )


def _named() -> bool:
    """Whether the standard variables name the service; then they win over our name."""
    return not str(Resource.create().attributes.get("service.name", "")).startswith("unknown_service")


def _id(size: int, *names: str) -> int:
    digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return int.from_bytes(digest, "big") or 1


def _context(trace: int, span: int, *, remote: bool = False) -> SpanContext:
    return SpanContext(trace, span, remote, TraceFlags(TraceFlags.SAMPLED))


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6) * 1000
