"""When slowness is worth an alert, and when a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blockwright.core.alerts.model import StuckRule
from blockwright.core.alerts.watching import GIVE_UP, next_try, sla_due, too_slow
from blockwright.core.durations import duration, in_words
from blockwright.core.errors import Invalid

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
RULE = StuckRule(factor=3, minimum=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("earlier", "seconds", "slow"),
    [
        ([100, 100, 100], 301, True),
        ([100, 100, 100], 300, False),
        ([100, 100], 9000, False),  # too few to say what is usual
        ([1, 1, 1], 59, False),  # short ones may vary
        ([1, 1, 1], 61, True),
        ([100, 100, 9000], 301, True),  # one long one is no habit
    ],
)
def test_slow_is_far_longer_than_usual(earlier: list[float], seconds: float, slow: bool) -> None:
    assert (too_slow(NOON, NOON + timedelta(seconds=seconds), earlier, RULE) is not None) is slow


def test_the_reason_says_both_times() -> None:
    assert too_slow(NOON, NOON + timedelta(hours=2), [600, 600, 600], RULE) == (
        "it runs for 2 h, and usually takes 10 min"
    )


def test_tries_go_on_for_a_day_and_end() -> None:
    now, tries, pauses = NOON, 0, []
    while True:
        tries += 1
        again = next_try(tries, NOON, now)
        if again is None:
            break
        pauses.append((again - now).total_seconds())
        now = again
    assert pauses[:6] == [30, 120, 600, 1800, 7200, 7200]
    assert pauses == sorted(pauses)
    assert GIVE_UP - timedelta(hours=2) < now - NOON <= GIVE_UP


def test_an_sla_counts_from_the_execution_date() -> None:
    assert sla_due(NOON, 90) == NOON + timedelta(seconds=90)
    assert sla_due(NOON, None) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), (90, 90), ("45s", 45), ("1.5h", 5400), ("30d", 2592000), ("2w", 1209600), ("1d 12h", 129600)],
)
def test_lengths_of_time_are_read(text: str | int, seconds: float) -> None:
    assert duration(text, what="x").total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", -1, "1y", True, None, "nan", float("nan"), float("inf"), "9" * 40])
def test_what_is_no_length_of_time_is_refused(text: object) -> None:
    with pytest.raises(Invalid, match="`limit`"):
        duration(text, what="limit")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (61, "1 min 1 s"), (90061, "1 d 1 h"), (86460, "1 d 1 min")]
)
def test_times_are_told_in_two_units(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
