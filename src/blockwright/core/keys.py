"""Derivation keys: the name of everything that a block's result depends on.

A key is a hash over labelled parts, so that equal keys mean equal parts and two keys that differ can be explained part
by part. What runs in both: a part's name is ``kind`` or ``kind:item``; its value is a digest, or plain text where that
says more (versions).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from hashlib import blake2b
from typing import Any

from blockwright.core.blocks import BlockType, Language
from blockwright.core.code.model import NOTHING, VariableReads
from blockwright.core.outputs import OutputRecord

SCHEME = 1
"""The first part of every key. Rises when the same work would get another key, so that no old result stands in."""

COSMETIC_CONFIGURATION = frozenset(
    {"file_path", "file_source", "templates", "disable_output_preview", "sample_count_preview"}
)
"""Configuration that says where the code stands or how a result is shown; it counts only where code reads it."""

ABSENT = "absent"
"""The value of the part of a variable that the code reads and nobody has set."""


@dataclass(frozen=True, slots=True)
class InputKey:
    """What one upstream block gives: ``(name, digest, codec)`` of its outputs, or one such list for each dynamic child.

    ``item`` picks one element for a dynamic child; ``merge_second`` hands the second output over as variables.
    """

    block: str
    outputs: tuple[tuple[str, str, str], ...] = ()
    children: tuple[tuple[tuple[str, str, str], ...], ...] | None = None
    item: int | None = None
    merge_second: bool = False

    @classmethod
    def of(
        cls,
        block: str,
        outputs: Iterable[OutputRecord] = (),
        *,
        children: Iterable[Iterable[OutputRecord]] | None = None,
        item: int | None = None,
        merge_second: bool = False,
    ) -> InputKey:
        """The key of recorded outputs."""
        lists = None if children is None else tuple(_named(child) for child in children)
        return cls(block, _named(outputs), lists, item, merge_second)

    @property
    def known(self) -> bool:
        """Whether every output has a digest; a value that only memory holds may have none."""
        lists = (self.outputs, *(self.children or ()))
        return all(digest for outputs in lists for _, digest, _ in outputs)


def _named(outputs: Iterable[OutputRecord]) -> tuple[tuple[str, str, str], ...]:
    return tuple((output.name, output.digest, output.codec) for output in outputs)


@dataclass(frozen=True, kw_only=True)
class StaticPart:
    """Everything that a block's result depends on but inputs and the values of variables.

    ``code`` is the digest of the block's own source (of SQL: as rendered), ``modules`` and ``conditions`` map paths to
    digests, ``distributions`` the names of installed distributions to their versions. ``python`` is the minor version
    ("3.11"). ``sql`` is the text of what is attached to the block beside its source. ``reads`` says which variables
    count.
    """

    type: BlockType
    language: Language
    code: str
    python: str
    modules: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    reads: VariableReads = NOTHING
    sql: str | None = None
    dynamic: bool = False
    reduce_output: bool = False
    distributions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """The parts by name; computed once for all dynamic children of a block."""
        found = {
            "scheme": str(SCHEME),
            "type": self.type.value,
            "language": self.language.value,
            "code": self.code,
            "dynamic": str(self.dynamic),
            "reduce_output": str(self.reduce_output),
            "python": self.python,
        }
        if self.sql is not None:
            found["sql"] = digest_of(self.sql)
        found |= {f"module:{path}": digest for path, digest in self.modules.items()}
        found |= {f"condition:{path}": digest for path, digest in self.conditions.items()}
        found |= {f"distribution:{name}": version for name, version in self.distributions.items()}
        whole = self.reads.all or "configuration" in self.reads.names
        for name, value in self.configuration.items():
            if whole or name not in COSMETIC_CONFIGURATION:
                found[f"configuration:{name}"] = digest_of(value)
        return found

    @cached_property
    def digest(self) -> str:
        """A name for all of them."""
        return digest_of(self.parts)


def parts(
    static: StaticPart,
    *,
    variables: Mapping[str, Any],
    inputs: Sequence[InputKey] = (),
    dynamic_index: int | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Mapping[str, str]:
    """Every part of the key by name. ``variables`` are all that the block would be given, encoded as JSON; those that
    ``static.reads`` leaves out do not count. ``metadata`` of a dynamic child's item overrides variables of its name."""
    given, absent = _read(static.reads, variables, metadata)
    found = {**static.parts, **{f"variable:{name}": digest_of(value) for name, value in given.items()}}
    found |= {f"variable:{name}": ABSENT for name in absent}
    found["inputs"] = digest_of([_spelled(one) for one in inputs])
    found |= {f"input:{one.block}": digest_of(_spelled(one)) for one in inputs}
    if dynamic_index is not None:
        found["dynamic_index"] = str(dynamic_index)
    return found


def derivation_key(
    static: StaticPart,
    *,
    variables: Mapping[str, Any],
    inputs: Sequence[InputKey] = (),
    dynamic_index: int | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """The key (hex): equal exactly when ``parts`` are equal. Raises ValueError for an input whose digest is unknown."""
    for one in inputs:
        if not one.known:
            raise ValueError(f"An output of {one.block!r} has no digest, so what depends on it has no key.")
    given, absent = _read(static.reads, variables, metadata)
    return digest_of([static.digest, given, absent, [_spelled(one) for one in inputs], dynamic_index])


def _read(
    reads: VariableReads, variables: Mapping[str, Any], metadata: Mapping[str, Any] | None
) -> tuple[dict[str, Any], list[str]]:
    """What the code can read of the variables, and the names that it reads in vain."""
    given = {**variables, **metadata} if metadata else variables
    return reads.of(given), sorted(reads.names - given.keys())


def _spelled(one: InputKey) -> list[Any]:
    return [one.block, one.outputs, one.children, one.item, one.merge_second]


def digest_of(value: Any) -> str:
    """A name (hex) for a value of the kinds that YAML and JSON have; the order of a map's keys does not matter.

    Raises TypeError naming the type for anything else, ValueError for a value nested hundreds of levels deep.
    """
    try:
        return blake2b(canonical(value), digest_size=32, person=b"bw derivation").hexdigest()
    except RecursionError:
        raise ValueError("a value is nested too deeply to be part of a key") from None


def canonical(value: Any) -> bytes:
    """The one spelling of a value: its kind, the length of what follows, and that. Values that differ never share one;
    a tuple counts as the list, an enum's member as the value that it stands for."""
    kind = type(value)
    if spell := _SPELLINGS.get(kind):  # by the very type: to ask what it is an instance of costs more than to spell it
        return spell(value)
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, Mapping):
        return _map(value)
    if isinstance(value, set | frozenset):
        return _framed(b"set", b"".join(sorted([canonical(item) for item in value])))
    if isinstance(value, Enum):
        return canonical(value.value)
    for base, spell in _SCALARS.items():
        if isinstance(value, base):
            return spell(value)
    raise TypeError(f"a value of type {kind.__name__} cannot be part of a key")


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"str %d:%s" % (len(data), data)


def _list(value: Iterable[Any]) -> bytes:
    return _framed(b"list", b"".join([canonical(item) for item in value]))


def _map(value: Mapping[Any, Any]) -> bytes:
    pairs = sorted([(canonical(key), canonical(item)) for key, item in value.items()])
    return _framed(b"map", b"".join([key + item for key, item in pairs]))


def _framed(kind: bytes, content: bytes) -> bytes:
    return b"%s %d:%s" % (kind, len(content), content)


def _spelled_as(kind: bytes, spell: Callable[[Any], str]) -> Callable[[Any], bytes]:
    return lambda value: _framed(kind, spell(value).encode("utf-8", "surrogatepass"))


# In this order: a bool is an int and a datetime a date. A subclass (YAML's round-trip scalars) counts as its base.
_SCALARS: dict[type, Callable[[Any], bytes]] = {
    str: lambda value: _text(str(value)),
    bool: _spelled_as(b"bool", lambda value: "true" if value else "false"),
    int: _spelled_as(b"int", lambda value: format(int(value), "x")),
    float: _spelled_as(b"float", lambda value: repr(float(value))),
    type(None): _spelled_as(b"none", lambda value: ""),
    bytes: lambda value: _framed(b"bytes", bytes(value)),
    datetime.datetime: _spelled_as(b"datetime", lambda value: value.isoformat()),
    datetime.date: _spelled_as(b"date", lambda value: value.isoformat()),
    datetime.time: _spelled_as(b"time", lambda value: value.isoformat()),
    datetime.timedelta: _spelled_as(b"seconds", lambda value: repr(value.total_seconds())),
}

_SPELLINGS: dict[type, Callable[[Any], bytes]] = {
    **_SCALARS,
    str: _text,
    list: _list,
    tuple: _list,
    dict: _map,
    type(None): lambda _: b"none 0:",
}


_SENTENCES = {
    "scheme": "keys are made in another way now",
    "type": "its type changed",
    "language": "its language changed",
    "code": "its code changed",
    "sql": "its SQL changed",
    "dynamic": "it became or ceased to be dynamic",
    "reduce_output": "`reduce_output` changed",
    "dynamic_index": "it is another item of a dynamic block",
}
_CHANGED = {
    "module": ("module `{}` changed", "module `{}` is imported now", "module `{}` is no longer imported"),
    "condition": ("condition `{}` changed", "condition `{}` was attached", "condition `{}` was taken away"),
    "configuration": ("configuration `{}` changed", "configuration `{}` is set now", "configuration `{}` is gone"),
    "variable": ("variable `{}` changed", "variable `{}` is set now", "variable `{}` is not set any more"),
    "input": ("the result of `{}` changed", "`{}` is a new input", "`{}` is no input any more"),
}


def explain(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs between two keys' parts, one sentence each; names only, never a variable's value."""
    names = [name for name in {**now, **before} if _value(before, name) != _value(now, name)]
    kinds = {name.partition(":")[0] for name in names}
    found = []
    for name in names:
        if name != "inputs":
            found.append(_sentence(name, _value(before, name), _value(now, name)))
        elif "input" not in kinds:
            found.append("the order of its inputs changed")
    return found


def _value(parts: Mapping[str, str], name: str) -> str | None:
    """What a part says; a variable that nobody set is the same whether the code asks for it or not."""
    value = parts.get(name)
    return None if value == ABSENT and name.startswith("variable:") else value


def _sentence(name: str, before: str | None, now: str | None) -> str:
    kind, _, item = name.partition(":")
    if kind in ("python", "distribution"):
        return _version(item or "Python", before, now)
    if kind not in _CHANGED:
        return _SENTENCES.get(kind, f"`{kind}` changed")
    changed, appeared, gone = _CHANGED[kind]
    if before is None:
        return appeared.format(item)
    return (gone if now is None else changed).format(item)


def _version(what: str, before: str | None, now: str | None) -> str:
    if before and now:
        return f"{what} {before} → {now}"
    return f"{what} {now} is used now" if now else f"{what} {before} is no longer used"
