"""Any object as a small piece of strict JSON for people: what JSON lacks becomes text, what is long is cut.

Strict means that every reader can take it: no NaN or infinity, no lone surrogate, no NUL (PostgreSQL refuses it), and
no integer beyond what a browser holds exactly (those are shown as text).
"""

from __future__ import annotations

import dataclasses
import math
from itertools import islice
from typing import Any

LONGEST_TEXT = 500
_MOST_ITEMS = 100  # of one container
_MOST_PARTS = 2_000  # of one value, all containers together
_DEEPEST = 8
_LARGEST_INTEGER = 2**53 - 1
_MISSING = frozenset({"NaTType", "NAType"})  # by name, so that pandas is not loaded to ask


def cell(value: Any) -> Any:
    """The JSON of one cell or leaf; nested containers are cut to a readable size. May raise what ``repr`` raises."""
    kind = type(value)
    if kind is float:
        return number(value)
    if kind is str:
        return text(value)
    return _Cutter().json(value)


def number(value: float) -> float | str | None:
    """NaN is missing; infinities are words, as JSON has none. The table reader says them the same way."""
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def text(value: str, longest: int = LONGEST_TEXT) -> str:
    """Text that every reader can take, cut with an ellipsis."""
    cut = value if len(value) <= longest else value[: longest - 1] + "…"
    if cut.isascii() and "\0" not in cut:
        return cut
    return cut.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def shown(value: Any, longest: int = LONGEST_TEXT) -> str:
    """The ``repr`` of anything, also of an object whose ``repr`` fails."""
    try:
        return text(repr(value), longest)
    except Exception as error:  # code of the user's class
        return f"<{class_name(type(value))}, whose repr raises {type(error).__name__}>"


def class_name(kind: type) -> str:
    """Where a class is from and what it is called."""
    module = getattr(kind, "__module__", "builtins")
    return kind.__qualname__ if module == "builtins" else text(f"{module}.{kind.__qualname__}")


class _Cutter:
    """Walks one value; ``left`` counts the parts that may still be shown, ``was_cut`` whether any was left out."""

    def __init__(self) -> None:
        self.left = _MOST_PARTS
        self.was_cut = False

    def json(self, value: Any, depth: int = 0) -> Any:
        self.left -= 1
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return text(value)
        if kind is int:
            return whole(value)
        if kind is float:
            return number(value)
        try:
            return self._other(value, depth)
        except Exception:  # code of the value's class: a date beyond the calendar, a list without a length …
            return shown(value)

    def _other(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._sequence(value, depth)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value) if field.repr]
            return self._mapping({name: getattr(value, name, None) for name in names}, depth)
        return self._leaf(value, depth)

    def _mapping(self, value: dict[Any, Any], depth: int) -> Any:
        if depth >= _DEEPEST:
            return self._summary(f"dict of {len(value)}")
        shown_items: dict[str, Any] = {}
        for key, part in islice(value.items(), self._allowed(len(value))):
            shown_items[text(key) if isinstance(key, str) else shown(key)] = self.json(part, depth + 1)
        return shown_items

    def _sequence(self, value: Any, depth: int) -> Any:
        if depth >= _DEEPEST:
            return self._summary(f"{type(value).__name__} of {len(value)}")
        return [self.json(part, depth + 1) for part in islice(value, self._allowed(len(value)))]

    def _allowed(self, count: int) -> int:
        allowed = max(0, min(count, _MOST_ITEMS, self.left))
        self.was_cut |= allowed < count
        return allowed

    def _summary(self, words: str) -> str:
        self.was_cut = True
        return f"<{words}>"

    def _leaf(self, value: Any, depth: int) -> Any:
        name, module = type(value).__name__, type(value).__module__.partition(".")[0]
        if name in _MISSING:
            return None
        if isinstance(value, bytes | bytearray | memoryview):
            return f"<{memoryview(value).nbytes} bytes>"
        if module == "numpy":
            return self._numpy(value, depth)
        if hasattr(value, "isoformat"):
            return text(str(value.isoformat()))
        if module in ("decimal", "uuid", "datetime", "pathlib", "fractions", "shapely"):
            return text(str(value))
        if module == "pandas" and name in ("Timedelta", "Period", "Interval"):
            return text(str(value))
        if hasattr(value, "shape") and hasattr(value, "columns"):
            return self._summary(f"{name} of {value.shape[0]} rows and {len(value.columns)} columns")
        if isinstance(value, int):
            return whole(int(value))
        if isinstance(value, float):
            return self.json(float(value), depth)
        return text(value) if isinstance(value, str) else shown(value)

    def _numpy(self, value: Any, depth: int) -> Any:
        if getattr(value, "ndim", 0):
            if value.size > _MOST_ITEMS:
                return self._summary(f"{type(value).__name__} of shape {value.shape}, {value.dtype}")
            return self.json(value.tolist(), depth + 1)
        if value.dtype.kind in "mM":
            plain = str(value)
            return None if plain == "NaT" else plain
        if not hasattr(value, "item") or value.dtype.kind == "V":
            return shown(value)
        plain = value.item()
        return text(str(plain)) if type(plain) in (complex, type(value)) else self.json(plain, depth + 1)


def cut(value: Any) -> tuple[Any, bool]:
    """The JSON of a container and whether anything was left out."""
    cutter = _Cutter()
    return cutter.json(value), cutter.was_cut


def whole(value: int) -> int | str:
    """An integer a browser holds exactly, else its digits."""
    if -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        return value
    try:
        return text(str(value))
    except ValueError:  # Python refuses to print so many digits
        return f"<an integer of {value.bit_length()} bits>"
