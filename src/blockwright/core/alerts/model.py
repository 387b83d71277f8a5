"""Alerts and channels as data. The words are the same in configuration, database, API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


class AlertKind(StrEnum):
    """The words of ``alert_on``; the first three are the format's own."""

    FAILURE = "trigger_failure"  # a run failed
    SUCCESS = "trigger_success"  # a run completed
    PASSED_SLA = "trigger_passed_sla"  # a run had not ended `sla` seconds after its execution date
    STUCK = "run_stuck"  # a run or block takes far longer than usual, or waits too long for its turn
    NO_RUN_SINCE = "no_run_since"  # a pipeline or trigger has not completed for longer than it may
    DATA_QUALITY = "data_quality_failure"  # a test or declared check of a block's output did not hold
    DRIFT = "model_drift"  # a monitor found that what a model is asked or answers is distributed otherwise
    REQUESTS = "model_requests"  # a monitor found requests that are incomplete, out of range, or do not come
    PERFORMANCE = "model_performance"  # a monitor found that a model is less right than it must be
    DEAD_CHANNEL = "dead_channel"  # messages to a channel do not arrive; told to the other channels unasked
    TEST = "test"  # somebody pressed the button


CHOICES = tuple(kind for kind in AlertKind if kind not in (AlertKind.DEAD_CHANNEL, AlertKind.TEST))
"""What ``alert_on`` may list."""

DEFAULT_KINDS = frozenset({AlertKind.FAILURE, AlertKind.PASSED_SLA})


class Service(StrEnum):
    """Services that take a message as one JSON document on a webhook."""

    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    GOOGLE_CHAT = "google_chat"


@dataclass(frozen=True, slots=True)
class Email:
    """``starttls`` and ``ssl`` are kept to: without what was asked for nothing is sent."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    ssl: bool = False

    kind = "email"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``url`` holds the right to post: a secret."""

    service: Service
    url: str = field(repr=False)

    @property
    def kind(self) -> str:
        return self.service.value


@dataclass(frozen=True, slots=True)
class Opsgenie:
    url: str
    api_key: str = field(repr=False)
    priority: str = "P3"
    responders: tuple[Mapping[str, Any], ...] = ()
    tags: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    kind = "opsgenie"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of apprise, which knows what to do with it: ``pagerduty://…``, ``mailto://…``, ``json://…``."""

    url: str = field(repr=False)

    @property
    def kind(self) -> str:
        return self.url.partition(":")[0].lower()


Target = Email | Webhook | Opsgenie | Address


@dataclass(frozen=True, slots=True)
class Channel:
    """Where messages go. ``name`` is what people and the records call it."""

    name: str
    target: Target
    alert_on: frozenset[AlertKind] = DEFAULT_KINDS


@dataclass(frozen=True, slots=True)
class Template:
    """The project's own words for one kind of alert; empty parts keep ours."""

    title: str = ""
    summary: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class StuckRule:
    """Slow is longer than ``factor`` times the usual time and longer than ``minimum``; ``waiting`` bounds the time
    that a run or block may wait for its turn."""

    factor: float = 3.0
    minimum: timedelta = timedelta(minutes=10)
    waiting: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wiring:
    """A ``notification_config`` as it was read. ``no_run_since`` is by trigger name; the empty name is the pipeline's
    own. ``problems`` says in sentences what could not be used; the rest works."""

    channels: tuple[Channel, ...] = ()
    templates: Mapping[AlertKind, Template] = field(default_factory=dict)
    stuck: StuckRule = StuckRule()
    no_run_since: Mapping[str, timedelta] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def wants(self, kind: AlertKind) -> tuple[Channel, ...]:
        """The channels that hear of this kind."""
        return tuple(channel for channel in self.channels if kind in channel.alert_on)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. ``kind`` lets a channel choose a colour or a priority."""

    kind: AlertKind
    title: str
    body: str
