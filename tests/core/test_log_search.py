"""Lines of logs put into bars that people can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.log_search import MOST_BARS, spread

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
AT = NOON.timestamp()


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (timedelta(seconds=30), 1),
        (timedelta(minutes=10), 15),
        (timedelta(hours=1), 120),
        (timedelta(days=1), 1800),
        (timedelta(days=7), 10_800),
        (timedelta(days=400), 7 * 86_400),
    ],
)
def test_bars_have_a_width_that_can_be_read(span: timedelta, seconds: float) -> None:
    found = spread([], NOON, NOON + span)
    assert found is not None
    assert (found.seconds, found.bars) == (seconds, ())


def test_bars_begin_at_full_units_and_count_by_level() -> None:
    times = [(AT + 61, "info"), (AT + 119, "info"), (AT + 119.5, "error"), (AT + 3599, "info")]
    found = spread(times, NOON, NOON + timedelta(hours=1))
    assert found is not None
    assert [(bar.start, bar.counts) for bar in found.bars] == [
        (NOON, {"info": 2, "error": 1}),
        (NOON + timedelta(minutes=58), {"info": 1}),
    ]


def test_without_lines_and_times_there_is_nothing() -> None:
    assert spread([], None, None) is None
    assert spread([], NOON, NOON - timedelta(seconds=1)) is None


@given(
    st.lists(st.floats(-6e10, 2.5e11).map(lambda moment: (moment, "info")), min_size=1, max_size=20),
)
def test_every_line_is_in_one_of_few_bars(times: list[tuple[float, str]]) -> None:
    found = spread(times, None, None)
    assert found is not None
    assert sum(bar.counts["info"] for bar in found.bars) == len(times)
    assert (found.end - found.start).total_seconds() <= (MOST_BARS + 3) * found.seconds
