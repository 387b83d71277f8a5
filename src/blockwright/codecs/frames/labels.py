"""What surrounds the columns of a frame: row index, column labels, names, attributes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.codecs.frames import columns, extensions
from blockwright.codecs.frames.encoded import (
    Encoded,
    UnpicklableCell,
    Unsuited,
    is_text,
    packed,
    packed_dtype,
    tagged,
    unpacked,
    untagged,
)


@dataclass(frozen=True, slots=True)
class EncodedIndex:
    """``note`` rebuilds the index from ``levels``, which become columns of the file; a RangeIndex has none."""

    note: dict[str, Any]
    levels: tuple[Encoded, ...] = ()


def encode_index(index: Any) -> EncodedIndex:
    """Any index of pandas itself; raises Unsuited for others and for labels that cannot be pickled."""
    try:
        return _encoded(index)
    except UnpicklableCell as error:
        raise Unsuited from error


def _encoded(index: Any) -> EncodedIndex:
    import pandas as pd

    names = [tagged(name) for name in index.names]
    if type(index) is pd.RangeIndex:
        return EncodedIndex({"kind": "range", "range": [index.start, index.stop, index.step], "names": names})
    if type(index) is pd.MultiIndex:
        levels = tuple(extensions.categories(c, v, {}) for c, v in zip(index.codes, index.levels, strict=True))
        return EncodedIndex({"kind": "levels", "names": names}, levels)
    if type(index).__module__.partition(".")[0] != "pandas":
        raise Unsuited
    frequency = getattr(index, "freq", None) if type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    note = {"kind": "values", "names": names, "dtype": packed_dtype(index.dtype) if _keeps_dtype(index) else None}
    note["frequency"] = None if frequency is None else packed_dtype(frequency)
    return EncodedIndex(note, (columns.encode(columns.array_of(index)),))


def decode_index(note: dict[str, Any], levels: Sequence[tuple[Any, str, dict[str, Any]]], file: Any) -> Any:
    """The index; ``levels`` are its Arrow columns with their kinds and notes."""
    import pandas as pd

    names = [untagged(name) for name in note["names"]]
    if note["kind"] == "range":
        start, stop, step = note["range"]
        return pd.RangeIndex(start, stop, step, name=names[0])
    if note["kind"] == "levels":
        parts = [extensions.codes_and_values(array, each, file) for array, _, each in levels]
        return pd.MultiIndex(
            levels=[values for _, values in parts],
            codes=[codes for codes, _ in parts],
            names=names,
            verify_integrity=False,
        )
    ((array, kind, each),) = levels
    values = columns.decode(array, kind, each, file)
    dtype = unpacked(note["dtype"]) if note["dtype"] else values.dtype
    index = pd.Index(values, dtype=dtype, name=names[0], copy=False)
    if note["frequency"]:
        index.freq = unpacked(note["frequency"])
    return index


def _keeps_dtype(index: Any) -> bool:
    """Objects and text must not be looked at again by pandas, which would find dates or numbers in them."""
    import pandas as pd

    return index.dtype == object or isinstance(index.dtype, pd.StringDtype)


def encode_labels(labels: Any) -> dict[str, Any]:
    """The column labels of a frame; simple ones are read from the fields, others are pickled whole."""
    import pandas as pd

    if type(labels) is pd.Index and are_field_names(labels) and _keeps_dtype(labels):
        return {"kind": "fields", "dtype": packed_dtype(labels.dtype), "name": tagged(labels.name)}
    return {"kind": "pickle", "pickle": packed(labels)}


def decode_labels(note: dict[str, Any], fields: Sequence[str]) -> Any:
    """The Index of column labels."""
    import pandas as pd

    if note["kind"] == "pickle":
        return unpacked(note["pickle"])
    return pd.Index(list(fields), dtype=unpacked(note["dtype"]), name=untagged(note["name"]))


def are_field_names(labels: Collection[Any]) -> bool:
    """Whether the labels can stand in an Arrow schema as they are: distinct texts (other tools end a name at NUL)."""
    texts = [label for label in labels if type(label) is str and is_text(label) and "\0" not in label]
    return len(texts) == len(labels) == len(set(texts))


def readable(labels: Collection[Any]) -> list[str]:
    """A distinct name for each label, for tools that need one: its text, numbered where it occurs before."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        base = str(label).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names.append(name)
    return names
