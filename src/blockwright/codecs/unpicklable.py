"""Finding the part of a value that cannot be pickled, so that the error can point at it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

_MOST_PARTS = 2_000  # parts tried before the search gives up; each costs a pickling of its own
_DEEPEST = 12

_OF_POLARS = "Polars stores no columns of its type Object: make them text, lists or structs, or return a pandas frame."
_HINTS = {
    "PyDataFrame": _OF_POLARS,
    "PySeries": _OF_POLARS,
    "generator": "Return its items, for example `list(…)`.",
    "async_generator": "Return its items in a list.",
    "coroutine": "Await it (`asyncio.run(…)`) and return its result.",
    "TextIOWrapper": "Return what the file says, or its path.",
    "BufferedReader": "Return what the file says, or its path.",
    "BufferedWriter": "Return the file's path.",
    "memoryview": "Return `bytes(…)` of it.",
    "module": "Return what the module computes, or its name.",
    "lock": "Return the data without the lock, or leave it out in `__getstate__`.",
    "RLock": "Return the data without the lock, or leave it out in `__getstate__`.",
    "Connection": "Return the rows that were read; open connections cannot leave the process.",
    "Cursor": "Return the rows that were read, for example `cursor.fetchall()`.",
    "Engine": "Return the rows that were read, or the URL of the database.",
    "Session": "Return the data; open a new session in the next block.",
    "DuckDBPyConnection": "Return the rows that were read, for example `.df()`.",
    "DuckDBPyRelation": "Return its rows, for example `.df()`.",
    "SparkSession": "Return `frame.toPandas()`; a Spark session cannot leave the process.",
}


def explain(value: Any, name: str, error: BaseException, *, at: str = "") -> str:
    """A message that names the output, the part of it that is in the way, why, and the way out.

    ``at`` is the path from the output to ``value``, where that is only a part.
    """
    try:
        path, part = _culprit(value)
    except Exception:  # walking through a hostile object may raise anything; the error itself still stands
        path, part = "", value
    path = at + path
    kind = _class_name(type(part))
    place = f"`{name}`" if not path else f"`{name}`: its part `value{path}`"
    reason = f"{type(error).__name__}: {_text(error)}"
    if isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError):
        return f"Output `{name}` cannot be stored: it is nested too deeply to be pickled. Return it flatter."
    hint = _HINTS.get(type(part).__name__, "Return its data (a frame, dict, list …), or make the class picklable.")
    return f"Output {place} ({kind}) cannot be stored, because it cannot be pickled ({reason}). {hint}"


def _culprit(value: Any) -> tuple[str, Any]:
    """The deepest part that fails alone, and the path to it."""
    path, left = "", _MOST_PARTS
    for _ in range(_DEEPEST):
        for step, part in _parts(value):
            left -= 1
            if left < 0:
                return path, value
            if not _can_pickle(part):
                path, value = path + step, part
                break
        else:
            return path, value
    return path, value


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield f"[{_text(key, repr)}]", part
        yield from ((f" key {_text(key, repr)}", key) for key in value)
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, set | frozenset):
        yield from ((" member", part) for part in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f".{field.name}", getattr(value, field.name, None)) for field in dataclasses.fields(value))
    else:
        yield from ((f".{name}", part) for name, part in _attributes(value).items())


def _attributes(value: Any) -> dict[str, Any]:
    if isinstance(value, type):
        return {}
    slots = [name for kind in type(value).__mro__ for name in _slot_names(kind)]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    own = getattr(value, "__dict__", None)
    if isinstance(own, dict):
        found.update(own)
    closure = getattr(value, "__closure__", None)
    if closure:
        names = value.__code__.co_freevars
        found.update(zip(names, (cell.cell_contents for cell in closure), strict=False))
    return found


def _slot_names(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _can_pickle(part: Any) -> bool:
    import cloudpickle

    try:
        cloudpickle.Pickler(_Nowhere(), protocol=5).dump(part)
    except Exception:
        return False
    return True


class _Nowhere:
    """A file that forgets what is written: whether pickling works is all that is asked."""

    def write(self, piece: Any) -> int:
        return memoryview(piece).nbytes


def _class_name(kind: type) -> str:
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _text(value: Any, write: Any = str) -> str:
    try:
        text = str(write(value))
    except Exception:
        text = type(value).__name__
    return text if len(text) <= 200 else text[:199] + "…"
