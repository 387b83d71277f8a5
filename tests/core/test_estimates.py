from __future__ import annotations

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.estimates import elapsed

SECONDS = {BlockId(name): seconds for name, seconds in {"a": 1.0, "b": 2.0, "c": 3.0, "d": 1.0}.items()}
DIAMOND = {BlockId("b"): [BlockId("a")], BlockId("c"): [BlockId("a")], BlockId("d"): [BlockId("b"), BlockId("c")]}


@pytest.mark.parametrize(("slots", "wanted"), [(1, 7.0), (2, 5.0), (8, 5.0)])
def test_a_diamond_takes_its_longest_way_when_there_is_room(slots: int, wanted: float) -> None:
    assert elapsed(SECONDS, DIAMOND, slots) == wanted


def test_what_is_there_already_takes_no_time() -> None:
    assert elapsed({BlockId("d"): 1.0}, DIAMOND, 1) == 1.0
    assert elapsed({}, DIAMOND, 1) == 0.0
