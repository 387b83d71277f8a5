"""What an event may say without the documents it speaks of."""

from __future__ import annotations

from typing import Any

import pytest

from blockwright.ports.executors import AttemptCommitted
from blockwright.services.advance import manifest_in
from blockwright.wire.documents import dump
from blockwright.wire.manifests import Manifest, Outcome

MINE = Manifest("1/load/1", Outcome.COMPLETED)


def test_the_manifest_that_came_along_is_taken() -> None:
    assert manifest_in(AttemptCommitted("1/load/1", "somewhere", dump(MINE))) == MINE


@pytest.mark.parametrize(
    "brief",
    [
        None,
        {},
        {**dump(MINE), "attempt_id": "1/other/1"},
        {**dump(MINE), "outcome": "great"},
        {**dump(MINE), "outputs": 5},
        [dump(MINE)],
    ],
)
def test_anything_else_is_read_from_the_file(brief: Any) -> None:
    assert manifest_in(AttemptCommitted("1/load/1", "somewhere", brief)) is None
