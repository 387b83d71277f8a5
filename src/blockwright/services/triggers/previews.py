"""Looking ahead and back: when a trigger fires next, what would have fired, and triggers as documents for people."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.schedules.schedules import between, next_after
from blockwright.core.schedules.words import describe
from blockwright.core.triggers.definitions import definition_of
from blockwright.core.triggers.due import TICK, schedule_of
from blockwright.core.triggers.model import Fired, Trigger, TriggerSpec, TriggerType
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace
from blockwright.wire import values

MOST = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Coming:
    """A due time of a trigger."""

    due: datetime
    trigger: Trigger


def words(spec: TriggerSpec) -> str:
    """When it fires, in a line."""
    match spec.type:
        case TriggerType.API:
            return "when it is called with its token"
        case TriggerType.PRODUCT:
            return f"when the data product `{spec.product}` is out of date"
        case TriggerType.EVENT:
            kinds = dict.fromkeys(source.type.value for source in spec.sources)
            return f"on events of {', '.join(kinds)}" if kinds else "on events that are sent to the project"
        case TriggerType.TIME:
            return describe(schedule_of(spec)) if spec.schedule else "never, as it has no schedule that can be read"


def upcoming(spec: TriggerSpec, after: datetime, count: int) -> list[datetime]:
    """The next due times later than ``after``, at most ``count`` (1000). Raises Invalid when it has no times of its
    own."""
    found = _times(spec)
    start = after if spec.start_time is None else max(after, spec.start_time - TICK)
    times: list[datetime] = []
    following = next_after(found, start)
    while following is not None and len(times) < min(count, MOST):
        times.append(following)
        following = next_after(found, following)
    return times


def would_have_fired(spec: TriggerSpec, start: datetime, end: datetime, limit: int = MOST) -> list[datetime]:
    """The due times in ``start <= time < end``, whether or not anything ran; at most ``limit``."""
    if spec.start_time is not None:
        start = max(start, spec.start_time)
    return list(islice(between(_times(spec), start, end), limit))


def calendar(
    workspace: Workspace,
    start: datetime,
    end: datetime,
    limit: int,
    *,
    visible: Callable[[str], bool],
    paused: bool = False,
    each: int,
) -> Sequence[Coming]:
    """The due times of the active triggers (``paused``: of the others, too) of ``visible`` pipelines in
    ``start <= time < end``, in order; of ``each`` trigger only the first so many."""
    which = TriggerFilter(workspace.project.name, type=TriggerType.TIME, active=None if paused else True)
    listed = workspace.triggering.records.list(which, limit=100_000)
    triggers = [one for one in listed if not one.problem and visible(one.pipeline)]

    def times(trigger: Trigger) -> Iterator[tuple[datetime, int, Trigger]]:
        try:
            found = schedule_of(trigger.spec)
        except Invalid:
            return
        if found.cron is None:
            if trigger.next_due is not None and start <= trigger.next_due < end:
                yield trigger.next_due, trigger.id, trigger
            return
        begin = start if trigger.spec.start_time is None else max(start, trigger.spec.start_time)
        for due in islice(between(found, begin, end), each):
            yield due, trigger.id, trigger

    merged = heapq.merge(*map(times, triggers), key=lambda item: item[:2])
    return [Coming(due, trigger) for due, _, trigger in islice(merged, limit)]


def _times(spec: TriggerSpec) -> Any:
    found = schedule_of(spec) if spec.type is TriggerType.TIME and spec.schedule else None
    if found is None or found.cron is None:
        raise Invalid(
            f"Trigger `{spec.name}` has no times of its own: it fires {words(spec)}.",
            hint="Only schedules can be previewed.",
            code="no_times",
        )
    return found


def parse_moment(text: str) -> datetime:
    """A time that a person wrote: ISO, UTC unless it says otherwise. Raises Invalid."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            f"`{text}` is no date or time.", hint="Write for example 2024-05-01 or 2024-05-01T06:00."
        ) from None


def report(trigger: Trigger) -> dict[str, Any]:
    """A trigger as a JSON document; times are ISO texts."""
    definition = definition_of(trigger.spec)
    if trigger.spec.start_time is not None:
        definition["start_time"] = trigger.spec.start_time.isoformat()
    for key in ("variables", "match"):
        if key in definition:
            definition[key] = values.encode(definition[key])
    return {
        "id": trigger.id,
        "project": trigger.project,
        "pipeline": trigger.pipeline,
        "name": trigger.spec.name,
        "type": trigger.spec.type.value,
        "active": trigger.active,
        "in_words": _words(trigger),
        "place": trigger.place.value,
        "definition": definition,
        "first_seen": trigger.first_seen.isoformat(),
        "enabled": _iso(trigger.enabled),
        "next_due": _iso(trigger.next_due),
        "problem": trigger.problem,
        "gone": _iso(trigger.gone),
    }


def fired_report(fired: Fired) -> Mapping[str, Any]:
    return {
        "key": fired.key,
        "due": _iso(fired.due),
        "fired": fired.fired.isoformat(),
        "outcome": fired.outcome.value,
        "reason": fired.reason,
        "run": fired.run,
    }


def _words(trigger: Trigger) -> str:
    try:
        return words(trigger.spec)
    except Invalid as error:
        return error.message


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def place_of(moment: datetime) -> int:
    """A moment as a number for a cursor: whole microseconds since 1970."""
    return (moment - _EPOCH) // TICK


def behind(place: int | None) -> datetime | None:
    """The moment of a cursor; raises Invalid for one that no calendar has."""
    try:
        return None if place is None else _EPOCH + place * TICK
    except OverflowError:
        raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor") from None
