"""Whether there is a terminal."""

from __future__ import annotations

import pytest

from blockwright.core.terminals import Giving, fitting, refusal


@pytest.mark.parametrize(
    ("giving", "loopback", "word"),
    [
        (Giving.OFF, True, "BLOCKWRIGHT_TERMINAL=on"),
        (Giving.OFF, False, "BLOCKWRIGHT_TERMINAL=on"),
        (Giving.LOOPBACK, False, "BLOCKWRIGHT_TERMINAL=everywhere"),
        (Giving.LOOPBACK, True, None),
        (Giving.EVERYWHERE, False, None),
    ],
)
def test_a_refusal_says_how_to_have_one(giving: Giving, loopback: bool, word: str | None) -> None:
    said = refusal(giving, loopback=loopback)
    assert said is None if word is None else word in (said or "")


def test_a_window_has_a_size_that_programs_can_stand() -> None:
    assert fitting((0, 0)) == (4, 2)
    assert fitting((80, 24)) == (80, 24)
    assert fitting((100_000, 100_000)) == (1000, 500)
