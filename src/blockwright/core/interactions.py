"""Forms (the format's interactions): inputs that people fill in, and the variables of a run that come of them. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from json import JSONDecodeError, loads
from typing import Any

from blockwright.core.access import Actor, Permission, Role
from blockwright.core.problems import Problem, ProjectInvalid


class InputKind(StrEnum):
    """How somebody fills an input in."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    SWITCH = "switch"
    CHOICE = "choice"
    CODE = "code"
    FILE = "file"  # its name and text
    TABLE = "table"  # a list of mappings, one for each row


class ValueType(StrEnum):
    """What block code gets; of several that an input may have, the first that fits."""

    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DICTIONARY = "dictionary"
    FLOAT = "float"
    INTEGER = "integer"
    LIST = "list"
    STRING = "string"


LARGEST_TEXT = 10_000  # characters of an ordinary input
LARGEST_FILE = 256 * 1024  # characters of a file: it travels with every attempt of the run
MOST_ROWS = 1_000

NATURAL: Mapping[InputKind, tuple[ValueType, ...]] = {
    InputKind.TEXT: (ValueType.STRING,),
    InputKind.NUMBER: (ValueType.INTEGER, ValueType.FLOAT),
    InputKind.DATE: (ValueType.DATE,),
    InputKind.DATETIME: (ValueType.DATETIME,),
    InputKind.SWITCH: (ValueType.BOOLEAN,),
    InputKind.CHOICE: (),
    InputKind.CODE: (ValueType.STRING,),
    InputKind.FILE: (),
    InputKind.TABLE: (),
}
"""The types of an input that names none; empty: its value is taken as it is."""


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``variable`` is the run's variable that it sets, ``default`` what the pipeline says of it. ``columns``
    are those of a table (empty: whatever is typed)."""

    variable: str
    title: str
    kind: InputKind
    description: str = ""
    required: bool = False
    types: tuple[ValueType, ...] = ()
    options: tuple[Option, ...] = ()
    columns: tuple[str, ...] = ()
    multiline: bool = False
    monospace: bool = False
    language: str = ""
    default: Any = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A field in a row of the form; ``width`` is its share of the row."""

    variable: str
    width: int = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A result that the form shows: the outputs of ``block``."""

    block: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """``id`` is its name in addresses. ``file`` is the interaction's, ``link`` the pipeline's file that offers it at
    ``block``. ``roles`` may run it (empty: whoever may run the pipeline)."""

    id: str
    pipeline: str
    block: str
    file: str
    link: str
    title: str
    description: str = ""
    fields: tuple[Field, ...] = ()
    rows: tuple[tuple[Placed, ...], ...] = ()
    roles: tuple[Role, ...] = ()
    results: tuple[Shown, ...] = ()


class Misfit(ValueError):
    """A value that does not fit its input: the rest of a sentence that begins with the input's title."""


class InputsInvalid(ProjectInvalid):
    """What was filled in does not fit; ``key`` of each problem is the input's variable."""

    code = "form_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.message = " ".join(problem.message for problem in problems[:5])
        self.hint = "Correct these inputs." if len(problems) > 1 else problems[0].advice


_RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


def may_run(actor: Actor, form: Form, project: str) -> bool:
    """Whether ``actor`` may run the form. A role that the form names may, and those above it: this is how somebody who
    may only look at a pipeline runs it with these inputs and with nothing else. A token needs the scope to run."""
    if not actor.may(Permission.VIEW, project, form.pipeline):
        return False
    if not form.roles:
        return actor.may(Permission.RUN, project, form.pipeline)
    if actor.scopes is not None and Permission.RUN not in actor.scopes:
        return False
    least = min(_RANK[role] for role in form.roles)
    return any(_RANK[grant.role] >= least and grant.covers(project, form.pipeline) for grant in actor.grants)


def variables_of(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of the run for what was filled in. An input that is left empty sets none, so that the pipeline's
    own value counts. Raises InputsInvalid, naming every input that is wrong."""
    known = {entry.variable: entry for entry in form.fields}
    problems = [
        _problem(form, name, f"This form has no input `{name}`.", "Leave it out.")
        for name in given
        if name not in known
    ]
    found: dict[str, Any] = {}
    for name, entry in known.items():
        value = given.get(name)
        if _empty(value):
            if entry.required and entry.default is None:
                problems.append(_problem(form, name, f"`{entry.title}` is empty.", "Fill it in."))
            continue
        if entry.disabled:
            problems.append(_problem(form, name, f"`{entry.title}` cannot be changed.", "Leave it out."))
            continue
        try:
            found[name] = _read(entry, value)
        except ValueError as error:
            problems.append(_problem(form, name, f"`{entry.title}` {error}.", "Correct it."))
    if problems:
        raise InputsInvalid(problems)
    return found


def _problem(form: Form, variable: str, message: str, advice: str) -> Problem:
    return Problem(form.file, None, variable, message, advice, code="input")


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, str) and not value.strip()) or value == []


def _read(entry: Field, value: Any) -> Any:
    """Raises Misfit with the rest of a sentence that begins with the input's title."""
    if entry.kind is InputKind.FILE:
        return _file(value)
    if entry.kind is InputKind.TABLE:
        return _table(entry, value)
    if entry.kind is InputKind.CHOICE:
        value = _choice(entry.options, value)
    if isinstance(value, str) and len(value) > LARGEST_TEXT:
        raise Misfit(f"has more than {LARGEST_TEXT:,} characters")
    types = entry.types or NATURAL[entry.kind]
    if not types:
        return value
    for kind in types:
        try:
            return _TYPES[kind](value)
        except (ValueError, TypeError, OverflowError, RecursionError):
            continue
    raise Misfit(f"must be {' or '.join(_WORDS[kind] for kind in types)}")


def _choice(options: Iterable[Option], value: Any) -> Any:
    for option in options:
        if option.value == value and isinstance(option.value, bool) == isinstance(value, bool):
            return option.value
    for option in options:
        if str(option.value) == str(value):  # a page or a command line has texts only
            return option.value
    raise Misfit("must be one of the choices")


def _file(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != {"name", "text"}:
        raise Misfit("must be a file: its `name` and its `text`")
    name, text = value["name"], value["text"]
    if not isinstance(name, str) or not isinstance(text, str) or not name:
        raise Misfit("must be a file of text")
    if len(text) > LARGEST_FILE:
        raise Misfit(f"has more than {LARGEST_FILE // 1024} KiB")
    return {"name": name.replace("\\", "/").rpartition("/")[2][:200], "text": text}


def _table(entry: Field, value: Any) -> list[dict[str, Any]]:
    if isinstance(value, str):
        value = _json(value)
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise Misfit("must be a list of rows")
    if len(value) > MOST_ROWS:
        raise Misfit(f"has more than {MOST_ROWS:,} rows")
    for place, row in enumerate(value, 1):
        strange = [name for name in row if entry.columns and name not in entry.columns]
        if strange:
            raise Misfit(f"has no column `{strange[0]}` (row {place})")
        for name, cell in row.items():
            if isinstance(cell, Mapping | list):
                raise Misfit(f"has no single value in column `{name}` of row {place}")
    return [dict(row) for row in value if any(not _empty(cell) for cell in row.values())]


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise Misfit


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise Misfit
    if isinstance(value, float):
        if not value.is_integer():
            raise Misfit
        return int(value)
    return int(value.strip()) if isinstance(value, str) else int(value)


def _float(value: Any) -> float:
    if isinstance(value, bool):
        raise Misfit
    found = float(value)
    if not math.isfinite(found):
        raise Misfit
    return found


def _date(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(_string(value))


def _datetime(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(_string(value))


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Misfit


def _dictionary(value: Any) -> dict[str, Any]:
    found = _json(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise Misfit
    return found


def _list(value: Any) -> list[Any]:
    found = _json(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise Misfit
    return found


def _json(text: str) -> Any:
    try:
        return loads(text)
    except (JSONDecodeError, RecursionError):
        raise Misfit("is no JSON") from None


_TYPES: Mapping[ValueType, Callable[[Any], Any]] = {
    ValueType.BOOLEAN: _boolean,
    ValueType.DATE: _date,
    ValueType.DATETIME: _datetime,
    ValueType.DICTIONARY: _dictionary,
    ValueType.FLOAT: _float,
    ValueType.INTEGER: _integer,
    ValueType.LIST: _list,
    ValueType.STRING: _string,
}
_WORDS: Mapping[ValueType, str] = {
    ValueType.BOOLEAN: "true or false",
    ValueType.DATE: "a date (2026-01-31)",
    ValueType.DATETIME: "a date and time (2026-01-31T06:00)",
    ValueType.DICTIONARY: "a JSON object",
    ValueType.FLOAT: "a number",
    ValueType.INTEGER: "a whole number",
    ValueType.LIST: "a JSON list",
    ValueType.STRING: "text",
}
