"""Which entry is which trigger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from blockwright.core.triggers.definitions import definition_of
from blockwright.core.triggers.entries import Entry, left, made, reconcile, switched
from blockwright.core.triggers.model import Place, Trigger, TriggerId, TriggerSpec

NOW = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
DAILY = TriggerSpec("daily", schedule="@daily", active=True, variables={"a": 1})


def row(spec: TriggerSpec = DAILY, number: int = 1, place: Place = Place.FILE) -> Trigger:
    return replace(made(Entry(spec), "shop", "p", place, NOW), id=TriggerId(number))


def read(entries: list[TriggerSpec | Entry], rows: list[Trigger]) -> list[Trigger]:
    found = [entry if isinstance(entry, Entry) else Entry(entry) for entry in entries]
    return [change.trigger for change in reconcile(found, rows, project="shop", pipeline="p", now=LATER)]


def test_nothing_changed_changes_nothing() -> None:
    assert read([DAILY], [row()]) == []


def test_a_rename_keeps_the_row_and_what_is_settled() -> None:
    (changed,) = read([replace(DAILY, name="new", description="x")], [row()])
    assert (changed.id, changed.spec.name, changed.settled) == (1, "new", row().settled)


def test_another_schedule_or_variables_are_another_trigger() -> None:
    for other in (replace(DAILY, name="new", schedule="@hourly"), replace(DAILY, name="new", variables={})):
        new, gone = read([other], [row()])
        assert (new.id, gone.id, gone.gone) == (0, 1, LATER)


def test_two_equal_ones_are_renamed_in_order_and_a_name_goes_before_a_rename() -> None:
    rows = [row(number=1), row(replace(DAILY, name="other"), 2)]
    changed = read([replace(DAILY, name="x"), replace(DAILY, name="y")], rows)
    assert [(one.id, one.spec.name) for one in changed] == [(1, "x"), (2, "y")]
    assert [one.id for one in read([replace(DAILY, name="other"), replace(DAILY, name="x")], rows)] == [1]


def test_one_that_only_the_records_have_stays_and_is_taken_over_by_its_name() -> None:
    mine = row(place=Place.API)
    assert read([], [mine]) == []
    (changed,) = read([DAILY], [mine])
    assert (changed.id, changed.place) == (1, Place.FILE)


def test_a_broken_entry_keeps_its_trigger_waiting_and_goes_on_where_it_was() -> None:
    broken = Entry(replace(DAILY, schedule=""), "no such schedule")
    (waiting,) = read([broken], [row()])
    assert (waiting.next_due, waiting.spec, waiting.problem) == (None, DAILY, "no such schedule")
    (mended,) = read([DAILY], [waiting])
    assert (mended.settled, mended.problem) == (row().settled, "")
    assert mended.next_due == NOW.replace(hour=0, minute=0) + timedelta(days=1)


def test_one_that_comes_back_begins_anew() -> None:
    (back,) = read([DAILY], [left(row(), NOW)])
    assert (back.id, back.gone, back.first_seen) == (1, None, NOW)
    assert back.settled is not None
    assert back.settled > LATER - timedelta(seconds=1)


def test_switching() -> None:
    paused = switched(row(), False, LATER)
    assert (paused.active, paused.spec.active, paused.next_due) == (False, False, None)
    again = switched(paused, True, LATER)
    assert again.next_due == LATER.replace(hour=0, minute=0) + timedelta(days=1)
    assert switched(again, True, LATER) == again


def test_a_definition_says_what_is_not_usual() -> None:
    assert definition_of(DAILY) == {
        "name": "daily",
        "schedule_type": "time",
        "schedule_interval": "@daily",
        "status": "active",
        "variables": {"a": 1},
    }
