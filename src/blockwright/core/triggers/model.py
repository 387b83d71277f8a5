"""Triggers as their files say them, and as the records know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from blockwright.core.runs.model import RunId

TriggerId = NewType("TriggerId", int)


class TriggerType(StrEnum):
    TIME = "time"  # by its schedule
    API = "api"  # by a caller that knows its token
    EVENT = "event"  # by an event of one of its sources that its `match` takes
    PRODUCT = "product"  # when a data product is out of date


class Misfire(StrEnum):
    """What becomes of due times that nobody was there for."""

    SKIP = "skip"  # those more than a minute late are not run
    LATEST = "latest"  # the last one is run, however late
    ALL = "all"  # the last ``misfire_most`` are run, the earliest first


class SourceType(StrEnum):
    """Where events come from; beside the key of each, what of ``EventSource`` it uses."""

    WEBHOOK = "webhook"  # `secret`: calls of /api/v1/hooks/ID that are signed with it
    FOLDER = "folder"  # `path`, `glob`: files that arrive in a folder of the project
    OBJECTS = "objects"  # `url`, `glob`: objects that arrive below a prefix such as s3://bucket/inbox/
    REDIS = "redis"  # `channel`, `url`: messages published on a channel
    POSTGRES = "postgres"  # `channel`, `secret`: notifications on a channel (NOTIFY)
    PIPELINE = "pipeline"  # `pipeline`, `states`, `project`: runs of another pipeline that ended
    MONITOR = "monitor"  # `monitor`, `findings`: what a monitor of a model finds, once for as long as it holds


@dataclass(frozen=True, slots=True)
class EventSource:
    """One source of events. ``secret`` is the name of a secret: of the key that signs webhooks, of the URL of a
    database. ``path`` is relative to the project, ``glob`` matches below it (``**`` for any depth). ``settle`` is for
    how many seconds a file must not have changed before it counts as arrived. ``findings`` are the kinds of
    findings of ``monitor`` that count."""

    type: SourceType
    secret: str = ""
    path: str = ""
    glob: str = "*"
    settle: float = 2.0
    url: str = ""
    channel: str = ""
    pipeline: str = ""
    project: str = ""
    states: tuple[str, ...] = ("completed",)
    monitor: str = ""
    findings: tuple[str, ...] = ("drift", "performance")

    @property
    def watched(self) -> bool:
        """Somebody of ours has to look; the others come by themselves."""
        return self.type is not SourceType.WEBHOOK


@dataclass(frozen=True, slots=True)
class LimitRule:
    """At most ``limit`` runs at once for each value of the template ``key``, e.g. ``{{ variables.customer }}``."""

    key: str
    limit: int = 1


@dataclass(frozen=True, slots=True)
class TriggerSettings:
    """The keys of the format below ``settings``. ``allow_blocks_to_fail`` None: as runs without trigger have it."""

    allow_blocks_to_fail: bool | None = None
    create_initial_pipeline_run: bool = False
    landing_time_enabled: bool = False
    pipeline_run_limit: int | None = None
    skip_if_previous_running: bool = False
    timeout: float | None = None
    timeout_status: str = "failed"


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """What an entry of ``triggers.yaml`` says, or an API call. ``active`` is the status written there.

    ``schedule`` is empty unless the type is ``time``; ``start_time`` is when a time trigger begins (with
    ``landing_time_enabled``: when its runs should be finished). ``envs`` empty: in every environment. ``match`` is a
    pattern on the event (``patterns``), empty: every event. ``sla`` in seconds. ``product`` is the data product of a
    trigger of that type.
    """

    name: str
    type: TriggerType = TriggerType.TIME
    schedule: str = ""
    timezone: str = "UTC"
    start_time: datetime | None = None
    active: bool = False
    description: str = ""
    envs: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    sla: float | None = None
    settings: TriggerSettings = TriggerSettings()
    misfire: Misfire = Misfire.LATEST
    misfire_most: int = 100
    sources: tuple[EventSource, ...] = ()
    match: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[LimitRule, ...] = ()
    priority: int = 0
    product: str = ""

    @property
    def timing(self) -> tuple[Any, ...]:
        """What decides at which times it is due: a change of it makes a new beginning."""
        start, landing = self.start_time, self.settings.landing_time_enabled
        return (self.type, self.schedule, self.timezone, start, landing)


class Place(StrEnum):
    """Where a trigger is written down."""

    FILE = "file"  # in its pipeline's triggers.yaml, which is the truth about it
    API = "api"  # in the records only


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger in the records.

    ``active``: it may fire; unlike ``spec.active`` it ends when a ``@once`` trigger has fired. ``enabled`` is since
    when it is active. Every due time up to ``settled`` has been decided, whatever became of it; ``next_due`` is when to
    look next (None: never). ``problem`` says why it cannot fire, ``gone`` since when its entry is no longer there.
    """

    id: TriggerId
    project: str
    pipeline: str
    spec: TriggerSpec
    place: Place
    active: bool
    first_seen: datetime
    enabled: datetime | None = None
    settled: datetime | None = None
    next_due: datetime | None = None
    problem: str = ""
    updated: datetime | None = None
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """All triggers of a project paused by somebody since ``since``; ``until`` None: they are now."""

    reason: str
    by: str
    since: datetime
    until: datetime | None = None

    @property
    def on(self) -> bool:
        return self.until is None

    def covers(self, first: datetime, last: datetime) -> bool:
        """Whether it went on at any moment between the two."""
        return self.since <= last and (self.until is None or first <= self.until)


class Outcome(StrEnum):
    """What became of a due time or an event."""

    RUN = "run"  # there is a run
    SKIPPED = "skipped"  # the previous run was still going, or an event came while all triggers were paused
    MISSED = "missed"  # nobody was there, and the misfire policy lets it go
    FAILED = "failed"  # the pipeline could not be started: the reason says why


@dataclass(frozen=True, slots=True)
class Fired:
    """One row of a trigger's history. ``key`` names the due time or the event."""

    trigger: TriggerId
    key: str
    fired: datetime
    outcome: Outcome
    due: datetime | None = None
    reason: str = ""
    run: RunId | None = None
