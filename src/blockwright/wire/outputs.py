"""A stored value as it is told across processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is the value's own word for it: a pandas dtype, an Arrow type, "object"."""

    name: str
    type: str
    nulls: int | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One output of an attempt: immutable bytes in the store, named by their BLAKE3 digest (hex).

    ``codec`` says who reads it (`blockwright.codecs`), ``type`` is the word for people ("dataframe", "dict", "model").
    ``preview`` is JSON small enough to show (see ``codecs.previews``), ``profile`` JSON with column statistics over at
    most the first 10,000 rows (key ``rows`` says over how many). ``spread``: this one blob holds the list of all
    outputs of the block. ``in_memory``: the value was handed over inside the process, the store has no bytes of it.
    """

    name: str
    digest: str
    codec: str
    type: str
    bytes: int
    rows: int | None = None
    columns: int | None = None
    schema: tuple[Column, ...] = ()
    preview: Any = None
    profile: Any = None
    spread: bool = False
    in_memory: bool = False
