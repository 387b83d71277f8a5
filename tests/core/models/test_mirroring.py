"""What MLflow's registry is told, and what a moved alias means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from blockwright.core import endpoints
from blockwright.core.endpoints import Mode, Traffic
from blockwright.core.models.mirroring import Mirror, Place, aliases_of, is_behind, name_of, plan

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVED = replace(endpoints.first("shop", "delay", 3, by="ada", now=NOON), previous=2, revision=4)
TOLD = Mirror("shop", "delay", "shop.delay", revision=4, newest=3, aliases={"champion": 3, "previous": 2})


def there(**aliases: int | None) -> Mapping[str, Place]:
    """As the registry numbers them itself: not as we do."""
    return {alias: Place(f"{100 + (number or 0)}", number) for alias, number in aliases.items()}


@pytest.mark.parametrize(
    ("mirror", "stand", "waiting", "moved", "put", "drop"),
    [
        (None, there(), False, None, {"champion": 3, "previous": 2}, ()),
        (TOLD, there(champion=3, previous=2), False, None, {}, ()),
        # Somebody moved the champion: a wish, and it stays there until a person has decided.
        (TOLD, there(champion=1, previous=2), False, 1, {}, ()),
        (replace(TOLD, aliases={"champion": 1, "previous": 2}), there(champion=1, previous=2), True, None, {}, ()),
        # It was refused: ours again.
        (
            replace(TOLD, aliases={"champion": 1, "previous": 2}),
            there(champion=1, previous=2),
            False,
            None,
            {"champion": 3},
            (),
        ),
        # To a version that is none of ours: said, and put back.
        (TOLD, there(champion=None, previous=2), False, None, {"champion": 3}, ()),
        # A later change of ours passes over what was moved there.
        (replace(TOLD, revision=3), there(champion=1, previous=2), True, None, {"champion": 3}, ()),
        # Other aliases only repeat ours.
        (TOLD, there(champion=3, previous=1, challenger=1), False, None, {"previous": 2}, ("challenger",)),
        (TOLD, there(previous=2), False, None, {"champion": 3}, ()),
    ],
)
def test_aliases_are_put_in_step(
    mirror: Mirror | None,
    stand: Mapping[str, Place],
    waiting: bool,
    moved: int | None,
    put: dict[str, int],
    drop: tuple[str, ...],
) -> None:
    found = plan(SERVED, mirror, stand, waiting=waiting)
    assert (found.put, found.drop) == (put, drop)
    if moved is not None:
        assert found.moved is not None
        assert found.moved.number == moved


def test_a_champion_that_is_none_of_ours_is_told_of() -> None:
    found = plan(SERVED, TOLD, there(champion=None, previous=2), waiting=False)
    assert found.moved == Place("100", None)


def test_what_is_served_has_its_aliases() -> None:
    split = replace(SERVED, traffic=Traffic(Mode.SPLIT, 4, 0.1))
    assert aliases_of(split) == {"champion": 3, "challenger": 4, "previous": 2}
    assert is_behind(SERVED, None)
    assert is_behind(replace(SERVED, revision=5), TOLD)
    assert not is_behind(SERVED, TOLD)


def test_names_are_fit_for_the_registry() -> None:
    assert name_of("the shop/a:b", "delay") == "the_shop_a_b.delay"
