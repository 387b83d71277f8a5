from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.backfills.model import Dates, Definition, Interval
from blockwright.core.backfills.slices import MOST, at, interval_of, slices_of
from blockwright.core.errors import Invalid


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def names(start: str, end: str, interval: Interval, units: int = 1, zone: str = "UTC") -> list[str]:
    dates = Dates(utc(start), utc(end), interval, units, zone)
    return [one.name for one in slices_of(Definition(dates))]


@pytest.mark.parametrize(
    ("start", "end", "interval", "units", "expected"),
    [
        ("2024-02-27", "2024-03-01", Interval.DAY, 1, ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2024-01-01", "2024-01-01", Interval.YEAR, 1, ["2024-01-01"]),
        ("2024-01-31", "2024-05-30", Interval.MONTH, 1, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("2024-02-29", "2026-02-28", Interval.YEAR, 1, ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ("2024-01-01", "2024-01-31", Interval.WEEK, 2, ["2024-01-01", "2024-01-15", "2024-01-29"]),
        (
            "2024-01-01T22:00",
            "2024-01-02",
            Interval.HOUR,
            1,
            ["2024-01-01 22:00", "2024-01-01 23:00", "2024-01-02 00:00"],
        ),
        (
            "2024-01-01",
            "2024-01-01T01:00",
            Interval.MINUTE,
            30,
            ["2024-01-01 00:00", "2024-01-01 00:30", "2024-01-01 01:00"],
        ),
        ("2024-01-01", "2024-01-01T00:00:04", Interval.SECOND, 3, ["2024-01-01 00:00", "2024-01-01 00:00:03"]),
        (
            "2024-01-01",
            "2024-01-01T03:00",
            Interval.CUSTOM,
            5400,
            ["2024-01-01 00:00", "2024-01-01 01:30", "2024-01-01 03:00"],
        ),
        ("9999-12-30", "9999-12-31", Interval.DAY, 1, ["9999-12-30", "9999-12-31"]),
    ],
)
def test_both_ends_are_included_and_steps_follow_the_calendar(
    start: str, end: str, interval: Interval, units: int, expected: list[str]
) -> None:
    assert names(start, end, interval, units) == expected


def test_days_of_a_time_zone_begin_at_its_midnight_whatever_its_clocks_do() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2024, 3, 30, tzinfo=berlin).astimezone(UTC)
    end = datetime(2024, 4, 1, tzinfo=berlin).astimezone(UTC)
    dates = Dates(start, end, Interval.DAY, 1, "Europe/Berlin")
    made = slices_of(Definition(dates))
    assert [one.name for one in made] == ["2024-03-30", "2024-03-31", "2024-04-01"]
    assert [one.date for one in made] == [utc("2024-03-29T23:00"), utc("2024-03-30T23:00"), utc("2024-03-31T22:00")]
    told = interval_of(dates, 1)
    assert (told["execution_date"], told["interval_seconds"]) == (utc("2024-03-30T23:00"), 23 * 3600.0)
    # 02:30 does not exist on that day; hours are hours.
    skipped = replace(dates, start=datetime(2024, 3, 30, 2, 30, tzinfo=berlin).astimezone(UTC))
    assert slices_of(Definition(skipped))[1].name == "2024-03-31 03:30"
    assert names("2024-03-31", "2024-03-31T02:00", Interval.HOUR, 1, "Europe/Berlin") == [
        "2024-03-31 01:00",
        "2024-03-31 03:00",
        "2024-03-31 04:00",
    ]


def test_block_code_is_told_the_interval_as_the_format_has_it() -> None:
    dates = Dates(utc("2024-01-31"), utc("2024-12-31"), Interval.MONTH)
    assert interval_of(dates, 1) == {
        "execution_date": utc("2024-02-29"),
        "interval_start_datetime": utc("2024-02-29"),
        "interval_end_datetime": utc("2024-03-31"),
        "interval_seconds": 31 * 86_400.0,
        "interval_start_datetime_previous": utc("2024-01-31"),
    }


def test_a_list_gives_a_slice_for_each_set_of_variables() -> None:
    made = slices_of(Definition(each=({"customer": 12, "region": "eu"}, {"customer": "x" * 200})))
    assert [one.name for one in made] == ["customer=12, region=eu", f"customer={'x' * 110}…"]
    assert made[0].variables == {"customer": 12, "region": "eu"}
    assert made[0].date is None


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (Definition(), "either dates or a list"),
        (Definition(Dates(utc("2024-01-01"), utc("2024-01-02")), ({"a": 1},)), "either dates or a list"),
        (Definition(Dates(utc("2024-01-02"), utc("2024-01-01"))), "before it starts"),
        (Definition(Dates(utc("2024-01-01"), utc("2024-01-02"), units=0)), "at least 1"),
        (Definition(Dates(utc("2024-01-01"), utc("2024-01-02"), timezone="Mars/Base")), "Mars/Base"),
        (Definition(Dates(utc("2024-01-01"), utc("2024-01-03"), Interval.SECOND)), "at most 100,000"),
        (Definition(each=({},)), "no variables"),
        (Definition(each=({"a": 1},) * (MOST + 1)), "100,001 slices"),
    ],
)
def test_what_cannot_be_meant_is_refused(definition: Definition, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        slices_of(definition)


def test_a_hundred_thousand_slices_are_possible() -> None:
    start = utc("2024-01-01")
    end = start + timedelta(seconds=MOST - 1)
    assert len(slices_of(Definition(Dates(start, end, Interval.SECOND)))) == MOST


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(Interval),
    st.integers(1, 40),
    st.integers(0, 50),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_intervals_join_without_gap(start: datetime, interval: Interval, units: int, count: int, zone: str) -> None:
    dates = Dates(start, start, interval, units, zone)
    dates = replace(dates, end=at(dates, count))
    made = slices_of(Definition(dates))
    assert [one.date for one in made] == [at(dates, place) for place in range(len(made))]
    for one, following in pairwise(made):
        told, then = interval_of(dates, one.position), interval_of(dates, following.position)
        assert told["interval_end_datetime"] == then["execution_date"] == following.date
        assert then["interval_start_datetime_previous"] == one.date
        assert told["interval_seconds"] > 0
