"""Values as Mage's generated charts convert them (``mage_ai.shared.parsers``)."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any


def convert_matrix_to_dataframe(value: Any) -> Any:
    """A sparse matrix as a dense frame with columns ``'0'``, ``'1'`` …; anything else as it is."""
    if not (hasattr(value, "toarray") and hasattr(value, "nnz")):
        return value
    import pandas as pd

    dense = value.toarray()
    if dense.ndim == 1:
        dense = dense.reshape(1, -1)
    return pd.DataFrame(dense, columns=[str(place) for place in range(dense.shape[1])])


def encode_complex(value: Any) -> Any:
    """A fallback for ``json.dumps(default=…)``: times in ISO form, numpy as Python, objects as their text."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return str(value)
