"""Geometry columns of GeoPandas as well-known binary, with their coordinate reference system."""

from __future__ import annotations

from typing import Any

from blockwright.codecs.frames.encoded import Encoded, packed, unpacked


def encode(values: Any) -> Encoded:
    """A GeometryArray; missing geometries are nulls."""
    import geopandas
    import pyarrow as pa

    array = pa.array(geopandas.array.to_wkb(values), pa.large_binary(), from_pandas=True)
    return Encoded(array, "geometry", {"crs": packed(values.crs)})


def decode(array: Any, note: dict[str, Any]) -> Any:
    """The GeometryArray."""
    import geopandas

    return geopandas.array.from_wkb(array.to_numpy(zero_copy_only=False), crs=unpacked(note["crs"]))
