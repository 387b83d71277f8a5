"""Which ended runs may go. Pins and aliases keep a run for ever; interactive runs go sooner than others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from blockwright.core.runs.model import RunId


@dataclass(frozen=True, slots=True)
class Policy:
    """``results`` of each pipeline are kept from interactive runs, for ``interactive`` at most; other runs for
    ``scheduled``. The newest run of each pipeline always stays. ``disk_share`` bounds the use of the volume."""

    interactive: timedelta = timedelta(days=7)
    results: int = 10
    scheduled: timedelta = timedelta(days=30)
    disk_share: float = 0.8


@dataclass(frozen=True, slots=True)
class RunAge:
    id: RunId
    pipeline: str
    interactive: bool
    ended: datetime
    pinned: bool
    newest_completed: bool = False

    @property
    def run(self) -> int:
        return int(self.id)


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
        return f"it ended more than {limit.days} days ago"
    if run.interactive and newer >= policy.results:
        return f"{newer} newer interactive runs of its pipeline are kept"
    return ""
