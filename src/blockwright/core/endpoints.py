"""What answers predictions: the champion, and what share of the requests a challenger gets. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from blockwright.core.errors import Conflict, Invalid

FEWEST_REQUESTS = 50
"""A canary is judged only once it has answered so many."""


class Mode(StrEnum):
    SINGLE = "single"  # the champion answers everything
    SPLIT = "split"  # the challenger answers its share
    SHADOW = "shadow"  # the challenger sees its share, too, and its answers are only written down
    CANARY = "canary"  # as split, and it is taken out by itself when it is worse than its bounds


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a canary is taken out: more than this share of its answers are errors, or 95 of 100 take longer."""

    errors: float = 0.05
    milliseconds: float | None = None
    requests: int = FEWEST_REQUESTS


@dataclass(frozen=True, slots=True)
class Traffic:
    mode: Mode = Mode.SINGLE
    challenger: int | None = None
    share: float = 0.0
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is served under a model's name. ``revision`` counts changes, so that nobody overwrites an unseen one."""

    project: str
    model: str
    version: int
    previous: int | None
    traffic: Traffic
    revision: int
    updated: datetime
    updated_by: str

    def stage(self, version: int) -> str:
        """``champion``, ``challenger``, ``previous``, or empty."""
        if version == self.version:
            return "champion"
        if version == self.traffic.challenger:
            return "challenger"
        return "previous" if version == self.previous else ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who answers, and who else sees the request."""

    version: int
    shadow: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How a version did; ``slow`` is the time in milliseconds that 95 of 100 answers did not exceed."""

    requests: int
    errors: int
    slow: float


def choose(endpoint: Endpoint, key: str) -> Chosen:
    """The same key gets the same version as long as the share is the same; a larger share keeps those it had."""
    traffic = endpoint.traffic
    if traffic.mode is Mode.SINGLE or traffic.challenger is None:
        return Chosen(endpoint.version)
    inside = place_of(endpoint.model, key) < traffic.share
    if traffic.mode is Mode.SHADOW:
        return Chosen(endpoint.version, traffic.challenger if inside else None)
    return Chosen(traffic.challenger if inside else endpoint.version)


def place_of(model: str, key: str) -> float:
    """Where a key stands between 0 and 1. The model is part of it, so that not the same people try everything."""
    data = f"{model}\0{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest()) / 2**64


def breach(traffic: Traffic, figures: Figures) -> str:
    """Why the canary has to go, or empty."""
    bounds = traffic.bounds
    if traffic.mode is not Mode.CANARY or figures.requests < bounds.requests:
        return ""
    rate = figures.errors / figures.requests
    if rate > bounds.errors:
        return (
            f"{figures.errors} of {figures.requests} answers of version {traffic.challenger} were errors; "
            f"at most {bounds.errors:.1%} may be"
        )
    if bounds.milliseconds is not None and figures.slow > bounds.milliseconds:
        return (
            f"version {traffic.challenger} takes {figures.slow:.1f} ms for 95 of 100 answers; "
            f"at most {bounds.milliseconds:g} ms are allowed"
        )
    return ""


def first(project: str, model: str, version: int, *, by: str, now: datetime) -> Endpoint:
    return Endpoint(project, model, version, None, Traffic(), 0, now, by)


def promoted(endpoint: Endpoint, version: int, *, by: str, now: datetime) -> Endpoint:
    """The version answers everything; the one before can come back by a roll back. Raises Conflict when it does
    already."""
    if version == endpoint.version:
        raise Conflict(
            f"Version {version} of `{endpoint.model}` is the champion already.",
            hint="`blockwright models show` shows the versions.",
            code="already_champion",
        )
    return replace(endpoint, version=version, previous=endpoint.version, traffic=Traffic(), updated=now, updated_by=by)


def rolled_back(endpoint: Endpoint, *, by: str, now: datetime) -> Endpoint:
    """The previous champion answers again; a challenger is taken out. Raises Conflict when there is none."""
    if endpoint.previous is None:
        raise Conflict(
            f"`{endpoint.model}` has no previous champion to go back to.",
            hint="Promote the version that you want: `blockwright models promote MODEL VERSION`.",
            code="no_previous",
        )
    return promoted(endpoint, endpoint.previous, by=by, now=now)


def with_traffic(endpoint: Endpoint, traffic: Traffic, *, by: str, now: datetime) -> Endpoint:
    """Raises Invalid (code ``traffic``) for a rule that makes no sense."""
    if traffic.mode is Mode.SINGLE:
        return replace(endpoint, traffic=Traffic(), updated=now, updated_by=by)
    if traffic.challenger is None or traffic.challenger == endpoint.version:
        raise _wrong("The challenger must be another version than the champion.", "Name one with `--challenger`.")
    if not 0.0 < traffic.share <= 1.0:
        raise _wrong(f"The share is {traffic.share:g}.", "It must be more than 0 and at most 1.")
    bounds = traffic.bounds
    if not 0.0 <= bounds.errors < 1.0:
        raise _wrong(f"The bound on errors is {bounds.errors:g}.", "It is a share: from 0 up to 1.")
    if bounds.requests < 1 or (bounds.milliseconds is not None and bounds.milliseconds <= 0):
        raise _wrong("The bounds of the canary must be above 0.", "Leave out what shall not count.")
    return replace(endpoint, traffic=traffic, updated=now, updated_by=by)


def _wrong(message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, code="traffic")
