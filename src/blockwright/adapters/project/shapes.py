"""Values of YAML keys, each read by a small function that returns what the spec holds or raises Wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from typing import Any

from blockwright.adapters.project.findings import Key
from blockwright.adapters.project.names import listing, suggestion

Reader = Callable[[Any], Any]


class Wrong(ValueError):
    """A value of the wrong shape: ``must`` completes "it must be …"; ``inside`` leads to the part that is wrong;
    ``verb`` stands between the name and the value."""

    def __init__(self, value: Any, must: str, advice: str, inside: Key = (), *, verb: str = "is") -> None:
        super().__init__(must)
        self.value = value
        self.must = must
        self.advice = advice
        self.inside = inside
        self.verb = verb

    def message(self, key: str) -> str:
        """The sentence for people; ``key`` is the outer key."""
        name = next((part for part in reversed(self.inside) if isinstance(part, str)), key)
        return f"`{name}` {self.verb} {shown(self.value)}; it must be {self.must}."


def shown(value: Any) -> str:
    """A value in a message: short, and never a whole collection."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def shown_kind(value: Any) -> str:
    """The kind of a value that may be a secret."""
    return "a list" if isinstance(value, list) else "a single value"


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # YAML reads `name: 2024` as a number
    raise Wrong(value, "text", "Put it in quotes.")


def word(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise Wrong(value, "text that is not empty", "Put it in quotes.")


def boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong(value, "true or false", "Write `true` or `false` without quotes.")


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(value, "a mapping", "Write `key: value` lines below it, or leave the key out.")
    for key in value:
        if not isinstance(key, str):
            advice = f"Put the key {shown(key)} in quotes."
            raise Wrong(key, "a mapping whose keys are text", advice, verb="has the key")
    return value


def sequence(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise Wrong(value, "a list", "Write its items as lines that begin with `- `, or `[]` for none.")


def words(value: Any) -> tuple[str, ...]:
    """A list of texts, each kept once."""
    items = sequence(value)
    for index, item in enumerate(items):
        if item.__class__ is not str or not item:
            raise Wrong(item, "a list of names", "Put each name in quotes.", (index,))
    return tuple(dict.fromkeys(items)) if len(items) > 1 else tuple(items)


def whole(least: int | None = None) -> Reader:
    """A reader of whole numbers of at least ``least``."""
    must = "a whole number" if least is None else f"a whole number of at least {least}"

    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
            return value
        raise Wrong(value, must, f"Write for example `{max(least or 0, 3)}`.")

    return read


def number(must: str, example: str, *, above: float | None = None) -> Reader:
    """A reader of finite numbers of at least 0, or greater than ``above``."""

    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
        if is_number and (value >= 0 if above is None else value > above):
            return float(value)
        raise Wrong(value, must, f"Write for example `{example}`.")

    return read


def one_of(choices: Collection[str]) -> Reader:
    """A reader of one word out of ``choices``."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return value
        near = suggestion(value, choices) if isinstance(value, str) else ""
        raise Wrong(value, f"one of {listing(choices, 20)}", near or "Take one of these.")

    return read


def anything(value: Any) -> Any:
    return value


def inside(readers: dict[str, Reader]) -> Reader:
    """A reader of a mapping whose known keys are read by ``readers``; null and unknown ones are left out."""

    def read(value: Any) -> dict[str, Any]:
        found = {}
        for key, item in mapping(value).items():
            reader = readers.get(key)
            if reader is None or item is None:
                continue
            try:
                found[key] = reader(item)
            except Wrong as wrong:
                raise Wrong(wrong.value, wrong.must, wrong.advice, (key, *wrong.inside)) from None
        return found

    return read


def weights(value: Any) -> dict[str, int]:
    """Names with whole numbers of at least 1."""
    found = {}
    for name, number in mapping(value).items():
        try:
            found[name] = whole(1)(number)
        except Wrong as wrong:
            raise Wrong(wrong.value, wrong.must, wrong.advice, (name,)) from None
    return found


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def seconds(value: Any) -> float:
    """A length of time: ``15m``, ``24h``, ``7d``, or a number of seconds; above 0."""
    found: float | None = None
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip().lower())):
        found = float(match[1]) * _SECONDS[match[2]]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    if found is None or not 0 < found < math.inf:
        raise Wrong(value, "a length of time", "Write for example `15m`, `24h`, `7d` or a number of seconds.")
    return found


def memory(value: Any) -> int:
    """A size in bytes: ``512MB`` (decimal), ``2GiB`` (binary), or a number of bytes; at least 1."""
    found: float | None = None
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        found = float(match[1]) * (1024 if match[3] else 1000) ** _POWER[match[2].lower()]
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value
    if found is None or not 1 <= found < 1e18:
        raise Wrong(value, "a size of memory", "Write for example `512MB`, `2GiB` or a number of bytes.")
    return int(found)
