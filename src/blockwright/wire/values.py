"""JSON for values that people write in YAML or pass as variables: the JSON kinds, dates, times and bytes.

Kinds that JSON lacks are tagged (``{"$datetime": …}``), so that a variable arrives in block code as it was.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def encode(value: Any) -> Any:
    """A JSON-able twin of ``value``; raises TypeError naming the type when there is none."""
    if type(value) in _AS_THEY_ARE or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: item if type(item) in _AS_THEY_ARE else encode(item) for key, item in value.items()}
        return {"$map": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(item) for item in value]}
    if isinstance(value, set | frozenset):
        return {"$set": sorted((encode(item) for item in value), key=repr)}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": value.total_seconds()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"a value of type {type(value).__name__} cannot be a variable")


def decode(value: Any) -> Any:
    """The value that ``encode`` was given."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, inner),) = value.items()
        reader = _READERS.get(tag)
        if reader is not None:
            return reader(inner)
    return {key: decode(item) for key, item in value.items()}


_READERS: dict[str, Any] = {
    "$map": lambda pairs: {decode(key): decode(item) for key, item in pairs},
    "$tuple": lambda items: tuple(decode(item) for item in items),
    "$set": lambda items: {decode(item) for item in items},
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$seconds": lambda seconds: timedelta(seconds=seconds),
    "$bytes": base64.b64decode,
}
