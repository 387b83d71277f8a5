"""From the document of a request to columns that fit the model's signature, or an error that names the field.

Three forms are understood: ``features`` (one row or several, in the order of the signature), ``instances`` (rows by
name) and ``columns`` (a list for each name). One row is the usual case, so that nothing is built that it does not need.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.serving.refusals import Refusal, wrong

MOST_ROWS = 10_000
LONGEST_TEXT = 100_000
FORMS = ("features", "instances", "columns")
BESIDE = frozenset({"model", "key"})
_LARGEST = 2**63
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked values by the name of their field, all columns of the same length."""

    columns: Mapping[str, list[Any]]
    count: int


def read(document: Any, signature: Signature | None) -> Rows:
    """The rows of a request; raises Refusal."""
    if not isinstance(document, dict):
        raise Refusal(422, "invalid_body", f"The body is {_kind(document)}; it must be an object.", hint=_EXAMPLE)
    found = [form for form in FORMS if form in document]
    if len(found) != 1:
        said = " and ".join(f"`{form}`" for form in found) or "none of them"
        raise Refusal(422, "invalid_body", f"The body needs one of {', '.join(FORMS)}; it has {said}.", hint=_EXAMPLE)
    unknown = sorted(str(key)[:_SHOWN] for key in document.keys() - BESIDE - {found[0]})
    if unknown:
        raise wrong(unknown[0], f"is not known; beside `{found[0]}` there may be {', '.join(sorted(BESIDE))}")
    form = found[0]
    return _of_columns(document[form], signature) if form == "columns" else _of_rows(document[form], form, signature)


def of_columns(columns: Mapping[str, list[Any]], signature: Signature | None) -> Rows:
    """As ``read``, of columns by name."""
    return _of_columns(columns, signature)


_EXAMPLE = 'Send {"instances": [{"distance": 500.0}]}; `/openapi.json` says what the model takes.'


def _of_rows(given: Any, form: str, signature: Signature | None) -> Rows:
    rows, places = _listed(given, form)
    if not rows:
        raise wrong(form, "has no rows")
    if len(rows) > MOST_ROWS:
        raise wrong(form, f"has {len(rows):,} rows; at most {MOST_ROWS:,} are taken at once")
    if signature is None:
        return _of_any_rows(rows, form, places)
    columns: dict[str, list[Any]] = {field.name: [] for field in signature.inputs}
    for place, row in enumerate(rows):
        _add(columns, row, f"{form}[{place}]" if places else form, signature)
    return Rows(columns, len(rows))


def _listed(given: Any, form: str) -> tuple[Sequence[Any], bool]:
    """The rows, and whether their places are named: a single row may be given as it is."""
    if isinstance(given, dict):
        return [given], False
    if not isinstance(given, list):
        raise wrong(form, f"is {_kind(given)}; it must be a list")
    if form == "features" and given and not isinstance(given[0], list | dict):
        return [given], False
    return given, True


def _add(columns: dict[str, list[Any]], row: Any, where: str, signature: Signature) -> None:
    fields = signature.inputs
    if isinstance(row, dict):
        if len(row) > len(fields) or not row.keys() <= columns.keys():
            unknown = sorted(str(key)[:_SHOWN] for key in row.keys() - columns.keys())
            raise wrong(f"{where}.{unknown[0]}", f"is not known; the model takes {_names(signature)}")
        for field in fields:
            columns[field.name].append(_value(row.get(field.name, _MISSING), field, where, field.name))
        return
    if not isinstance(row, list):
        raise wrong(where, f"is {_kind(row)}; a row is an object or a list")
    if len(row) != len(fields):
        raise wrong(where, f"has {len(row)} values; the model takes {len(fields)}: {_names(signature)}")
    for place, field in enumerate(fields):
        columns[field.name].append(_value(row[place], field, where, str(place)))


def _of_columns(given: Any, signature: Signature | None) -> Rows:
    if not isinstance(given, Mapping) or not given:
        raise wrong("columns", f"is {_kind(given)}; it must be an object of lists")
    lengths = set()
    for name, column in given.items():
        if not isinstance(column, list):
            raise wrong(f"columns.{str(name)[:_SHOWN]}", f"is {_kind(column)}; it must be a list")
        lengths.add(len(column))
    if len(lengths) > 1:
        raise wrong("columns", f"has lists of {min(lengths):,} and of {max(lengths):,} values; all must be as long")
    count = lengths.pop()
    if not 0 < count <= MOST_ROWS:
        raise wrong("columns", f"has {count:,} rows; from 1 to {MOST_ROWS:,} are taken at once")
    if signature is None:
        loose = Field("")
        return Rows({str(k): [_value(v, loose, "columns", str(k)) for v in given[k]] for k in given}, count)
    unknown = sorted(str(key)[:_SHOWN] for key in given.keys() - set(signature.names))
    if unknown:
        raise wrong(f"columns.{unknown[0]}", f"is not known; the model takes {_names(signature)}")
    columns = {}
    for field in signature.inputs:
        values = given.get(field.name, [_MISSING] * count)
        columns[field.name] = [
            _value(value, field, "columns", f"{field.name}[{place}]") for place, value in enumerate(values)
        ]
    return Rows(columns, count)


def _of_any_rows(rows: Sequence[Any], form: str, places: bool) -> Rows:
    """Nothing is known of what the model takes: rows must be alike, and their values plain."""
    loose = Field("", nullable=True)
    first = rows[0]
    if isinstance(first, list):
        names = [str(place) for place in range(len(first))]
    elif isinstance(first, dict):
        names = [str(name) for name in first]
    else:
        raise wrong(form, f"has {_kind(first)} as a row; a row is an object or a list")
    if not names:
        raise wrong(form, "has an empty row")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for place, row in enumerate(rows):
        where = f"{form}[{place}]" if places else form
        if type(row) is not type(first) or len(row) != len(names):
            raise wrong(where, f"is not like the first row, which has {len(names)} values")
        for at, name in enumerate(names):
            value = row[at] if isinstance(row, list) else row.get(name, _MISSING)
            columns[name].append(_value(value, loose, where, name))
    return Rows(columns, len(rows))


class _Missing:
    pass


_MISSING = _Missing()


def _value(value: Any, field: Field, where: str, at: str) -> Any:
    """The value as the model gets it; one branch for each type, the commonest first."""
    kind = field.type
    if kind is FieldType.NUMBER:
        if type(value) is float or type(value) is int:
            return _finite(value, where, at)
    elif kind is FieldType.INTEGER:
        if type(value) is int or (type(value) is float and value.is_integer()):
            if -_LARGEST <= value < _LARGEST:
                return int(value)
            raise wrong(_path(where, at), "does not fit into 64 bits")
    elif kind is FieldType.TEXT:
        if type(value) is str:
            return _text(value, where, at)
    elif kind is FieldType.BOOLEAN:
        if type(value) is bool:
            return value
    elif kind is FieldType.TIME:
        if type(value) is str:
            return _time(value, where, at)
    elif value is not None and value is not _MISSING:
        return _plain(value, where, at)
    if value is None or value is _MISSING:
        if field.nullable:
            return None
        raise wrong(_path(where, at), "is missing" if value is _MISSING else "is null, which the model does not take")
    raise wrong(_path(where, at), f"is {_kind(value)}; it must be {_WORDS[kind]}")


def _finite(value: float, where: str, at: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if number - number != 0.0:
        raise wrong(_path(where, at), "is not a finite number")
    return number


def _text(value: str, where: str, at: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise wrong(_path(where, at), f"has {len(value):,} characters; at most {LONGEST_TEXT:,} are taken")
    return value


def _time(value: str, where: str, at: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise wrong(_path(where, at), f"is {value[:_SHOWN]!r}; it must be a time as 2013-04-01T06:00:00") from None


def _plain(value: Any, where: str, at: str) -> Any:
    if type(value) is str:
        return _text(value, where, at)
    if type(value) in (int, float):
        return value if abs(value) < _LARGEST else _finite(value, where, at)
    if type(value) is bool:
        return value
    raise wrong(_path(where, at), f"is {_kind(value)}; it must be a number, text, true or false")


def _path(where: str, at: str) -> str:
    return f"{where}[{at}]" if at.isdecimal() else f"{where}.{at}"


_WORDS = {
    FieldType.NUMBER: "a number",
    FieldType.INTEGER: "a whole number",
    FieldType.TEXT: "text",
    FieldType.BOOLEAN: "true or false",
    FieldType.TIME: "a time",
    FieldType.ANY: "a value",
}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {value[:20]!r}"
    return f"the number {str(value)[:20]}"


def _names(signature: Signature) -> str:
    names = signature.names
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
