"""The conditions of row filters: ``age > 20 and (name contains "x" or city != null)``.

Parsed and computed here; nothing of the text is ever executed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<quoted>`[^`]+`)
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
      | (?P<symbol>==|!=|>=|<=|>|<|=|\(|\))
      | (?P<word>[^\s()=!<>"'`]+)
    )""",
    re.VERBOSE,
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_LITERALS: Mapping[str, Any] = {"null": None, "none": None, "true": True, "false": False}


class FilterError(ValueError):
    """A condition cannot be read, or names a column that is not there."""


def matching_rows(frame: DataFrame, condition: str) -> Series[Any]:
    """Whether each row of ``frame`` meets ``condition``; a missing value meets only ``== null`` and ``!=``.

    Operators: ``== != > >= < <= contains``, ``not contains``; ``and``, ``or``, ``not``, parentheses. Columns are bare
    words or stand in backticks; values are numbers, quoted text, ``true``, ``false``, ``null``. ``and`` binds closer.
    """
    parser = _Parser(frame, condition)
    mask = parser.alternatives()
    parser.end()
    return mask


class _Parser:
    def __init__(self, frame: DataFrame, condition: str) -> None:
        self._frame = frame
        self._condition = condition
        self._tokens = _tokens(condition)
        self._place = 0

    def alternatives(self) -> Series[Any]:
        mask = self._all_of()
        while self._take("or"):
            mask = mask | self._all_of()
        return mask

    def end(self) -> None:
        if self._place < len(self._tokens):
            raise self._error(f"`{self._tokens[self._place][1]}` is not expected here")

    def _all_of(self) -> Series[Any]:
        mask = self._one()
        while self._take("and"):
            mask = mask & self._one()
        return mask

    def _one(self) -> Series[Any]:
        if self._take("not"):
            return ~self._one()
        if self._take("("):
            mask = self.alternatives()
            if not self._take(")"):
                raise self._error("a closing parenthesis is missing")
            return mask
        return self._comparison()

    def _comparison(self) -> Series[Any]:
        column = self._column()
        negated = self._take("not")
        if self._take("contains"):
            mask = _contains(column, self._value())
            return ~mask if negated else mask
        kind, text = self._next("an operator")
        if negated or text not in _COMPARISONS or kind != "symbol":
            raise self._error(f"`{text}` is no operator; there are == != > >= < <= contains, not contains")
        return self._compared(column, text, self._value())

    def _compared(self, column: Series[Any], sign: str, value: Any) -> Series[Any]:
        if value is None:
            if sign not in ("==", "=", "!="):
                raise self._error(f"null can be compared by == and != only, not by {sign}")
            return column.notna() if sign == "!=" else column.isna()
        try:
            mask = _COMPARISONS[sign](column, _like(column, value))
        except TypeError:
            raise self._error(f"column `{column.name}` ({column.dtype}) cannot be compared with {value!r}") from None
        met: Series[Any] = mask.fillna(sign == "!=").astype(bool)
        return met

    def _column(self) -> Series[Any]:
        kind, text = self._next("a column")
        name = text[1:-1] if kind in ("quoted", "text") else text
        if kind == "symbol" or name not in self._frame.columns:
            raise self._error(f"there is no column `{name}`; there are {', '.join(map(str, self._frame.columns))}")
        column: Series[Any] = self._frame[name]
        return column

    def _value(self) -> Any:
        kind, text = self._next("a value")
        match kind:
            case "text":
                return re.sub(r"\\(.)", r"\1", text[1:-1])
            case "number":
                return float(text) if re.search(r"[.eE]", text) else int(text)
            case "word" | "quoted":
                name = text.strip("`")
                if name.lower() in _LITERALS:
                    return _LITERALS[name.lower()]
                return self._frame[name] if name in self._frame.columns else name
        raise self._error(f"`{text}` is no value")

    def _take(self, word: str) -> bool:
        if self._place >= len(self._tokens):
            return False
        kind, text = self._tokens[self._place]
        taken = kind in ("word", "symbol") and text.lower() == word
        self._place += taken
        return taken

    def _next(self, what: str) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise self._error(f"it ends where {what} should follow")
        self._place += 1
        return self._tokens[self._place - 1]

    def _error(self, what: str) -> FilterError:
        return FilterError(f"The filter `{self._condition}` cannot be used: {what}.")


def _tokens(condition: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    text = condition.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise FilterError(f"The filter `{condition}` cannot be read from `{text[place:]}` on.")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    if not found:
        raise FilterError("The filter is empty.")
    return found


def _contains(column: Series[Any], value: Any) -> Series[Any]:
    """Whether each text holds ``value``, each list has it as an item; a missing one does not."""
    return column.map(lambda cell: _holds(cell, value)).astype(bool)


def _holds(cell: Any, value: Any) -> bool:
    if isinstance(cell, list | tuple | set):
        return value in cell
    return isinstance(cell, str) and str(value) in cell


def _like(column: Series[Any], value: Any) -> Any:
    """``value`` as the column's kind: text as a time for times, as a number for numbers, ``true`` for truth."""
    import pandas as pd

    if isinstance(value, str) and pd.api.types.is_datetime64_any_dtype(column.dtype):
        time = pd.Timestamp(value)
        zone = getattr(column.dtype, "tz", None)
        return time.tz_localize(zone) if zone is not None and time.tzinfo is None else time
    if isinstance(value, str) and pd.api.types.is_numeric_dtype(column.dtype):
        try:
            return float(value)
        except ValueError:
            return value
    return value
