"""Requests to answers: each is one JSON object, and so is what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blockwright.adapters.tables.reader import charts, diffs, exports, pages, profiles
from blockwright.adapters.tables.reader.chart_rows import Wish
from blockwright.adapters.tables.reader.sources import Value, open_value
from blockwright.adapters.tables.reader.tables import Table
from blockwright.core.errors import BlockwrightError, NotFound, Unavailable


def answer(request: Mapping[str, Any], memory: int) -> dict[str, Any]:
    """``{"answer": …}``, or ``{"error": family, "message", "hint", "code"}``; never raises for a stored value."""
    try:
        return {"answer": _OPERATIONS[request["operation"]](request, memory)}
    except BlockwrightError as error:
        return failure(_family(error), error.message, error.code, error.hint)
    except MemoryError:
        return failure("Unavailable", "There is not enough memory to read this value.", "memory")
    except Exception as error:  # the fence of this process: a hostile file may make any library raise anything
        return failure("Invalid", f"This value cannot be shown: {type(error).__name__}: {error}"[:1_000], "damaged")


def _family(error: BlockwrightError) -> str:
    return type(error).__name__ if isinstance(error, NotFound | Unavailable) else "Invalid"


def failure(family: str, message: str, code: str, hint: str = "") -> dict[str, Any]:
    """The reply that makes the parent raise an error of this family."""
    return {"error": family, "message": message, "hint": hint, "code": code}


def _table(description: Mapping[str, Any]) -> Table:
    return open_value(Value(**description))


def _page(request: Mapping[str, Any], memory: int) -> Any:
    return pages.page(
        _table(request["value"]),
        offset=request["offset"],
        limit=request["limit"],
        sort=request["sort"],
        where=request["where"],
        memory=memory,
    )


def _profile(request: Mapping[str, Any], memory: int) -> Any:
    return profiles.profile(_table(request["value"]), memory=memory)


def _export(request: Mapping[str, Any], memory: int) -> Any:
    return exports.export(_table(request["value"]), request["path"], request["suffix"])


def _diff(request: Mapping[str, Any], memory: int) -> Any:
    return diffs.diff(_table(request["before"]), _table(request["after"]), request["key"], memory=memory)


def _chart(request: Mapping[str, Any], memory: int) -> Any:
    return charts.chart(_table(request["value"]), Wish(**request["wish"]), memory)


_OPERATIONS: Mapping[str, Callable[[Mapping[str, Any], int], Any]] = {
    "page": _page,
    "profile": _profile,
    "export": _export,
    "diff": _diff,
    "chart": _chart,
}
