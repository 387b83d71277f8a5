"""How a failure reads."""

from __future__ import annotations

import pytest

from blockwright.core.runs.model import Failure


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (Failure("KeyError", "'price'"), "KeyError: 'price'"),
        (Failure("KeyboardInterrupt", ""), "KeyboardInterrupt"),
        (Failure("OutOfMemory", "Used 400 MB.", code="memory_limit"), "Used 400 MB."),
    ],
)
def test_a_failure_is_told_in_one_sentence(failure: Failure, sentence: str) -> None:
    assert failure.sentence == sentence
