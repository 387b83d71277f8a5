from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import assume, given
from hypothesis import strategies as st

from blockwright.core.errors import Invalid
from blockwright.core.schedules.schedules import Schedule, between, latest_until, next_after, schedule
from blockwright.core.schedules.words import describe
from tests.properties import examples

# Where the clock moves by half an hour or at midnight the other implementation is wrong.
PLAIN_ZONES = ["Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata"]
ZONES = [*PLAIN_ZONES, "Australia/Lord_Howe", "America/Havana", "Africa/Cairo"]


def term(least: int, most: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    pair = st.tuples(number, number).filter(lambda both: both[0] != both[1]).map(sorted)
    return st.one_of(
        number.map(str),
        pair.map(lambda both: f"{both[0]}-{both[1]}"),
        st.tuples(pair, st.integers(1, 9)).map(lambda all: f"{all[0][0]}-{all[0][1]}/{all[1]}"),
        st.integers(1, 30).map(lambda step: f"*/{step}"),
        *([st.sampled_from(names)] if names else []),
    )


def field(least: int, most: int, *more: str, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    listed = st.lists(term(least, most, names), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), st.just("*"), term(least, most, names), listed, *map(st.just, more))


SECONDS, MINUTES, HOURS = field(0, 59), field(0, 59), field(0, 23)
DAYS = field(1, 31, "L", "LW", "13,L")
MONTHS = field(1, 12, names=("FEB", "mar", "OCT"))
WEEKDAYS = field(0, 7, "5L", "1#1", "FRI#3,2L", "MON-FRI", names=("SUN", "mon"))
FIVE = st.tuples(MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS).map(" ".join)
SIX = st.tuples(SECONDS, MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS).map(" ".join)
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
CHANGES = st.sampled_from(
    [
        datetime(2024, 3, 31, 1),
        datetime(2024, 10, 27, 1),
        datetime(2023, 3, 12, 5),
        datetime(2023, 11, 5, 5),
        datetime(2024, 4, 6, 15),
        datetime(2024, 10, 5, 16),
        datetime(2023, 4, 27, 22),
        datetime(2023, 10, 26, 21),
    ]
)
NEAR_CHANGES = st.builds(
    lambda day, seconds: day.replace(tzinfo=UTC) + timedelta(seconds=seconds), CHANGES, st.integers(-90_000, 90_000)
)


def oracle(expression: str, moment: datetime, zone: ZoneInfo | None = None, *, reverse: bool = False) -> CronSim:
    """A library that is right about cron; assumes away what it holds for impossible."""
    try:
        return CronSim(expression, moment if zone is None else moment.astimezone(zone), reverse=reverse)
    except CronSimError:
        assume(False)
        raise


def ours(found: Schedule, moment: datetime, count: int) -> list[datetime]:
    times = []
    while len(times) < count and (following := next_after(found, moment)) is not None:
        times.append(following)
        moment = following
    return times


def taken(simulation: CronSim, count: int) -> list[datetime]:
    times = [moment.astimezone(UTC) for moment in islice(simulation, count)]
    assume(len(times) == count)  # it gives up after fifty years
    return times


class TestAgainstAnotherImplementation:
    @given(st.one_of(FIVE, SIX), MOMENTS)
    def test_forward_in_utc(self, expression: str, moment: datetime) -> None:
        theirs = taken(oracle(expression, moment), 5)
        assert ours(schedule(expression), moment, 5) == theirs

    @given(st.one_of(FIVE, SIX), MOMENTS)
    def test_backward_in_utc(self, expression: str, moment: datetime) -> None:
        (theirs,) = taken(oracle(expression, moment + timedelta(seconds=1), reverse=True), 1)
        assert latest_until(schedule(expression), moment) == theirs

    @examples(300)
    @given(MINUTES, HOURS, st.one_of(st.just("* * *"), st.just("* * SUN")), st.one_of(NEAR_CHANGES, MOMENTS), st.data())
    def test_around_changes_of_the_clock(
        self, minutes: str, hours: str, days: str, moment: datetime, data: st.DataObject
    ) -> None:
        assume(hours.startswith("*") or not minutes.startswith("*"))  # there the two mean different things
        zone = ZoneInfo(data.draw(st.sampled_from(PLAIN_ZONES)))
        expression = f"{minutes} {hours} {days}"
        theirs = taken(oracle(expression, moment, zone), 8)
        if not hours.startswith("*"):
            theirs = sorted({each for each in theirs if each > moment})  # it repeats a time that it has moved
        found = ours(schedule(expression, zone.key), moment, 8)
        assert found[: len(theirs)] == theirs


@given(FIVE, st.one_of(NEAR_CHANGES, MOMENTS), st.sampled_from(ZONES))
def test_looking_back_and_forward_agree(expression: str, moment: datetime, zone: str) -> None:
    try:
        found = schedule(expression, zone)
    except Invalid:
        assume(False)
        raise
    latest, following = latest_until(found, moment), next_after(found, moment)
    assume(latest is not None and following is not None)
    assert latest is not None
    assert following is not None
    assert latest <= moment < following
    assert next_after(found, latest) == following
    assert latest_until(found, following) == following


def local(text: str, zone: str, start: str, count: int) -> list[str]:
    clock = ZoneInfo(zone)
    moment = datetime.fromisoformat(start).replace(tzinfo=clock).astimezone(UTC)
    return [each.astimezone(clock).strftime("%d %H:%M %z") for each in ours(schedule(text, zone), moment, count)]


@pytest.mark.parametrize(
    ("text", "zone", "start", "due"),
    [
        ("30 2 * * *", "Europe/Berlin", "2024-03-30T03:00", ["31 03:00 +0200", "01 02:30 +0200"]),
        ("0 30 2 * * *", "Europe/Berlin", "2024-03-30T03:00", ["31 03:00 +0200", "01 02:30 +0200"]),
        ("*/10 2 * * *", "Europe/Berlin", "2024-03-30T03:00", ["31 03:00 +0200", "01 02:00 +0200"]),
        ("0 2,3 * * *", "Europe/Berlin", "2024-03-30T04:00", ["31 03:00 +0200", "01 02:00 +0200"]),
        ("30 2 * * *", "Europe/Berlin", "2024-10-26T03:00", ["27 02:30 +0200", "28 02:30 +0100"]),
        ("@hourly", "Europe/Berlin", "2024-03-31T00:30", ["31 01:00 +0100", "31 03:00 +0200"]),
        ("@hourly", "Europe/Berlin", "2024-10-27T01:30", ["27 02:00 +0200", "27 02:00 +0100", "27 03:00 +0100"]),
        ("*/20 * * * *", "Australia/Lord_Howe", "2024-04-07T01:35", ["07 01:40 +1100", "07 01:40 +1030"]),
        ("@daily", "America/Havana", "2024-03-09T12:00", ["10 01:00 -0400", "11 00:00 -0400"]),
        ("@daily", "Pacific/Apia", "2011-12-28T12:00", ["29 00:00 -1000", "31 00:00 +1400", "01 00:00 +1400"]),
        ("@weekly", "UTC", "2024-03-30T12:00", ["31 00:00 +0000"]),
        ("@monthly", "Asia/Kolkata", "2024-03-30T12:00", ["01 00:00 +0530"]),
        ("0 9 15W * *", "UTC", "2024-06-01T00:00", ["14 09:00 +0000", "15 09:00 +0000", "15 09:00 +0000"]),
        ("0 9 1W * *", "UTC", "2024-05-31T00:00", ["03 09:00 +0000", "01 09:00 +0000"]),
    ],
)
def test_a_clock_that_is_put_forward_or_back(text: str, zone: str, start: str, due: list[str]) -> None:
    assert local(text, zone, start, len(due)) == due


def test_between_takes_its_start_and_leaves_its_end() -> None:
    start = datetime(2024, 5, 1, tzinfo=UTC)
    assert list(between(schedule("0 */6 * * *"), start, start + timedelta(hours=12))) == [
        start,
        start + timedelta(hours=6),
    ]


def test_once_and_always_on_have_no_times_of_their_own() -> None:
    now = datetime(2024, 5, 1, tzinfo=UTC)
    assert [next_after(schedule(text), now) for text in ("@once", "@always_on")] == [None, None]


def test_the_calendar_ends() -> None:
    assert next_after(schedule("0 0 29 2 *", "Europe/Berlin"), datetime(9999, 1, 1, tzinfo=UTC)) is None
    assert latest_until(schedule("0 0 29 2 *"), datetime(1, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "zone", "says"),
    [
        ("@dayly", "UTC", "Did you mean `@daily`"),
        ("0 6 * *", "UTC", "4 fields"),
        ("61 * * * *", "UTC", "`61` is no minute: it must be 0 to 59"),
        ("* * * * FRY", "UTC", "`FRY` is no weekday"),
        ("*/0 * * * *", "UTC", "no step of at least 1"),
        ("0 0 5-1 * *", "UTC", "runs backwards"),
        ("0 0 30 2 *", "UTC", "never comes true"),
        ("0 0 * * 1#6", "UTC", "1 to 5"),
        ("", "UTC", "empty"),
        ("1," * 1000 + "1 * * * *", "UTC", "too long"),
        ("²  * * * *", "UTC", "is no minute"),
        ("@daily", "Europe/Berln", "Did you mean `Europe/Berlin`"),
        ("@daily", "../etc/passwd", "no time zone"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_out(text: str, zone: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        schedule(text, zone)


@pytest.mark.parametrize(
    ("text", "zone", "words"),
    [
        ("@hourly", "UTC", "every hour"),
        ("*/15 * * * *", "UTC", "every 15 minutes of every hour"),
        ("0 6 * * MON-FRI", "Europe/Berlin", "at 06:00, on Monday to Friday (Europe/Berlin)"),
        ("0 */5 * * * *", "UTC", "every 5 minutes of every hour"),
        ("* * * * * *", "UTC", "every second"),
        ("0 0 1,15 JAN *", "UTC", "at 00:00, on the 1st and 15th of the month, in January (UTC)"),
        ("30 7 LW * *", "UTC", "at 07:30, on the last working day of the month (UTC)"),
        ("0 8 * * 5#2", "UTC", "at 08:00, on the 2nd Friday of the month (UTC)"),
        ("@once", "UTC", "once"),
    ],
)
def test_words(text: str, zone: str, words: str) -> None:
    assert describe(schedule(text, zone)) == words


@given(st.one_of(FIVE, SIX))
def test_every_expression_has_words(expression: str) -> None:
    try:
        found = schedule(expression)
    except Invalid:
        assume(False)
        raise
    assert describe(found)
