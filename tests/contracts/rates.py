"""What every ``RateLimits`` keeps. Subclass it and give a fixture ``rates``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from blockwright.ports.rates import BackOff, Rate, RateLimits

SLOW = Rate(burst=3, seconds=1000)


class RatesContract:
    def test_a_bucket_gives_its_burst_and_then_says_how_long(self, rates: RateLimits) -> None:
        assert [rates.take("a", SLOW) for _ in range(3)] == [0, 0, 0]
        assert rates.take("a", SLOW) == pytest.approx(1000, abs=60)

    def test_what_was_refused_costs_nothing(self, rates: RateLimits) -> None:
        for _ in range(10):
            wait = rates.take("a", SLOW)
        assert wait == pytest.approx(1000, abs=60)

    def test_each_key_has_its_own(self, rates: RateLimits) -> None:
        for _ in range(4):
            rates.take("a", SLOW)
        assert rates.take("b", SLOW) == 0

    def test_many_at_once_get_no_more(self, rates: RateLimits) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: rates.take("a", SLOW), range(40)))
        assert answers.count(0) == 3

    def test_failures_wait_longer_each_time_until_one_succeeds(self, rates: RateLimits) -> None:
        back_off = BackOff(free=2, seconds=100, most=300)
        waits = []
        for _ in range(6):
            rates.fail("a", back_off)
            waits.append(rates.wait("a"))
        assert waits == pytest.approx([0, 0, 100, 200, 300, 300], abs=20)
        assert rates.wait("b") == 0
        rates.forget("a")
        assert rates.wait("a") == 0
        rates.fail("a", back_off)
        assert rates.wait("a") == 0
