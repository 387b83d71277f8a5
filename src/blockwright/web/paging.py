"""Lists page by page. A cursor says behind which item the next page begins, so a page costs the same anywhere."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path, Query
from pydantic import BaseModel

from blockwright.core.errors import Invalid

Item = TypeVar("Item")
Shown = TypeVar("Shown")

Limit = Annotated[int, Query(ge=1, le=500, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before; without it the first.")]
FIRST = 50
LARGEST_NUMBER = 2**63 - 1
AnyNumber = Path(ge=0, le=LARGEST_NUMBER)


class Page(BaseModel, Generic[Item]):
    """``next`` is the cursor of the page behind this one, null at the end."""

    items: list[Item]
    next: str | None = None


def encode(place: int | str) -> str:
    """The cursor behind the item with this number or name."""
    return base64.urlsafe_b64encode(json.dumps([place]).encode()).decode().rstrip("=")


def number(cursor: str | None) -> int | None:
    """The number in a cursor; raises Invalid for what is no cursor of such a list."""
    place = _decode(cursor)
    if place is None:
        return None
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place <= LARGEST_NUMBER:
        raise _no_cursor()
    return place


def name(cursor: str | None) -> str | None:
    place = _decode(cursor)
    if place is not None and not isinstance(place, str):
        raise _no_cursor()
    return place


def page(
    found: Sequence[Item], limit: int, place: Callable[[Item], int | str], shown: Callable[[Item], Shown]
) -> Page[Shown]:
    """A page of a list of which one item more than ``limit`` was asked for."""
    items = found[:limit]
    following = encode(place(items[-1])) if len(found) > limit and items else None
    return Page(items=[shown(item) for item in items], next=following)


def page_of_names(names: Sequence[str], limit: int, cursor: str | None, shown: Callable[[str], Shown]) -> Page[Shown]:
    """A page of a sorted list that is in memory anyway."""
    after = name(cursor)
    found = [entry for entry in names if after is None or entry > after]
    return page(found[: limit + 1], limit, lambda entry: entry, shown)


def _decode(cursor: str | None) -> Any:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        (place,) = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _no_cursor() from None
    return place


def _no_cursor() -> Invalid:
    return Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor")
