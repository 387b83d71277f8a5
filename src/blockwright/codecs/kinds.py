"""What a value is, in one word, found without loading any library: a value of one can only exist where it is loaded."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from blockwright.codecs import tables
from blockwright.wire.outputs import Column

_VALUE_MODULES = frozenset({"datetime", "decimal", "uuid", "fractions", "pathlib", "ipaddress", "zoneinfo"})
_MODELS = {
    "sklearn": "sklearn.base:BaseEstimator",
    "xgboost": "xgboost:Booster",
    "lightgbm": "lightgbm:Booster",
    "catboost": "catboost:CatBoost",
    "torch": "torch.nn:Module",
    "keras": "keras:Model",
    "statsmodels": "statsmodels.base.model:Results",
    "mlflow": "mlflow.pyfunc:PyFuncModel",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What an output says of its value beside the bytes; ``type`` is the word for people."""

    type: str
    rows: int | None = None
    columns: int | None = None
    schema: tuple[Column, ...] = ()


def kind_of(value: Any) -> str:
    """``text``, ``bytes``, ``container``, ``value``, ``array``, ``sparse``, ``model``, ``figure``, ``plotly``,
    ``object``."""
    kind = type(value)
    if isinstance(value, str):
        return "text"
    if isinstance(value, bytes | bytearray):
        return "bytes"
    if isinstance(value, dict | list | tuple | set | frozenset):
        return "container"
    if value is None or isinstance(value, bool | int | float | complex) or kind.__module__ in _VALUE_MODULES:
        return "value"
    roots = {base.__module__.partition(".")[0] for base in kind.__mro__}
    if "numpy" in roots and _is_a(value, "numpy:ndarray"):
        return "array"
    if "numpy" in roots and _is_a(value, "numpy:generic"):
        return "value"
    if "scipy" in roots and hasattr(value, "nnz"):
        return "sparse"
    if any(_is_a(value, _MODELS[root]) for root in roots & _MODELS.keys()):
        return "model"
    if "matplotlib" in roots and (_is_a(value, "matplotlib.figure:Figure") or _is_a(value, "matplotlib.axes:Axes")):
        return "figure"
    if "plotly" in roots and _is_a(value, "plotly.basedatatypes:BaseFigure"):
        return "plotly"
    return "object"


def facts(value: Any) -> Facts:
    """The facts of any value; asking runs code of the user's class only for its length."""
    if tables.library(value):
        return _table_facts(value)
    match kind_of(value):
        case "text":
            return Facts("text")
        case "array" | "sparse" as kind:
            shape = tuple(value.shape)
            return Facts(kind, shape[0] if shape else None, shape[1] if len(shape) == 2 else None)
        case "model":
            return Facts("model")
        case "figure" | "plotly":
            return Facts("figure")
        case "container":
            rows = len(value) if isinstance(value, list | tuple) else None
            return Facts(_container_word(value), rows)
        case "value" | "bytes":
            return Facts("none" if value is None else type(value).__name__)
    return Facts("object")


def _table_facts(value: Any) -> Facts:
    if type(value).__name__.endswith("Series") or not hasattr(value, "columns"):  # pyarrow's arrays are series, too
        return Facts("series", len(value), 1, tables.schema(value))
    library = tables.library(value)
    columns = value.num_columns if library == "pyarrow" else len(value.columns)
    rows = value.num_rows if library == "pyarrow" else len(value)
    return Facts("table" if library == "pyarrow" else "dataframe", rows, columns, tables.schema(value))


def _container_word(value: Any) -> str:
    for kind in (dict, list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind.__name__
    return "object"


def _is_a(value: Any, name: str) -> bool:
    """Whether ``value`` is of the class ``module:name``; no where that module is not loaded."""
    module, _, attribute = name.partition(":")
    kind = getattr(sys.modules.get(module), attribute, None)
    return isinstance(kind, type) and isinstance(value, kind)
