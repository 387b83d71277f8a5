"""Dashboards as data: charts on a grid of twelve columns, and variables that choose the rows of all of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

COLUMNS = 12
HEIGHT = 5
"""Rows of the grid that a chart takes where nothing is said."""
LARGEST_HEIGHT = 40
MOST_TILES = 100
MOST_VARIABLES = 20


class VariableKind(StrEnum):
    CHOICE = "choice"  # some of the values of a column
    TEXT = "text"  # a part of a text
    NUMBER = "number"  # from one to another, both included
    DATE = "date"  # the same of days


@dataclass(frozen=True, slots=True)
class PageVariable:
    """``column`` is compared in every table that has it. ``default`` is what holds when nothing is chosen: values of a
    choice, one text, or the ends of a stretch, of which either may be empty."""

    name: str
    column: str
    kind: VariableKind = VariableKind.CHOICE
    values: tuple[str, ...] = ()
    default: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A tile on the grid: ``x`` from 0 to 11, ``y`` from 0 downwards, ``width`` in columns, ``height`` in rows."""

    tile: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One chart of a dashboard: of what ``block`` of ``pipeline`` gave, drawn as ``configuration`` says, or ``chart``,
    which the pipeline has. ``problem`` says why it cannot be shown."""

    name: str
    title: str
    pipeline: str = ""
    block: str = ""
    chart: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """``pipeline`` is the one that it belongs to; empty: the project's own. ``problems`` are sentences about what of
    its file could not be read."""

    id: str
    name: str
    path: str
    description: str = ""
    pipeline: str = ""
    variables: tuple[PageVariable, ...] = ()
    tiles: tuple[Tile, ...] = ()
    layout: tuple[Place, ...] = ()
    problems: tuple[str, ...] = ()
    digest: str = ""

    def tile(self, name: str) -> Tile | None:
        return next((one for one in self.tiles if one.name == name), None)


def placed(places: Sequence[Place], tiles: Sequence[str]) -> tuple[Place, ...]:
    """A layout in which each tile stands once, inside the grid, on no other, and as high as it can: what overlaps
    moves down, what is not in it comes below."""
    known = set(tiles)
    wanted: dict[str, Place] = {}
    for place in places:
        if place.tile in known:
            wanted.setdefault(place.tile, _inside(place))
    bottom = max((one.y + one.height for one in wanted.values()), default=0)
    missing = [name for name in tiles if name not in wanted]
    for at, name in enumerate(missing):
        wanted[name] = Place(name, 6 * (at % 2), bottom + HEIGHT * (at // 2), 6, HEIGHT)
    done: list[Place] = []
    for place in sorted(wanted.values(), key=_reading):
        while any(_overlap(place, other) for other in done):
            place = replace(place, y=place.y + 1)
        while place.y > 0 and not any(_overlap(replace(place, y=place.y - 1), other) for other in done):
            place = replace(place, y=place.y - 1)
        done.append(place)
    return tuple(sorted(done, key=_reading))


def _reading(place: Place) -> tuple[int, int]:
    """From top to bottom, and from left to right."""
    return place.y, place.x


def of_rows(rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[Place]:
    """Places of the format's layout: rows of tiles, each as wide as its part of the row's widths."""
    found: list[Place] = []
    y = 0
    for row in rows:
        shares = [max(0.1, _figure(one.get("width"), 1.0)) for one in row]
        whole, x, highest = sum(shares), 0, HEIGHT
        for one, share in zip(row, shares, strict=True):
            width = max(1, min(COLUMNS - x, round(share / whole * COLUMNS)))
            height = max(2, min(LARGEST_HEIGHT, round(_figure(one.get("height"), HEIGHT * 80) / 80)))
            found.append(Place(str(one.get("block_uuid", "")), min(x, COLUMNS - 1), y, width, height))
            x, highest = x + width, max(highest, height)
        y += highest
    return found


def _figure(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _inside(place: Place) -> Place:
    width = min(max(place.width, 1), COLUMNS)
    return replace(
        place,
        width=width,
        x=min(max(place.x, 0), COLUMNS - width),
        y=max(place.y, 0),
        height=min(max(place.height, 1), LARGEST_HEIGHT),
    )


def _overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
