"""Values to database cells and back.

A time is whole microseconds since 1970 in UTC: it sorts, it is exact, and both databases have it. A document is JSON
text with everything beyond ASCII escaped, so that no text of a user can be refused by a database's encoding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from blockwright.core.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def time_cell(moment: datetime | None) -> int | None:
    """Microseconds since 1970; raises TypeError for a time without zone."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


@overload
def moment(cell: int) -> datetime: ...
@overload
def moment(cell: int | None) -> datetime | None: ...
def moment(cell: int | None) -> datetime | None:
    """The aware UTC time of a cell."""
    return None if cell is None else _EPOCH + cell * _MICROSECOND


def document_cell(value: Any) -> str:
    """JSON text; raises Invalid when ``value`` holds what JSON has no form for."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"A value cannot be recorded: {error}.", hint="Encode it as JSON first.") from error


def document(cell: str) -> Any:
    return json.loads(cell)


def text_cell(text: str) -> str:
    """Text for people, with what a database refuses (NUL, lone surrogates) replaced by a visible mark."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def unfit(error: Exception) -> Invalid:
    """The error to raise when a driver refuses a value: a name with NUL or lone surrogates, a number beyond 64 bits.
    Names are not mended as other text is, since two of them must never become one."""
    return Invalid(
        f"A value does not fit into the database: {' '.join(str(error).split())}.",
        hint="Names must be valid Unicode without NUL, and whole numbers have 64 bits.",
        code="unfit_value",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__} has no JSON form")


_encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
