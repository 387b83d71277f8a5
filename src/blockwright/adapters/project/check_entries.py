"""The key ``checks`` of a block's entry, read into ``core.checks.Check``.

An item has one subject: a ``column`` with any number of rules, or ``columns``, ``unique``, ``rows``, ``freshness`` or
``expression``. Each rule becomes a check of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.names import listing, suggestion
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.checks import Check, Family, Severity, Subject, name_of

MOST = 200
"""Checks of one block."""


def read_checks(value: Any) -> tuple[Check, ...]:
    """Raises Wrong, which leads to the part that is wrong."""
    found: list[Check] = []
    for place, item in enumerate(shapes.sequence(value)):
        try:
            found += _item(shapes.mapping(item))
        except Wrong as wrong:
            raise Wrong(wrong.value, wrong.must, wrong.advice, (place, *wrong.inside)) from None
    if len(found) > MOST:
        raise Wrong(value, f"at most {MOST} checks", "Let one `expression` say more.")
    return tuple(found)


def _item(item: dict[str, Any]) -> Iterator[Check]:
    _refuse_unknown(item)
    subjects = [key for key in ("column", *_ALONE) if item.get(key) is not None]
    if "column" in subjects:
        subjects.remove("unique") if "unique" in subjects else None
    if len(subjects) != 1:
        raise Wrong(item, f"about one of {listing(('column', *_ALONE), 20)}", "Make an item of the list for each.")
    shared = _read_shared(item)
    rules = _RULES if subjects == ["column"] else {subjects[0]: _ALONE[subjects[0]]}
    column = _read(item, "column", shapes.word) if subjects == ["column"] else ""
    given = [key for key in rules if item.get(key) is not None]
    if not given:
        raise Wrong(
            item, f"a column with one of {listing(_RULES, 20)}", f"Write for example `nulls: 0` below `{column}`."
        )
    for key in given:
        argument = _read(item, key, rules[key])
        if key == "unique" and column:
            if not argument:
                continue
            argument = [column]
        about = column
        if key == "freshness":
            about, argument = argument["column"], argument["within"]
        own = name_of(Subject(key), about, argument)
        label = shared.get("name", "")
        name = own if not label else (label if len(given) == 1 else f"{label}: {own}")
        severity, output = shared.get("severity", Severity.FAIL), shared.get("output", 0)
        yield Check(name, Subject(key), argument, about, severity, output)


def _refuse_unknown(item: dict[str, Any]) -> None:
    known = {"column", *_ALONE, *_RULES, *_SHARED}
    if "column" not in item:
        known -= _RULES.keys() - _ALONE.keys()
    for key in item:
        if key not in known:
            near = suggestion(key, known) or f"There are {listing(sorted(known), 20)}."
            raise Wrong(item[key], "left out: no check has this key here", near, (key,))


def _read_shared(item: dict[str, Any]) -> dict[str, Any]:
    return {key: _read(item, key, reader) for key, reader in _SHARED.items() if item.get(key) is not None}


def _read(item: dict[str, Any], key: str, reader: Reader) -> Any:
    try:
        return reader(item[key])
    except Wrong as wrong:
        raise Wrong(wrong.value, wrong.must, wrong.advice, (key, *wrong.inside)) from None


def _bound(value: Any) -> float | int | str:
    """A number, or a moment (which YAML may have read already) as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Wrong(value, "a number, or a moment such as 2026-01-31", "Write for example `min: 0`.")


def _share(value: Any) -> float:
    """The share that may be missing; true means that any may, false that none may."""
    if value is False:
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise Wrong(value, "a share from 0 to 1, or false", "Write `nulls: 0.05` for 5 of 100, `nulls: 0` for none.")


def _pattern(value: Any) -> str:
    text = shapes.word(value)
    try:
        re.compile(text)
    except re.error as error:
        raise Wrong(value, f"a regular expression ({error})", "Put it in single quotes.") from None
    return text


def _values(value: Any) -> list[Any]:
    items = shapes.sequence(value)
    for place, item in enumerate(items):
        if not isinstance(item, str | int | float | bool):
            raise Wrong(item, "a text, a number or a truth value", "Put it in quotes.", (place,))
    if not items:
        raise Wrong(value, "a list that is not empty", "Write `values: [a, b]`.")
    return items


def _rows(value: Any) -> dict[str, int]:
    found: dict[str, int] = shapes.inside({"min": shapes.whole(0), "max": shapes.whole(0)})(value)
    if not found or found.keys() != value.keys() or found.get("min", 0) > found.get("max", found.get("min", 0)):
        raise Wrong(value, "a mapping with `min`, `max` or both, in this order", "Write `rows: {min: 1}`.")
    return found


def _freshness(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = shapes.inside({"column": shapes.word, "within": shapes.seconds})(value)
    if found.keys() != {"column", "within"} or found.keys() != value.keys():
        raise Wrong(value, "a mapping with `column` and `within`", "Write `freshness: {column: updated, within: 24h}`.")
    return found


def _names(value: Any) -> list[str]:
    names = list(shapes.words([value] if isinstance(value, str) else value))
    if not names:
        raise Wrong(value, "a list of columns that is not empty", "Write `columns: [id, amount]`.")
    return names


def _unique(value: Any) -> Any:
    return value if isinstance(value, bool) else _names(value)


def _severity(value: Any) -> Severity:
    return Severity(_severity_word(value))


_severity_word = shapes.one_of([severity.value for severity in Severity])

_SHARED: dict[str, Reader] = {"name": shapes.word, "severity": _severity, "output": shapes.whole(0)}
_RULES: dict[str, Reader] = {
    "type": shapes.one_of([family.value for family in Family]),
    "min": _bound,
    "max": _bound,
    "nulls": _share,
    "unique": _unique,
    "regex": _pattern,
    "values": _values,
}
_ALONE: dict[str, Reader] = {
    "columns": _names,
    "unique": _names,
    "rows": _rows,
    "freshness": _freshness,
    "expression": shapes.word,
}
