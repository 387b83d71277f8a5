"""The grid of a dashboard: nothing overlaps, nothing leaves it."""

from __future__ import annotations

from random import Random
from typing import Any

from blockwright.core.dashboards import COLUMNS, Place, of_rows, placed


def test_what_overlaps_moves_down_and_what_is_missing_comes_below() -> None:
    found = placed([Place("a", 0, 0, 6, 4), Place("b", 3, 0, 6, 4)], ["a", "b", "c"])
    assert found == (Place("a", 0, 0, 6, 4), Place("b", 3, 4, 6, 4), Place("c", 0, 8, 6, 5))


def test_nothing_leaves_the_grid_or_hangs_above_empty_rows() -> None:
    assert placed([Place("a", 11, 7, 9, 99)], ["a"]) == (Place("a", 3, 0, 9, 40),)
    assert placed([Place("gone", 0, 0, 1, 1)], []) == ()


def test_rows_of_the_format_share_the_width() -> None:
    rows: list[list[dict[str, Any]]] = [
        [{"block_uuid": "a", "width": 1}, {"block_uuid": "b", "width": 3, "height": 400}],
        [{"block_uuid": "c"}],
    ]
    assert of_rows(rows) == [Place("a", 0, 0, 3, 5), Place("b", 3, 0, 9, 5), Place("c", 0, 5, 12, 5)]


def test_any_layout_is_made_sound_and_a_sound_one_stays() -> None:
    random = Random(5)
    for _ in range(200):
        names = [f"t{number}" for number in range(random.randint(1, 8))]
        given = [
            Place(name, random.randint(-3, 15), random.randint(-3, 20), random.randint(-2, 20), random.randint(-2, 9))
            for name in names
            if random.random() < 0.8
        ]
        found = placed(given, names)
        cells = [
            (x, y)
            for place in found
            for x in range(place.x, place.x + place.width)
            for y in range(place.y, place.y + place.height)
        ]
        assert len(cells) == len(set(cells))
        assert all(0 <= x < COLUMNS and y >= 0 for x, y in cells)
        assert sorted(place.tile for place in found) == sorted(names)
        assert placed(found, names) == found
