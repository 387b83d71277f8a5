"""Rows of PostgreSQL as a frame: the type of a column is told by the database, not guessed from its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_EXACT_FLOAT = 2**53


def result_frame(description: Sequence[Any], rows: Sequence[Sequence[Any]]) -> DataFrame:
    """A frame of ``rows``; an empty one has the same dtypes as a full one, and two columns may share a name."""
    import pandas as pd

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(description)
    series = {
        place: _series(list(values), column.type_code)
        for place, (column, values) in enumerate(zip(description, columns, strict=True))
    }
    frame = pd.DataFrame(series)
    frame.columns = pd.Index([column.name for column in description])
    return frame


def _series(values: list[Any], oid: int) -> Series[Any]:
    import pandas as pd

    convert = _BY_OID.get(oid)
    return convert(values) if convert else pd.Series(values, dtype=object).infer_objects()


def _integers(values: list[Any]) -> Series[Any]:
    """int64; with NULLs float64 as everywhere in pandas, unless a float could not hold a value exactly."""
    import pandas as pd

    if None not in values:
        return pd.Series(values, dtype="int64")
    exact = all(value is None or abs(value) <= _EXACT_FLOAT for value in values)
    return pd.Series(values, dtype="float64" if exact else "Int64")


def _floats(values: list[Any]) -> Series[Any]:
    import pandas as pd

    return pd.Series([None if value is None else float(value) for value in values], dtype="float64")


def _booleans(values: list[Any]) -> Series[Any]:
    import pandas as pd

    return pd.Series(values, dtype=object if None in values else bool)


def _timestamps(values: list[Any]) -> Series[Any]:
    import pandas as pd

    return pd.Series(values, dtype="datetime64[us]")


def _timestamps_utc(values: list[Any]) -> Series[Any]:
    import pandas as pd

    return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).astype("datetime64[us, UTC]")


def _texts(values: list[Any]) -> Series[Any]:
    import pandas as pd

    return pd.Series(values, dtype="str")


def _uuids(values: list[Any]) -> Series[Any]:
    return _texts([None if value is None else str(value) for value in values])


_BY_OID: Mapping[int, Callable[[list[Any]], Any]] = {
    16: _booleans,
    20: _integers,
    21: _integers,
    23: _integers,
    700: _floats,
    701: _floats,
    1700: _floats,
    1114: _timestamps,
    1184: _timestamps_utc,
    25: _texts,
    1042: _texts,
    1043: _texts,
    2950: _uuids,
}
"""PostgreSQL's numbers of its own types (pg_type.oid, the same in every version); others stay Python objects."""
