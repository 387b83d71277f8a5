"""What is due, as a table: the decision alone, without records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.triggers.due import TICK, Decision, begin, decide, lead_of
from blockwright.core.triggers.entries import Entry, made
from blockwright.core.triggers.model import Misfire, Place, Trigger, TriggerSettings, TriggerSpec, TriggerType

NOW = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)


def trigger(schedule: str = "@hourly", now: datetime = NOW, **more: object) -> Trigger:
    spec = replace(TriggerSpec("t", schedule=schedule, active=True), **more)  # type: ignore[arg-type]
    return made(Entry(spec), "shop", "p", Place.FILE, now)


def at(hour: float) -> datetime:
    return NOW.replace(hour=0, minute=0) + timedelta(hours=hour)


def test_nothing_is_due_until_it_is() -> None:
    assert decide(trigger(), NOW) == Decision(next_due=at(10))
    assert decide(trigger(), at(10)) == Decision((at(10),), None, at(11))


def test_a_time_at_which_it_was_switched_on_counts() -> None:
    assert decide(trigger(now=at(9)), at(9)).fires == (at(9),)


@pytest.mark.parametrize(
    ("policy", "most", "fires", "missed"),
    [
        (Misfire.LATEST, 100, [13], (10, 12, 3)),
        (Misfire.SKIP, 100, [], (10, 13, 4)),
        (Misfire.ALL, 2, [12, 13], (10, 11, 2)),
        (Misfire.ALL, 9, [10, 11, 12, 13], None),
    ],
)
def test_misfires(policy: Misfire, most: int, fires: list[float], missed: tuple[float, float, int] | None) -> None:
    decision = decide(trigger(misfire=policy, misfire_most=most), at(13.5))
    assert decision.fires == tuple(map(at, fires))
    found = decision.missed
    assert (found and (found.first, found.last, found.count)) == (missed and (at(missed[0]), at(missed[1]), missed[2]))
    assert decision.next_due == at(14)


def test_a_month_of_seconds_is_told_without_counting_them_all() -> None:
    decision = decide(trigger("* * * * * *"), NOW + timedelta(days=30))
    assert decision.fires == (NOW + timedelta(days=30),)
    assert decision.missed is not None
    assert (decision.missed.count, decision.missed.more) == (10_000, True)


def test_start_time_and_switches() -> None:
    assert decide(trigger(start_time=at(11.5)), at(13)).fires == (at(13),)
    assert decide(trigger(start_time=at(11)), at(11)).fires == (at(11),)
    assert decide(trigger(start_time=at(11)), at(10.5)).next_due == at(11)
    assert decide(replace(trigger(), active=False), at(13)) == Decision()
    assert decide(replace(trigger(), gone=NOW), at(13)) == Decision()


def test_once_is_due_at_once_or_at_its_start() -> None:
    assert decide(trigger("@once"), at(10)).fires == (NOW,)
    later = trigger("@once", start_time=at(12))
    assert decide(later, at(10)) == Decision(next_due=at(12))
    assert decide(later, at(13)) == Decision((at(12),))


def test_always_on_waits_for_its_run() -> None:
    assert decide(trigger("@always_on"), NOW, busy=True) == Decision(next_due=NOW + timedelta(minutes=1))
    assert decide(trigger("@always_on"), NOW).fires == (NOW,)


def test_a_landing_time_is_started_before() -> None:
    landing = TriggerSettings(landing_time_enabled=True)
    one = trigger("@daily", settings=landing, start_time=at(12.25))
    assert decide(one, at(12), lead=timedelta(minutes=5)).fires == ()
    assert decide(one, at(12), lead=timedelta(minutes=15)).fires == (at(12.25),)


def test_lead_is_the_mean_and_half_a_deviation() -> None:
    assert lead_of([]) == timedelta()
    assert lead_of([100.0, 300.0]) == timedelta(seconds=250)


def test_an_event_has_no_times() -> None:
    event = replace(trigger(), spec=TriggerSpec("e", TriggerType.EVENT, active=True))
    begun = begin(event, NOW, first=True)
    assert (begun.enabled, begun.settled, begun.next_due) == (NOW, None, None)


@given(
    st.sampled_from(["@hourly", "@daily", "*/7 * * * *", "0 0 30 * *", "15 3 * * 1"]),
    st.sampled_from(list(Misfire)),
    st.integers(1, 4),
    st.lists(st.integers(1, 5_000), min_size=1, max_size=8),
)
def test_every_time_is_decided_once_in_order(schedule: str, misfire: Misfire, most: int, minutes: list[int]) -> None:
    """Whoever looks whenever: what is settled never goes back, and what is fired lies behind it."""
    one, now = trigger(schedule, misfire=misfire, misfire_most=most), NOW
    for gap in minutes:
        now += timedelta(minutes=gap)
        assert one.settled is not None
        decision = decide(one, now)
        decided = [decision.missed.first, decision.missed.last] if decision.missed else []
        decided = list(dict.fromkeys(decided)) + list(decision.fires)
        assert decided == sorted(set(decided))
        assert all(one.settled < due <= now for due in decided)
        assert decision.next_due is None or decision.next_due > now
        one = replace(one, settled=max([one.settled, *decided]))
        assert decide(one, now).fires == ()
        assert decide(one, now).missed is None
        assert one.settled <= now + TICK
