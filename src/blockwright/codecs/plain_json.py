"""Values that JSON gives back exactly as they were: None, bool, int, float, str, list, and dict with str keys.

*Exactly* means exact types (no subclass, no tuple), no part that is shared or cyclic (JSON would make copies of it),
no text that is not Unicode, and no nesting so deep that reading it back could exhaust the stack. Everything else goes
to another codec; nothing is ever turned into something similar.
"""

from __future__ import annotations

import json
from typing import Any

_DEEPEST = 200
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_SCALARS = frozenset({type(None), bool, int, float, str})


def encode(value: Any) -> bytes | None:
    """UTF-8 JSON that reads back as an equal value of the same types, or None when there is none."""
    return text_of(value) if is_exact(value) else None


def text_of(value: Any) -> bytes | None:
    """What ``encode`` gives, for a value that is known to be exact."""
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except ValueError:
        return None  # a lone surrogate, or an integer of more digits than Python agrees to print


def decode(data: bytes) -> Any:
    """The value; NaN and the infinities are written as JavaScript does and come back as floats."""
    return json.loads(data)


def is_exact(value: Any) -> bool:
    """Whether every part of ``value`` is of a kind that JSON keeps, and every container occurs once."""
    seen: set[int] = set()
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [part for part in level if type(part) not in _SCALARS]
        if not level:
            return True
        below: list[Any] = []
        for container in level:
            if id(container) in seen or not _open(container, below):
                return False
            seen.add(id(container))
        level = below
    return False


def _open(container: Any, below: list[Any]) -> bool:
    """Put what ``container`` holds into ``below``; False when it is no plain container."""
    kind = type(container)
    if kind is list:
        below.extend(container)
    elif kind is dict:
        if not all(type(key) is str for key in container):
            return False
        below.extend(container.values())
    else:
        return False
    return True
