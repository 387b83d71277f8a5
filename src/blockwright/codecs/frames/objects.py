"""Columns of Python objects.

Where all objects are of one type that Arrow has, the file has it too (text, dates, decimals, UUIDs …) and one kind of
missing value is a null. Where they are nested or mixed but JSON keeps them exactly, each cell is JSON text. All else is
pickled cell by cell into a binary column: exact, and opaque to other tools.
"""

from __future__ import annotations

import datetime
import decimal
import io
import itertools
import json
import pickle
import uuid
from collections.abc import Callable
from typing import Any

from blockwright.codecs import pickles, plain_json
from blockwright.codecs.frames.encoded import Encoded, UnpicklableCell, Unsuited

_JSON_KINDS = frozenset({type(None), bool, int, float, str, list, dict})


def encode(cells: Any) -> Encoded:
    """A one-dimensional numpy array of objects; raises UnpicklableCell for one that pickle refuses."""
    kinds = set(map(type, cells))
    return _typed(cells, kinds) or _json(cells, kinds) or _pickled(cells)


def decode(array: Any, kind: str, note: dict[str, Any]) -> Any:
    """The numpy array of objects."""
    if kind == "objects":
        return _restored(array, note)
    if kind == "json":
        return object_array([json.loads(text) for text in array.to_pylist()])
    offsets, data = _binary_parts(array)
    return object_array([pickle.loads(data[start:end]) for start, end in itertools.pairwise(offsets)])


def object_array(cells: list[Any]) -> Any:
    """A numpy array of exactly these objects (numpy would unpack nested lists)."""
    import numpy as np

    array = np.empty(len(cells), dtype=object)
    for index, cell in enumerate(cells):
        array[index] = cell
    return array


def as_plain(array: Any, kind: str) -> Any:
    """JSON or pickled cells for tools that know neither: numbers stay numbers, a string is itself, all else is text."""
    import pyarrow as pa

    cells = [None if _is_missing(cell) else cell for cell in decode(array, kind, {})]
    if set(map(type, cells)) <= {int, float, type(None)}:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    return pa.array([_text(cell) for cell in cells], pa.large_string())


def as_shown(cells: Any) -> Encoded:
    """Objects of any kind as their text, for tools that need no more."""
    import pyarrow as pa

    texts = [None if _is_missing(cell) else _text(cell) for cell in cells]
    return Encoded(pa.array(texts, pa.large_string()), "objects", {"object": "str", "missing": "none"})


def _typed(cells: Any, kinds: set[type]) -> Encoded | None:
    for missing in (None, "none", "nan", "na", "nat"):
        types = kinds - {_missing_type(missing)} if missing else kinds
        if len(types) != 1 or (missing and len(types) == len(kinds)):
            continue
        try:
            return _of_one_type(cells, next(iter(types)), missing)
        except (Unsuited, ValueError, OverflowError, ArithmeticError):
            continue  # Arrow's own errors are ValueErrors: out of range, a lone surrogate …
    return None


def _of_one_type(cells: Any, kind: type, missing: str | None) -> Encoded:
    import numpy as np
    import pyarrow as pa

    rule = _RULES.get(kind)
    if rule is None or (missing and kind is type(None)):
        raise Unsuited
    mask = None
    if missing:
        blank = _missing_type(missing)
        mask = np.fromiter((type(cell) is blank for cell in cells), np.bool_, len(cells))
        if missing == "nan" and not all(cell != cell for cell in cells[mask]):
            raise Unsuited
    array = rule(cells if mask is None else cells[~mask])
    if mask is not None:
        places = np.cumsum(~mask) - 1
        array = array.take(pa.array(places, pa.int64(), mask=mask))
    return Encoded(array, "objects", {"object": kind.__name__, "missing": missing})


def _restored(array: Any, note: dict[str, Any]) -> Any:
    import numpy as np

    if note["object"] == "str":
        cells = np.array(array.to_numpy(zero_copy_only=False), dtype=object)
    elif note["object"] == "UUID":
        storage = getattr(array, "storage", array)
        cells = object_array([None if raw is None else uuid.UUID(bytes=raw) for raw in storage.to_pylist()])
    else:
        cells = object_array(array.to_pylist())
    if note["missing"] not in (None, "none"):
        cells[array.is_null().to_numpy(zero_copy_only=False)] = _missing_value(note["missing"])
    return cells


def _json(cells: Any, kinds: set[type]) -> Encoded | None:
    import pyarrow as pa

    if not kinds <= _JSON_KINDS or not plain_json.is_exact(list(cells)):
        return None
    texts = [plain_json.text_of(cell) for cell in cells]
    if None in texts:
        return None
    return Encoded(pa.array(texts, pa.large_binary()).cast(pa.large_string()), "json")


def _pickled(cells: Any) -> Encoded:
    import cloudpickle
    import numpy as np
    import pyarrow as pa

    file = io.BytesIO()
    pickler = cloudpickle.Pickler(file, protocol=pickles.PROTOCOL)
    offsets = np.zeros(len(cells) + 1, np.int64)
    with pickles.blocks_by_value():
        for index, cell in enumerate(cells):
            try:
                pickler.dump(cell)
            except Exception as error:  # whatever the cell's class raises
                raise UnpicklableCell(index, cell, error) from error
            pickler.clear_memo()
            offsets[index + 1] = file.tell()
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(file.getbuffer())]
    return Encoded(pa.Array.from_buffers(pa.large_binary(), len(cells), buffers), "pickled")


def _binary_parts(array: Any) -> tuple[list[int], Any]:
    import numpy as np

    _, offsets, data = array.buffers()
    places = np.frombuffer(offsets, np.int64, len(array) + 1) if offsets is not None else np.zeros(1, np.int64)
    return places.tolist(), memoryview(data if data is not None else b"")


def _is_missing(cell: Any) -> bool:
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell)


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    text = json.dumps(cell) if type(cell) in (list, dict) and plain_json.is_exact(cell) else str(cell)
    return text.encode("utf-8", "replace").decode("utf-8")


def _missing_type(word: str | None) -> type | None:
    return None if word is None else type(_missing_value(word))


def _missing_value(word: str) -> Any:
    import pandas as pd

    return {"none": None, "nan": float("nan"), "na": pd.NA, "nat": pd.NaT}[word]


def _plain(kind: str) -> Callable[[Any], Any]:
    def build(cells: Any) -> Any:
        import pyarrow as pa

        return pa.array(cells, getattr(pa, kind)(), from_pandas=False)

    return build


def _nulls(cells: Any) -> Any:
    import pyarrow as pa

    return pa.nulls(len(cells))


def _datetimes(cells: Any) -> Any:
    import pyarrow as pa

    if any(cell.tzinfo is not None or cell.fold for cell in cells):
        raise Unsuited
    return pa.array(cells, pa.timestamp("us"), from_pandas=False)


def _times(cells: Any) -> Any:
    import pyarrow as pa

    if any(cell.tzinfo is not None or cell.fold for cell in cells):
        raise Unsuited
    return pa.array(cells, pa.time64("us"), from_pandas=False)


def _durations(cells: Any) -> Any:
    import pyarrow as pa

    return pa.array(cells, pa.duration("us"), from_pandas=False)


def _decimals(cells: Any) -> Any:
    """One scale for all, as Arrow has it: 1.1 beside 1.10 would come back changed."""
    import pyarrow as pa

    parts = [cell.as_tuple() for cell in cells]
    scales = {part.exponent for part in parts}
    if len(scales) != 1 or any(part.sign and not any(part.digits) for part in parts):
        raise Unsuited
    (exponent,) = scales
    digits = max(len(part.digits) for part in parts)
    if not isinstance(exponent, int) or not -76 <= exponent <= 0 or digits > 76:
        raise Unsuited
    precision = max(digits, -exponent)
    kind = pa.decimal128(38, -exponent) if precision <= 38 else pa.decimal256(76, -exponent)
    return pa.array(cells, kind, from_pandas=False)


def _uuids(cells: Any) -> Any:
    import pyarrow as pa

    return pa.ExtensionArray.from_storage(pa.uuid(), pa.array([cell.bytes for cell in cells], pa.binary(16)))


_RULES: dict[type, Callable[[Any], Any]] = {
    str: _plain("large_string"),
    bool: _plain("bool_"),
    int: _plain("int64"),
    float: _plain("float64"),
    bytes: _plain("large_binary"),
    type(None): _nulls,
    datetime.date: _plain("date32"),
    datetime.datetime: _datetimes,
    datetime.time: _times,
    datetime.timedelta: _durations,
    decimal.Decimal: _decimals,
    uuid.UUID: _uuids,
}
