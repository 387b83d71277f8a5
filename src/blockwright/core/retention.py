"""Which ended runs may go. Pins and aliases keep a run for ever; interactive runs go sooner than others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blockwright.core.durations import duration, in_words
from blockwright.core.errors import Invalid
from blockwright.core.runs.model import RunId

KEY, OLD_KEY = "retention", "variables_retention_period"
"""The project's keys: ours, and the one that the format has always had, which stands for ``retention.scheduled``."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``results`` of each pipeline are kept from interactive runs, for ``interactive`` at most; other runs for
    ``scheduled``. The newest run of each pipeline always stays. ``disk_share`` bounds the use of the volume.
    ``predictions`` is for how long what a served model was asked and answered is kept.
    ``sources`` says of each value where it comes from, if it is no default."""

    interactive: timedelta = timedelta(days=7)
    results: int = 10
    scheduled: timedelta = timedelta(days=30)
    disk_share: float = 0.8
    predictions: timedelta = timedelta(days=400)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunAge:
    """``pinned``: it is kept for ever, or something that it gave is."""

    id: RunId
    pipeline: str
    interactive: bool
    ended: datetime
    pinned: bool
    newest_completed: bool = False

    @property
    def run(self) -> int:
        return int(self.id)


def policy_of(project: Mapping[str, Any]) -> Policy:
    """The policy that a project's file asks for, with the defaults for what it leaves open. Raises Invalid naming the
    key that is wrong."""
    said = project.get(KEY) or {}
    if not isinstance(said, Mapping):
        raise Invalid(f"`{KEY}` is {said!r}.", hint="Write `key: value` lines below it.")
    unknown = sorted(str(name) for name in said.keys() - _READERS.keys())
    if unknown:
        raise Invalid(f"`{KEY}.{unknown[0]}` is no part of the policy.", hint=f"There is {', '.join(_READERS)}.")
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if project.get(OLD_KEY) is not None:
        values["scheduled"] = duration(project[OLD_KEY], what=OLD_KEY)
        sources["scheduled"] = OLD_KEY
    for name, value in said.items():
        if value is not None:
            values[name] = _READERS[name](value, f"{KEY}.{name}")
            sources[name] = f"{KEY}.{name}"
    if "scheduled" in values and "interactive" not in values and values["scheduled"] < Policy().interactive:
        # What somebody wants gone sooner than that shall not stay because they pressed a button.
        values["interactive"], sources["interactive"] = values["scheduled"], sources["scheduled"]
    return Policy(**values, sources=sources)


def ended_to_delete(
    runs: Iterable[RunAge], policy: Policy, *, now: datetime, used: int, total: int
) -> list[tuple[RunAge, str]]:
    """The runs that go, oldest first, each with the reason. ``used`` and ``total`` are bytes of the volume.

    When the volume is fuller than the policy's share, the older half of what is unpinned goes as well; the next
    collection looks again.
    """
    ordered = sorted(runs, key=lambda run: run.ended)
    last = {run.pipeline: run.id for run in ordered}
    free = [run for run in ordered if not run.pinned and run.id != last[run.pipeline] and not run.newest_completed]
    going: dict[RunId, tuple[RunAge, str]] = {}
    newer: dict[str, int] = defaultdict(int)
    for run in reversed(free):
        reason = _reason(run, policy, now, newer[run.pipeline])
        newer[run.pipeline] += run.interactive
        if reason:
            going[run.id] = (run, reason)
    if total and used / total > policy.disk_share:
        left = [run for run in free if run.id not in going]
        for run in left[: (len(left) + 1) // 2]:
            going[run.id] = (run, f"the volume is {used / total:.0%} full, more than {policy.disk_share:.0%}")
    return sorted(going.values(), key=lambda entry: entry[0].ended)


def _reason(run: RunAge, policy: Policy, now: datetime, newer: int) -> str:
    limit = policy.interactive if run.interactive else policy.scheduled
    if now - run.ended > limit:
        return f"it ended more than {_days(limit)} ago"
    if run.interactive and newer >= policy.results:
        return f"{newer} newer interactive runs of its pipeline are kept"
    return ""


def _days(length: timedelta) -> str:
    return in_words(length) if length % timedelta(days=1) else f"{length.days} days"


def _length(value: Any, what: str) -> timedelta:
    return duration(value, what=what)


def _count(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Invalid(f"`{what}` is {value!r}, which is no count.", hint="Write for example `10`.")
    return value


def _share(value: Any, what: str) -> float:
    """A part of the volume: ``0.8`` or ``80%``."""
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if isinstance(value, bool) or not 0 < share <= 1:
        raise Invalid(f"`{what}` is {value!r}, which is no part of a disk.", hint="Write `80%` or `0.8`.")
    return share


_READERS = {
    "interactive": _length,
    "results": _count,
    "scheduled": _length,
    "disk_share": _share,
    "predictions": _length,
}
