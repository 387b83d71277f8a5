"""What Prometheus asks for: how it stands with every project, counted when it asks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Lock

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from blockwright.core.access import Permission
from blockwright.core.errors import BlockwrightError
from blockwright.ports.installation import Installation
from blockwright.ports.ledger import BUCKETS, DayCost
from blockwright.ports.workspace import Workspace
from blockwright.web import problems
from blockwright.web.routing import Routes, declared_open, needs

MOST_NAMES = 200
"""Pipelines (or pools) of a project that have series of their own; the rest are summed up as `other`."""
KEPT_SECONDS = 5.0
"""Several who measure do not make it count several times."""
DISK_SECONDS = 600.0
"""How often the size of the data is measured, for which every file is looked at."""
ALIVE_SECONDS = 45.0

Labels = tuple[str, ...]


def routes_of(*, anybody: bool) -> Routes:
    """The route of `/metrics`: for everybody, or for those who may view every project."""
    routes = Routes(tags=["server"], responses=problems.responses(401, 403, 503))
    need = declared_open if anybody else needs(Permission.VIEW)
    routes.get("/metrics", summary="Figures for Prometheus", response_class=Response)(need(metrics))
    return routes


def metrics(request: Request) -> Response:
    figures: Figures = request.app.state.figures
    text = figures.text() + generate_latest(request.app.state.http_figures.registry)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


class Figures:
    """A collector of prometheus_client over an installation."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._lock = Lock()
        self._text: tuple[float, bytes] | None = None
        self._sizes: tuple[float, Mapping[str, int]] | None = None

    def text(self) -> bytes:
        with self._lock:
            now = time.monotonic()
            if self._text is None or now - self._text[0] > KEPT_SECONDS:
                registry = CollectorRegistry(auto_describe=False)
                registry.register(self)
                self._text = (now, generate_latest(registry))
            return self._text[1]

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        families = Families()
        workspaces = self._workspaces()
        for project, workspace in workspaces:
            _tell_standing(families, project, workspace)
            _tell_ledger(families, project, workspace)
        if workspaces:
            first = workspaces[0][1]
            self._tell_feed(families, first)
            self._tell_disk(families, first)
            for process, name, value in first.oversight.figures.all(within_seconds=ALIVE_SECONDS):
                if f"engine_{name}" in NAMES:
                    families.add(f"engine_{name}", (process,), value)
            families.add("engines", (), len(families.labels_of("engine_started")))
        yield from families.all()

    def _tell_feed(self, families: Families, workspace: Workspace) -> None:
        """How far those are behind who must read it."""
        cursor = workspace.oversight.alerts.recall("", "feed")
        if cursor is None:
            return
        try:
            entries = self._installation.feed.after(cursor, limit=1)  # type: ignore[arg-type]  # it was one
        except BlockwrightError:
            return
        now = self._installation.clock.now()
        families.add("feed_lag_seconds", ("alerts",), (now - entries[0].time).total_seconds() if entries else 0.0)

    def _tell_disk(self, families: Families, workspace: Workspace) -> None:
        now = time.monotonic()
        if self._sizes is None or now - self._sizes[0] > DISK_SECONDS:
            self._sizes = (now, workspace.artifacts.usage())
        for part in ("blobs", "runs"):
            families.add("data_bytes", (part,), self._sizes[1][part])
        free, total = workspace.artifacts.volume()
        if total:  # an object store has no bound
            families.add("disk_free_bytes", (), free)
            families.add("disk_size_bytes", (), total)

    def _workspaces(self) -> list[tuple[str, Workspace]]:
        found = []
        for project in self._installation.projects():
            try:
                found.append((project, self._installation.workspace(project)))
            except BlockwrightError:
                continue  # a project that cannot be read has no figures
        return found


def _tell_standing(families: Families, project: str, workspace: Workspace) -> None:
    now = workspace.clock.now()
    standing = workspace.oversight.measures.standing(project, now=now)
    for name, counts in (("runs", standing.runs), ("block_runs", standing.block_runs)):
        for (pipeline, state), count in bounded(counts).items():
            families.add(name, (project, pipeline, state), count)
    waiting = sum(count for (_, state), count in standing.runs.items() if state == "queued")
    oldest = standing.oldest_waiting
    families.add("queue_length", (project,), waiting)
    families.add("queue_oldest_seconds", (project,), (now - oldest).total_seconds() if oldest else 0.0)
    for (pool, _), taken in bounded({(pool, ""): count for pool, count in standing.slots.items()}).items():
        families.add("pool_slots_taken", (project, pool), taken)
    families.add("triggers_active", (project,), standing.triggers)
    families.add("triggers_due", (project,), standing.due)
    families.add("triggers_late", (project,), standing.late)
    for outcome, count in standing.fires.items():
        families.add("trigger_fires", (project, outcome), count)
    for kind, count in standing.alerts.items():
        families.add("alerts", (project, kind), count)
    for state, count in standing.deliveries.items():
        families.add("alert_deliveries", (project, state), count)


def _tell_ledger(families: Families, project: str, workspace: Workspace) -> None:
    found = workspace.oversight.ledger.pipelines(project, by_state=True)
    kept = _kept({(one.pipeline, one.state): one.runs for one in found})
    sums: dict[tuple[str, str], list[DayCost]] = {}
    for one in found:
        sums.setdefault((one.pipeline if one.pipeline in kept else "other", one.state), []).append(one)
    for (pipeline, state), costs in sums.items():
        labels = (project, pipeline, state)
        families.add("runs_ended", labels, sum(one.runs for one in costs))
        families.add("attempts", labels, sum(one.attempts for one in costs))
        families.add("block_seconds", labels, sum(one.block_seconds for one in costs))
        families.add("block_cpu_seconds", labels, sum(one.cpu_seconds for one in costs))
        families.add("block_bytes_in", labels, sum(one.bytes_in for one in costs))
        families.add("block_bytes_out", labels, sum(one.bytes_out for one in costs))
        within = [sum(one.within[place] for one in costs) for place in range(len(BUCKETS))]
        buckets = [(str(float(bound)), float(count)) for bound, count in zip(BUCKETS, within, strict=True)]
        buckets.append(("+Inf", float(sum(one.runs for one in costs))))
        families.add_histogram("run_seconds", labels, buckets, sum(one.seconds for one in costs))


def bounded(counts: Mapping[tuple[str, str], int]) -> Mapping[tuple[str, str], int]:
    """By name and state, with the names that count least summed up as `other`."""
    kept = _kept(counts)
    found: Counter[tuple[str, str]] = Counter()
    for (name, state), count in counts.items():
        found[name if name in kept else "other", state] += count
    return found


def _kept(counts: Mapping[tuple[str, str], int]) -> frozenset[str]:
    sums: Counter[str] = Counter()
    for (name, _), count in counts.items():
        sums[name] += count
    return frozenset(name for name, _ in sums.most_common(MOST_NAMES))


GAUGE, COUNTER, HISTOGRAM = "gauge", "counter", "histogram"
_PIPELINE = ("project", "pipeline", "state")
NAMES: dict[str, tuple[str, str, Labels]] = {
    # name: (kind, what it is, labels)
    "runs": (GAUGE, "Runs that have not ended.", _PIPELINE),
    "block_runs": (GAUGE, "Block runs that have not ended, of runs that are driven.", _PIPELINE),
    "runs_ended": (COUNTER, "Runs that have ended.", _PIPELINE),
    "run_seconds": (HISTOGRAM, "How long runs took from start to end.", _PIPELINE),
    "attempts": (COUNTER, "Attempts of blocks in runs that have ended.", _PIPELINE),
    "block_seconds": (COUNTER, "Seconds that attempts took.", _PIPELINE),
    "block_cpu_seconds": (COUNTER, "Seconds of CPU time that attempts used.", _PIPELINE),
    "block_bytes_in": (COUNTER, "Bytes that attempts were given.", _PIPELINE),
    "block_bytes_out": (COUNTER, "Bytes that blocks gave.", _PIPELINE),
    "queue_length": (GAUGE, "Runs that wait to begin.", ("project",)),
    "queue_oldest_seconds": (GAUGE, "How long the one that waits longest has waited.", ("project",)),
    "pool_slots_taken": (GAUGE, "Slots of a pool that are taken.", ("project", "pool")),
    "triggers_active": (GAUGE, "Active triggers.", ("project",)),
    "triggers_due": (GAUGE, "Triggers whose time has come and that have not fired yet.", ("project",)),
    "triggers_late": (GAUGE, "Those whose time came more than a minute ago.", ("project",)),
    "trigger_fires": (COUNTER, "Times that triggers were due, by what came of it.", ("project", "outcome")),
    "alerts": (COUNTER, "Alerts raised.", ("project", "kind")),
    "alert_deliveries": (GAUGE, "Messages to channels, by how it stands with them.", ("project", "state")),
    "feed_lag_seconds": (GAUGE, "How old the first entry is that a reader has not read.", ("reader",)),
    "data_bytes": (GAUGE, "Bytes of the data folder, measured every ten minutes.", ("part",)),
    "disk_free_bytes": (GAUGE, "Free bytes of its volume.", ()),
    "disk_size_bytes": (GAUGE, "All bytes of its volume.", ()),
    "engines": (GAUGE, "Engines that live.", ()),
    "engine_started": (GAUGE, "When the engine started, in seconds since 1970.", ("process",)),
    "engine_slots": (GAUGE, "Attempts that the engine runs at once at most.", ("process",)),
    "engine_cpu_seconds": (COUNTER, "Seconds of CPU time of the engine's own process.", ("process",)),
    "engine_memory_bytes": (GAUGE, "Memory that the engine's own process holds.", ("process",)),
    "engine_executor_losses": (COUNTER, "Times that a fork server died and was replaced.", ("process",)),
}
"""Every figure but those of HTTP; each begins with `blockwright_`, and a counter ends in `_total`."""


class Families:
    """Samples gathered by name."""

    def __init__(self) -> None:
        self._found: dict[str, Metric] = {}
        self._labels: dict[str, set[Labels]] = {}

    def add(self, name: str, labels: Labels, value: float) -> None:
        family = self._family(name)
        assert isinstance(family, GaugeMetricFamily | CounterMetricFamily)
        family.add_metric(labels, value)
        self._labels.setdefault(name, set()).add(labels)

    def add_histogram(self, name: str, labels: Labels, buckets: list[tuple[str, float]], total: float) -> None:
        family = self._family(name)
        assert isinstance(family, HistogramMetricFamily)
        family.add_metric(labels, buckets, total)

    def labels_of(self, name: str) -> set[Labels]:
        return self._labels.get(name, set())

    def all(self) -> list[Metric]:
        return [self._found[name] for name in NAMES if name in self._found]

    def _family(self, name: str) -> Metric:
        if name not in self._found:
            kind, text, labels = NAMES[name]
            make = {GAUGE: GaugeMetricFamily, COUNTER: CounterMetricFamily, HISTOGRAM: HistogramMetricFamily}[kind]
            self._found[name] = make(f"blockwright_{name}", text, labels=labels)
        return self._found[name]
