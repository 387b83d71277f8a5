"""What a column becomes on its way to the file, and what both directions share."""

from __future__ import annotations

import base64
import pickle
from dataclasses import dataclass, field
from typing import Any

from blockwright.codecs import pickles


class Unsuited(Exception):
    """This value has no exact form as an Arrow column; another way must be taken."""


class UnpicklableCell(Exception):
    """A cell that pickle refuses: its row, the cell, what pickling raised, and the label of its column once known."""

    def __init__(self, row: int, cell: Any, cause: Exception) -> None:
        super().__init__(row, cell, cause)
        self.row = row
        self.cell = cell
        self.cause = cause
        self.label: Any = None

    @property
    def place(self) -> str:
        """The way to the cell, as one would write it."""
        return f"[{self.label!r}].iloc[{self.row}]"


@dataclass(frozen=True, slots=True)
class Encoded:
    """An Arrow array and the JSON that, with it, gives back the column: ``kind`` says who reads it."""

    array: Any
    kind: str
    note: dict[str, Any] = field(default_factory=dict)


def packed(value: Any) -> str:
    """A small Python value as text inside JSON; raises Unsuited when it cannot be pickled, so that pickling the whole
    value says where in it that is."""
    try:
        return base64.b64encode(pickles.dumps(value)).decode("ascii")
    except Exception as error:  # code of the value's class
        raise Unsuited from error


def packed_dtype(dtype: Any) -> str:
    """The same for a dtype or frequency of pandas, which holds nothing of the user's making."""
    return base64.b64encode(pickle.dumps(dtype, protocol=pickles.PROTOCOL)).decode("ascii")


def unpacked(text: str) -> Any:
    """The value that ``packed`` was given."""
    return pickle.loads(base64.b64decode(text))


def tagged(value: Any) -> dict[str, Any]:
    """A label as JSON: as it is where JSON keeps it exactly, else pickled."""
    if value is None or type(value) in (bool, int) or (type(value) is str and is_text(value)):
        return {"value": value}
    return {"pickle": packed(value)}


def untagged(note: dict[str, Any]) -> Any:
    """The label that ``tagged`` was given."""
    return unpacked(note["pickle"]) if "pickle" in note else note["value"]


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold the text (a lone surrogate cannot be held)."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def one_array(array: Any) -> Any:
    """A chunked Arrow array as one array; only more than one chunk costs a copy."""
    import pyarrow as pa

    if not isinstance(array, pa.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    joined = array.combine_chunks()
    return pa.concat_arrays(joined.chunks) if isinstance(joined, pa.ChunkedArray) else joined
