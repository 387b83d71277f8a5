"""Frozen dataclasses to JSON documents and back, driven by their annotations.

Only what the documents of this room use is understood: JSON scalars, ``dict``/``Any`` (kept as they are), tuples of
one kind, optional fields, enums of strings and nested dataclasses. Unknown keys are ignored, so that an older reader
understands a newer writer; a missing key without a default is an error that names it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Collection
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")
Reader = Callable[[Any], Any]


class DocumentError(ValueError):
    """A document that does not have the form it must have."""


def dump(document: Any) -> Any:
    """The JSON-able form of a dataclass, tuple, enum or JSON value."""
    kind: Any = type(document)
    form = _form(kind)
    if form is not None:
        names, values_of, nested = form
        made = dict(zip(names, values_of(document), strict=True))
        for name in nested:
            value = made[name]
            if value is not None:
                made[name] = dump(value) if value != () else []
        return made
    if isinstance(document, tuple):
        return [dump(item) for item in document]
    if isinstance(document, Enum):
        return document.value
    return document


def brief(document: Any, *, without: Collection[str] = ()) -> Any:
    """As ``dump``, leaving out what ``load`` fills in: fields that have their default. At the top also those of
    ``without``."""
    kind: Any = type(document)
    form = _form(kind)
    if form is None:
        return [brief(item) for item in document] if isinstance(document, tuple) else dump(document)
    names, values_of, nested = form
    made = {}
    for name, value, default in zip(names, values_of(document), _defaults(kind), strict=True):
        if value is not default and value != default and name not in without:
            made[name] = brief(value) if name in nested else value
    return made


@cache
def _defaults(kind: Any) -> tuple[Any, ...]:
    """Of each field; MISSING where there is none."""
    fields = dataclasses.fields(kind)
    return tuple(
        field.default if field.default_factory is dataclasses.MISSING else field.default_factory() for field in fields
    )


@cache
def _form(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], tuple[str, ...]] | None:
    """Of a dataclass: its fields, what gets all their values at once, and the fields whose annotations do not say that
    they are JSON already. None for other kinds."""
    if not dataclasses.is_dataclass(kind):
        return None
    hints = typing.get_type_hints(kind)
    names = tuple(field.name for field in dataclasses.fields(kind))
    values_of = attrgetter(*names) if len(names) > 1 else lambda document: tuple(getattr(document, n) for n in names)
    return names, values_of, tuple(name for name in names if not _is_plain(hints[name]))


def _is_plain(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is types.UnionType or origin is typing.Union:
        return all(_is_plain(arm) for arm in typing.get_args(hint))
    return hint in (str, int, float, bool, type(None)) or origin is dict


def load(kind: type[T], data: Any) -> T:
    """The ``kind`` that ``dump`` was given; raises DocumentError naming the key that is missing or wrong.

    A part that is made already may stand in the place of its document.
    """
    if not isinstance(data, dict):
        raise DocumentError(f"{kind.__name__}: expected an object, got {type(data).__name__}")
    known: Any = kind
    plain, readers, required = _readers(known)
    values = {name: value for name, value in data.items() if name in plain}
    for name, reader in readers:
        if name in data:
            try:
                values[name] = reader(data[name])
            except (TypeError, ValueError) as error:
                raise DocumentError(f"{kind.__name__}.{name}: {error}") from error
    if not required <= values.keys():
        missing = next(field.name for field in dataclasses.fields(known) if field.name in required - values.keys())
        raise DocumentError(f"{kind.__name__}: the key {missing!r} is missing")
    return kind(**values)


@cache
def _readers(kind: Any) -> tuple[frozenset[str], tuple[tuple[str, Reader], ...], frozenset[str]]:
    """The fields whose values are taken as they are, the others with their readers, and those that must be there."""
    hints = typing.get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
    required = frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )
    plain = frozenset(name for name, reader in readers.items() if reader is None)
    return plain, tuple((name, reader) for name, reader in readers.items() if reader is not None), required


def _reader(hint: Any) -> Reader | None:
    origin = typing.get_origin(hint)
    if origin is types.UnionType or origin is typing.Union:
        inner = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        if len(inner) == 1:
            read = _reader(inner[0])
            return None if read is None else lambda value: None if value is None else read(value)
        return None
    if origin is tuple:
        item = _reader(typing.get_args(hint)[0])
        return tuple if item is None else lambda value: tuple(item(part) for part in value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: value if type(value) is hint else load(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None
