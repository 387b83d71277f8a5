"""A stored value seen as columns, each read only as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa

from blockwright.core.errors import Invalid

Rows = slice | np.ndarray[Any, Any]
"""Which rows to read: a slice without step, or an array of row numbers."""

ALL = slice(None)


class Form(Enum):
    """How the cells of a column are kept."""

    PLAIN = "plain"  # as Arrow values
    JSON = "json"  # each cell is JSON text
    OPAQUE = "opaque"  # each cell is a pickle, which only block code may open


@dataclass(frozen=True, slots=True)
class Column:
    """``label`` is what people call it (labels may repeat), ``type`` the value's own word for what it holds.

    ``read`` gives the chosen rows as Arrow values, without a copy where it can.
    """

    label: str
    type: str
    read: Callable[[Rows], pa.ChunkedArray]
    form: Form = Form.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: int

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns)

    def names(self) -> tuple[str, ...]:
        """A name for each column that no other has: its label, the second time with ``_2`` …"""
        taken: set[str] = set()
        names = []
        for label in self.labels:
            name, count = label, 1
            while name in taken:
                count += 1
                name = f"{label}_{count}"
            taken.add(name)
            names.append(name)
        return tuple(names)

    def index(self, label: str) -> int:
        """The place of a column; raises Invalid listing the labels when there is none, or more than one."""
        places = [place for place, column in enumerate(self.columns) if column.label == label]
        if len(places) == 1:
            return places[0]
        if places:
            raise Invalid(f"{len(places)} columns are named `{label}`.", hint="Rename them apart in the block.")
        raise Invalid(f"There is no column `{label}`.", hint=f"The columns are: {listed(self.labels)}.")


def of_arrow(array: pa.ChunkedArray) -> Callable[[Rows], pa.ChunkedArray]:
    """A reader of Arrow values."""

    def read(rows: Rows) -> pa.ChunkedArray:
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(array))
            return array.slice(start, max(0, stop - start))
        try:
            return array.take(pa.array(rows))
        except pa.ArrowNotImplementedError:  # views, run-end encoding: such a page is put together row by row
            return pa.chunked_array([piece for row in rows for piece in array.slice(row, 1).chunks], array.type)

    return read


def chunked(array: Any) -> pa.ChunkedArray:
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence, the first ``most`` of them."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
