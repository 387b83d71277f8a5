"""Plotly figures as their own JSON, and back as figures. (Figures of matplotlib are pickled.)

Plotly writes a numpy array as base64 in the narrowest dtype that holds it; it comes back as an array of that dtype.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def encode(value: Any) -> Callable[[Any], None] | None:
    """A function that writes the figure, or None for a subclass, which JSON would lose."""
    import plotly.graph_objects as go

    if type(value) is not go.Figure:
        return None
    return lambda sink: sink.write(value.to_json(validate=False).encode("utf-8"))


def read(path: Path) -> Any:
    """The figure."""
    import plotly.graph_objects as go

    return go.Figure(_with_arrays(json.loads(path.read_bytes())), skip_invalid=True)


def _with_arrays(part: Any) -> Any:
    if isinstance(part, list):
        return [_with_arrays(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.keys() in ({"dtype", "bdata"}, {"dtype", "bdata", "shape"}):
        return _array(part)
    return {key: _with_arrays(item) for key, item in part.items()}


def _array(part: dict[str, Any]) -> Any:
    import numpy as np

    flat = np.frombuffer(bytearray(base64.b64decode(part["bdata"])), dtype=part["dtype"])
    shape = part.get("shape")
    return flat if shape is None else flat.reshape([int(length) for length in str(shape).split(",")])
