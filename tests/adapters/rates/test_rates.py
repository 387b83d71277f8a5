from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwright.adapters.rates.local import LocalRates
from blockwright.adapters.rates.redis import RedisRates
from blockwright.ports.rates import BackOff, Rate, RateLimits
from tests.contracts.rates import SLOW, RatesContract
from tests.redis_server import RedisServer


class Hand:
    """Seconds that go on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestLocalRates(RatesContract):
    @pytest.fixture
    def rates(self) -> RateLimits:
        return LocalRates(Hand())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    made = RedisServer(tmp_path)
    yield made
    made.stop()


@pytest.mark.redis
class TestRedisRates(RatesContract):
    @pytest.fixture
    def rates(self, server: RedisServer) -> Iterator[RateLimits]:
        made = RedisRates(server.url, LocalRates(time.monotonic))
        yield made
        made.close()


@pytest.mark.redis
def test_several_servers_count_together_and_alone_without_redis(server: RedisServer) -> None:
    here, there = (RedisRates(server.url, LocalRates(time.monotonic)) for _ in range(2))
    assert [here.take("a", SLOW), there.take("a", SLOW), here.take("a", SLOW)] == [0, 0, 0]
    assert there.take("a", SLOW) > 0
    here.fail("b", BackOff(0, 100, 100))
    assert there.wait("b") > 0
    server.stop()
    assert [there.take("c", SLOW) for _ in range(3)] == [0, 0, 0]
    assert there.take("c", SLOW) > 0
    for rates in (here, there):
        rates.close()


def test_a_bucket_fills_again_with_time() -> None:
    hand = Hand()
    rates = LocalRates(hand)
    rate = Rate(burst=2, seconds=10)
    assert [rates.take("a", rate) for _ in range(3)] == [0, 0, 10]
    hand.now = 10
    assert [rates.take("a", rate) for _ in range(2)] == [0, 10]
    hand.now = 1000
    assert [rates.take("a", rate) for _ in range(3)] == [0, 0, 10]


def test_failures_are_forgotten_after_a_quiet_time() -> None:
    hand = Hand()
    rates, back_off = LocalRates(hand), BackOff(free=0, seconds=1, most=60)
    for _ in range(10):
        rates.fail("a", back_off)
    hand.now = 60 + 60
    rates.fail("a", back_off)
    assert rates.wait("a") == 1


def test_strangers_cannot_fill_the_memory() -> None:
    rates = LocalRates(Hand(), kept=100)
    for number in range(1000):
        rates.take(f"a{number}", SLOW)
        rates.fail(f"a{number}", BackOff(0, 1, 60))
    assert (len(rates._full), len(rates._failures)) == (100, 100)
    assert rates.wait("a999") > 0
