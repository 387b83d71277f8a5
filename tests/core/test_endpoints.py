from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from blockwright.core import endpoints
from blockwright.core.endpoints import Bounds, Chosen, Endpoint, Figures, Mode, Traffic, breach, choose
from blockwright.core.errors import Conflict, Invalid

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST = endpoints.first("shop", "delay", 1, by="ada", now=NOON)


def shared(mode: Mode, share: float) -> Endpoint:
    return replace(FIRST, traffic=Traffic(mode, 2, share))


def test_the_champion_answers_everything_by_itself() -> None:
    assert choose(FIRST, "anybody") == Chosen(1)


def test_a_split_is_sticky_and_as_large_as_it_says() -> None:
    keys = [str(number) for number in range(20_000)]
    tenth = {key for key in keys if choose(shared(Mode.SPLIT, 0.1), key).version == 2}
    assert 1_800 < len(tenth) < 2_200
    third = {key for key in keys if choose(shared(Mode.SPLIT, 0.3), key).version == 2}
    assert tenth < third  # whoever had it keeps it when the share grows
    assert choose(shared(Mode.CANARY, 1.0), "x") == Chosen(2)
    other = replace(shared(Mode.SPLIT, 0.1), model="tips")
    assert {key for key in keys if choose(other, key).version == 2} != tenth


def test_a_shadow_never_answers() -> None:
    assert choose(shared(Mode.SHADOW, 1.0), "x") == Chosen(1, shadow=2)
    assert choose(shared(Mode.SHADOW, 1e-12), "x") == Chosen(1)


def test_promotion_and_roll_back_exchange_champion_and_previous() -> None:
    second = endpoints.promoted(FIRST, 2, by="bo", now=NOON)
    assert (second.version, second.previous, second.updated_by) == (2, 1, "bo")
    assert [second.stage(number) for number in (1, 2, 3)] == ["previous", "champion", ""]
    back = endpoints.rolled_back(second, by="bo", now=NOON)
    assert (back.version, back.previous) == (1, 2)
    with pytest.raises(Conflict, match="champion already"):
        endpoints.promoted(second, 2, by="bo", now=NOON)
    with pytest.raises(Conflict, match="no previous"):
        endpoints.rolled_back(FIRST, by="bo", now=NOON)


def test_a_promotion_ends_the_split() -> None:
    assert endpoints.promoted(shared(Mode.CANARY, 0.5), 2, by="bo", now=NOON).traffic == Traffic()


@pytest.mark.parametrize(
    "traffic",
    [
        Traffic(Mode.SPLIT, None, 0.1),
        Traffic(Mode.SPLIT, 1, 0.1),
        Traffic(Mode.SPLIT, 2, 0.0),
        Traffic(Mode.SPLIT, 2, 1.1),
        Traffic(Mode.SPLIT, 2, float("nan")),
        Traffic(Mode.CANARY, 2, 0.1, Bounds(errors=1.0)),
        Traffic(Mode.CANARY, 2, 0.1, Bounds(milliseconds=0.0)),
        Traffic(Mode.CANARY, 2, 0.1, Bounds(requests=0)),
    ],
)
def test_traffic_that_makes_no_sense_is_refused(traffic: Traffic) -> None:
    with pytest.raises(Invalid):
        endpoints.with_traffic(FIRST, traffic, by="ada", now=NOON)


def test_single_takes_the_challenger_out() -> None:
    after = endpoints.with_traffic(shared(Mode.SPLIT, 0.5), Traffic(), by="ada", now=NOON)
    assert after.traffic == Traffic()
    assert after.stage(2) == ""


def test_a_canary_is_judged_by_its_bounds_and_not_before_it_has_answered_enough() -> None:
    canary = Traffic(Mode.CANARY, 2, 0.1, Bounds(errors=0.1, milliseconds=20.0, requests=10))
    assert breach(canary, Figures(9, 9, 100.0)) == ""
    assert breach(canary, Figures(10, 1, 20.0)) == ""
    assert "2 of 10 answers of version 2 were errors" in breach(canary, Figures(10, 2, 1.0))
    assert "20.1 ms" in breach(canary, Figures(10, 0, 20.1))
    assert breach(replace(canary, mode=Mode.SPLIT), Figures(10, 10, 1.0)) == ""
