"""Opening a stored value as a table, or saying what it is instead."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from blockwright.adapters.tables.reader import arrays, arrow_files, json_values
from blockwright.adapters.tables.reader.tables import Table
from blockwright.core.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Value:
    """A stored value as a request names it: ``codec`` and ``type`` as in ``wire.outputs``."""

    path: str
    name: str
    codec: str
    type: str


_KEPT_OPEN = 4
"""Values that stay open between requests, so that the next page of the same value costs no opening."""

_OPENERS: Mapping[str, Callable[[str], Table]] = {
    "arrow": arrow_files.open_file,
    "npy": arrays.open_file,
    "numpy": arrays.open_file,
    "json": json_values.open_file,
}


def open_value(value: Value) -> Table:
    """The value's table; raises Invalid saying what it is when it is none, or when its file is damaged."""
    opener = _OPENERS.get(value.codec.partition(":")[0])
    if opener is None:
        kept = "stored as Python objects" if value.codec == "pickle" else "not a table"
        raise Invalid(
            f"Output `{value.name}` ({value.type}) is {kept}.",
            hint="`blockwright output` shows its preview; block code reads it whole.",
            code="not_a_table",
        )
    try:
        status = os.stat(value.path)
        return _open(opener, value.path, status.st_ino, status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        raise NotFound(
            f"The stored bytes of output `{value.name}` are gone.", hint="Run the block again to have them."
        ) from None
    except Invalid as error:
        raise Invalid(f"Output `{value.name}` {error.message}", hint=error.hint, code=error.code) from error
    except (ValueError, OSError, KeyError, TypeError, RecursionError, EOFError) as error:  # Arrow's errors are these
        raise Invalid(
            f"The stored bytes of output `{value.name}` are damaged: {_first_line(error)}",
            hint="Run the block again to have them anew.",
            code="damaged",
        ) from error


@lru_cache(maxsize=_KEPT_OPEN)
def _open(opener: Callable[[str], Table], path: str, _inode: int, _size: int, _changed: int) -> Table:
    return opener(path)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
