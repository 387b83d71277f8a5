"""What a model takes and gives, field by field: a JSON document to a signature and back, and what breaks callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blockwright.core.errors import Invalid

MOST_FIELDS = 10_000
LONGEST_NAME = 500


class FieldType(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"  # a date, or a date and a time, as ISO 8601
    ANY = "any"  # nothing is known of it: handed over as it came


@dataclass(frozen=True, slots=True)
class Field:
    """``nullable``: it may be missing or null."""

    name: str
    type: FieldType = FieldType.ANY
    nullable: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.type}{'?' if self.nullable else ''}"


@dataclass(frozen=True, slots=True)
class Signature:
    """``inputs`` in the order in which ``features`` gives them; ``outputs`` what each row's answer has."""

    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.inputs)


def read(document: Any) -> Signature | None:
    """The signature in a document; None for None. Raises Invalid naming the field that is wrong."""
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise _wrong("it is no object")
    inputs = _fields(document.get("inputs"), "inputs")
    if not inputs:
        raise _wrong("`inputs` names no field")
    return Signature(inputs, _fields(document.get("outputs") or (), "outputs"))


def document(signature: Signature | None) -> dict[str, Any] | None:
    """The JSON form of a signature."""
    if signature is None:
        return None
    return {
        "inputs": [_field_document(field) for field in signature.inputs],
        "outputs": [_field_document(field) for field in signature.outputs],
    }


def breaks(old: Signature, new: Signature) -> tuple[str, ...]:
    """Why a request that ``old`` takes could be refused by ``new``, or mean something else there; one clause each."""
    before = {field.name: field for field in old.inputs}
    after = {field.name: field for field in new.inputs}
    found = [f"it no longer takes `{name}`" for name in before if name not in after]
    found += [f"it needs `{name}`" for name, field in after.items() if name not in before and not field.nullable]
    for name in before.keys() & after.keys():
        was, now = before[name], after[name]
        if not _takes(now.type, was.type):
            found.append(f"`{name}` was {was.type} and is {now.type}")
        elif was.nullable and not now.nullable:
            found.append(f"`{name}` may no longer be null")
    shared = [name for name in old.names if name in after]
    if not found and [name for name in new.names if name in before][: len(shared)] != shared:
        found.append("its fields come in another order")
    return tuple(sorted(found))


def _takes(wanted: FieldType, given: FieldType) -> bool:
    return wanted in (given, FieldType.ANY) or (wanted is FieldType.NUMBER and given is FieldType.INTEGER)


def _fields(listed: Any, which: str) -> tuple[Field, ...]:
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise _wrong(f"`{which}` is no list")
    if len(listed) > MOST_FIELDS:
        raise _wrong(f"`{which}` has more than {MOST_FIELDS:,} fields")
    fields = tuple(_field(entry, f"{which}[{place}]") for place, entry in enumerate(listed))
    names = [field.name for field in fields]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise _wrong(f"`{which}` names `{twice}` twice")
    return fields


def _field(entry: Any, where: str) -> Field:
    if not isinstance(entry, Mapping):
        raise _wrong(f"`{where}` is no object")
    name, word = entry.get("name"), entry.get("type", "any")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise _wrong(f"`{where}.name` is no text of 1 to {LONGEST_NAME} characters")
    try:
        return Field(name, FieldType(word), bool(entry.get("nullable", False)))
    except ValueError:
        words = ", ".join(FieldType)
        raise _wrong(f"`{where}.type` is {word!r}; it must be one of {words}") from None


def _field_document(field: Field) -> dict[str, Any]:
    return {"name": field.name, "type": field.type.value, "nullable": field.nullable}


def _wrong(what: str) -> Invalid:
    return Invalid(
        f"The signature cannot be read: {what}.",
        hint='It looks like {"inputs": [{"name": "distance", "type": "number"}]}.',
        code="signature",
    )
