"""Results that are kept, and findings: what was found holds from the evaluation that found it to the one that does not
any more, however often it is looked at in between. Whoever acts on findings acts once for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.monitors.judging import Found


class ResultState(StrEnum):
    WELL = "well"  # it was looked at, and nothing was found
    FOUND = "found"  # something deserves attention
    TOO_FEW = "too_few"  # there were too few rows to say anything
    FAILED = "failed"  # it could not be evaluated: the text says why


@dataclass(frozen=True, slots=True)
class NewResult:
    """One evaluation. ``document`` has all figures; see ``services.monitors.reports``. ``version`` 0: there was none.
    ``unsaid``: of these kinds nothing could be said."""

    monitor: str
    model: str
    version: int
    state: ResultState
    evaluated: datetime
    since: datetime
    until: datetime
    rows: int
    text: str
    by: str
    document: Mapping[str, Any]
    found: tuple[Found, ...] = ()
    unsaid: tuple[FindingKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    id: int
    project: str
    monitor: str
    model: str
    version: int
    state: ResultState
    evaluated: datetime
    since: datetime
    until: datetime
    rows: int
    text: str
    by: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """``seen`` is when it was last found, ``closed`` when it no longer was (None: it holds)."""

    id: int
    project: str
    monitor: str
    kind: FindingKind
    model: str
    version: int
    opened: datetime
    seen: datetime
    closed: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What an evaluation changes: what begins, what goes on (with what is now said of it), what has ended."""

    opened: tuple[Found, ...]
    seen: tuple[tuple[Finding, str], ...]
    closed: tuple[Finding, ...]


def turn(holding: Sequence[Finding], result: NewResult) -> Turn:
    """``holding`` are the findings of the monitor that hold. Those of another version have ended with it; of what
    nothing could be said nothing changes; a failed evaluation changes nothing at all."""
    if result.state is ResultState.FAILED:
        return Turn((), (), ())
    found = {one.kind: one for one in result.found}
    same = {one.kind: one for one in holding if one.version == result.version}
    return Turn(
        opened=tuple(one for kind, one in found.items() if kind not in same),
        seen=tuple((finding, found[kind].reason) for kind, finding in same.items() if kind in found),
        closed=tuple(
            one
            for one in holding
            if one.version != result.version or (one.kind not in found and one.kind not in result.unsaid)
        ),
    )
