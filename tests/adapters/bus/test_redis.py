from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwright.core.errors import Invalid
from blockwright.ports.bus import EventBus, Notice, Topic
from tests.contracts.bus import BusContract, Buses, heard
from tests.redis_server import RedisServer

redis = pytest.importorskip("redis")
pytestmark = pytest.mark.redis


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def buses(server: RedisServer) -> Iterator[Buses]:
    from blockwright.adapters.bus.redis import RedisBus

    made: list[EventBus] = []

    def make() -> EventBus:
        made.append(RedisBus(server.url, "test"))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


class TestRedisBus(BusContract):
    pass


def test_a_restart_of_redis_is_survived_and_wakes_who_waits(server: RedisServer, buses: Buses) -> None:
    here, there = buses(), buses()
    listener = there.listen({Topic.FEED})
    server.stop()
    here.publish(Notice(Topic.FEED, "lost"))  # neither waits nor raises
    server.start()
    assert listener.wait(15) == []  # woken without a notice: look for yourself
    here.publish(Notice(Topic.FEED, "shop"))
    while True:  # the sender may have needed that one to see that redis is back
        notices = listener.wait(1.0)
        if notices:
            break
        here.publish(Notice(Topic.FEED, "shop"))
    assert notices[0] == Notice(Topic.FEED, "shop")


def test_who_begins_to_listen_while_redis_is_away_hears_it_later(server: RedisServer, buses: Buses) -> None:
    server.stop()
    here, there = buses(), buses()
    listener = there.listen({Topic.FEED})
    assert listener.wait(0.01) == []
    server.start()
    while not (notices := listener.wait(0.5)):
        here.publish(Notice(Topic.FEED, "shop"))
    assert notices[0] == Notice(Topic.FEED, "shop")


def test_installations_that_share_a_server_do_not_hear_each_other(server: RedisServer) -> None:
    from blockwright.adapters.bus.redis import RedisBus

    one, other = RedisBus(server.url, "one"), RedisBus(server.url, "other")
    listener = other.listen({Topic.FEED})
    one.publish(Notice(Topic.FEED, "theirs"))
    other.publish(Notice(Topic.FEED, "ours"))
    assert heard(listener, 1)[0].project == "ours"
    one.close()
    other.close()


def test_a_url_that_is_none_is_refused_with_an_example() -> None:
    from blockwright.adapters.bus.redis import RedisBus

    with pytest.raises(Invalid, match="BLOCKWRIGHT_REDIS_URL"):
        RedisBus("http://nowhere", "x")
