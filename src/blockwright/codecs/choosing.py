"""Which codec keeps a value: the most useful form that gives it back exactly as it was, and pickle for all else.

===================  ====================================================================
``json``             None, bool, int, float, list and dict with str keys: exact types only
``text`` ``bytes`` ``bytearray``   as they are
``arrow:pandas``     frames and series of pandas and GeoPandas, as an Arrow file
``arrow:polars``     the same of Polars
``arrow:table``      tables, record batches and arrays of pyarrow
``npy``              numpy arrays
``plotly``           figures of Plotly, as their JSON
``pickle``           everything else; the only codec besides cells of frames that unpickles
===================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.codecs import pickles, plain_json

Write = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one value is stored: the codec's name, and a function that writes into a ``blobs.Sink``.

    ``shown``: what is described and previewed, where that is not the value itself but what it computes.
    """

    codec: str
    write: Write
    shown: Any = None


def choose(value: Any, name: str) -> Plan:
    """The plan for ``value``; ``name`` is that of the output, for the errors of its pickling."""
    return (
        _plain(value) or _of_library(value, name) or Plan("pickle", lambda sink: pickles.write(value, sink, name=name))
    )


def reader(codec: str) -> Callable[[Path], Any] | None:
    """The function that reads the blobs of a codec; None for a name that is unknown."""
    match codec:
        case "json":
            return lambda path: plain_json.decode(path.read_bytes())
        case "text":
            return lambda path: path.read_bytes().decode("utf-8")
        case "bytes":
            return lambda path: path.read_bytes()
        case "bytearray":
            return lambda path: bytearray(path.read_bytes())
        case "pickle":
            return pickles.read
    return _library_reader(codec)


def _plain(value: Any) -> Plan | None:
    kind = type(value)
    if kind is bytes or kind is bytearray:
        return Plan(kind.__name__, lambda sink: sink.write(value))
    if kind is str:
        try:
            data = value.encode("utf-8")
        except UnicodeEncodeError:
            return None
        return Plan("text", lambda sink: sink.write(data))
    if value is None or kind in (bool, int, float, list, dict):
        encoded = plain_json.encode(value)
        return None if encoded is None else Plan("json", lambda sink: sink.write(encoded))
    return None


def _of_library(value: Any, name: str) -> Plan | None:
    codec, write, shown = "", None, None
    match type(value).__module__.partition(".")[0]:
        case "pandas" | "geopandas":
            from blockwright.codecs.frames import files

            codec, write = "arrow:pandas", files.encode(value, name)
        case "polars":
            from blockwright.codecs import polars_frames

            shown = polars_frames.computed(value)
            codec, write = "arrow:polars", polars_frames.encode(value, shown)
        case "pyarrow":
            from blockwright.codecs import arrow_tables

            codec, write = "arrow:table", arrow_tables.encode(value)
        case "numpy":
            from blockwright.codecs import numpy_arrays

            codec, write = "npy", numpy_arrays.encode(value)
        case "plotly":
            from blockwright.codecs import plots

            codec, write = "plotly", plots.encode(value)
    return None if write is None else Plan(codec, write, shown)


def _library_reader(codec: str) -> Callable[[Path], Any] | None:
    match codec:
        case "arrow:pandas":
            from blockwright.codecs.frames import files

            return files.read
        case "arrow:polars":
            from blockwright.codecs import polars_frames

            return polars_frames.read
        case "arrow:table":
            from blockwright.codecs import arrow_tables

            return arrow_tables.read
        case "npy":
            from blockwright.codecs import numpy_arrays

            return numpy_arrays.read
        case "plotly":
            from blockwright.codecs import plots

            return plots.read
    return None
