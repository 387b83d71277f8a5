from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.products import COMPONENTS, Product, freshness, later, overridden


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "starting", "now", "fresh", "why"),
    [
        ({}, {}, "2030-01-01", True, "never becomes outdated"),
        ({}, {"hour_of_day": 1}, "2030-01-01", True, "never becomes outdated"),
        ({"seconds": 700}, {}, "2024-01-31T12:11:39", True, "fresh until 2024-01-31 12:11:40"),
        ({"seconds": 700}, {}, "2024-01-31T12:11:40", False, "out of date since 2024-01-31 12:11:40"),
        ({"months": 1}, {}, "2024-02-29T11:59", True, "fresh until 2024-02-29 12:00:00"),
        ({"months": 1}, {}, "2024-02-29T12:00", False, "out of date"),
        ({"years": 1, "weeks": 1}, {}, "2025-02-07T12:00", False, "out of date"),
        ({"weeks": 1}, {"hour_of_day": 18}, "2024-02-08T17:00", True, "when hour of day is 18"),
        ({"weeks": 1}, {"hour_of_day": 18}, "2024-02-08T18:00", False, "out of date"),
        ({"weeks": 1}, {"hour_of_day": 1, "day_of_week": 5}, "2024-02-08T18:00", True, "when day of week is 5"),
        ({"years": 9000}, {}, "2030-01-01", True, "never becomes outdated"),
    ],
)
def test_when_a_value_is_out_of_date(
    after: dict[str, int], starting: dict[str, int], now: str, fresh: bool, why: str
) -> None:
    judged = freshness(Product("set", "p", after, starting), utc("2024-01-31T12:00"), utc(now))
    assert (judged.fresh, why in judged.why) == (fresh, True), judged


def test_what_was_never_computed_is_out_of_date() -> None:
    assert not freshness(Product("set", "p"), None, utc("2024-01-01")).fresh


def test_the_components_of_a_moment() -> None:
    moment = utc("2024-09-01T13:14:15")  # a Sunday
    assert {name: read(moment) for name, read in COMPONENTS.items()} == {
        "second_of_minute": 15,
        "minute_of_hour": 14,
        "hour_of_day": 13,
        "day_of_week": 0,
        "day_of_month": 1,
        "day_of_year": 245,
        "week_of_month": 1,
        "week_of_year": 35,
        "month_of_year": 9,
    }


def test_what_a_block_says_goes_before_the_registry() -> None:
    product = Product("set", "p", {"weeks": 1}, {"hour_of_day": 6}, {BlockId("a"): 1})
    wish = Product("set", "", {}, {"hour_of_day": 7}, {BlockId("b"): 0})
    assert overridden(product, wish) == Product("set", "p", {"weeks": 1}, {"hour_of_day": 7}, {BlockId("b"): 0})
    assert later(utc("2024-01-31"), {"months": 1, "days": 1}) == utc("2024-03-01")
