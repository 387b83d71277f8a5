"""Arrow values as JSON cells that people can read.

NaN and null are ``null``, infinities ``"Infinity"`` and ``"-Infinity"``; dates, times and moments are ISO 8601,
durations ``"1 days 02:00:00"``, decimals text; lists, structs and maps stay JSON.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from blockwright.adapters.tables.reader.tables import Column, Form, Rows


@dataclass(frozen=True, slots=True)
class Rendering:
    """``longest``: characters of one cell, the rest is cut and marked by ``…``; ``binary``: how bytes are told."""

    longest: int | None
    binary: Callable[[bytes], str]


PAGE = Rendering(10_000, lambda data: f"<{len(data)} bytes>")
FILE = Rendering(None, lambda data: base64.b64encode(data).decode("ascii"))


def cells(column: Column, rows: Rows, rendering: Rendering = PAGE) -> list[Any]:
    """The chosen cells of a column."""
    array = column.read(rows)
    match column.form:
        case Form.PLAIN:
            return rendered(array, rendering)
        case Form.JSON:
            parsed = [None if text is None else _parsed(text) for text in array.to_pylist()]
            return [_bounded(_plain(value, rendering), rendering) for value in parsed]
        case Form.OPAQUE:
            return [None if size is None else f"<Python object, {size} bytes>" for size in _sizes(array)]


def rendered(array: pa.ChunkedArray, rendering: Rendering = PAGE) -> list[Any]:
    """The cells of an Arrow array."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return rendered(_storage(array), rendering) if kind.extension_name != "arrow.uuid" else _uuids(array)
    if pa.types.is_dictionary(kind):
        return _dictionary(array, rendering)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return list(array.to_pylist())
    if pa.types.is_floating(kind):
        return [_number(value) for value in array.to_pylist()]
    if pa.types.is_timestamp(kind):
        return _moments(array)
    if pa.types.is_date(kind):
        return _iso(array.cast(pa.date32()).cast(pa.int32()), "D")
    if pa.types.is_duration(kind):
        return _durations(array)
    if kind == pa.month_day_nano_interval():
        return [None if value is None else _calendar(*value) for value in array.to_pylist()]
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return [None if value is None else _clock(value) for value in array.cast(pa.int64()).to_pylist()]
    return [_bounded(_plain(value, rendering), rendering) for value in _values(array)]


def _storage(array: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([chunk.storage for chunk in array.chunks], array.type.storage_type)


def _uuids(array: pa.ChunkedArray) -> list[str | None]:
    return [None if value is None else str(value) for value in array.to_pylist()]


def _dictionary(array: pa.ChunkedArray, rendering: Rendering) -> list[Any]:
    found: list[Any] = []
    for chunk in array.chunks:
        words = rendered(pa.chunked_array([chunk.dictionary]), rendering)
        found += [None if code is None else words[code] for code in chunk.indices.to_pylist()]
    return found


def _values(array: pa.ChunkedArray) -> list[Any]:
    try:
        return list(array.to_pylist())
    except UnicodeDecodeError:  # a file that lies about its text
        wide = pa.large_binary() if pa.types.is_large_string(array.type) else pa.binary()
        return [None if data is None else data.decode("utf-8", "replace") for data in array.cast(wide).to_pylist()]
    except (ValueError, OverflowError, ImportError):  # nested moments that Python's own types cannot hold
        return [None if not scalar.is_valid else str(scalar) for chunk in array.chunks for scalar in chunk]


def _plain(value: Any, rendering: Rendering) -> Any:
    """A Python value that Arrow gave, as JSON."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        if value and all(isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str) for item in value):
            return {key: _plain(item, rendering) for key, item in value}  # a map
        return [_plain(item, rendering) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, rendering) for key, item in value.items()}
    if isinstance(value, bytes):
        return rendering.binary(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(value // datetime.timedelta(microseconds=1) * 1000)
    if isinstance(value, decimal.Decimal):
        return str(value)
    return str(value)


def _bounded(value: Any, rendering: Rendering) -> Any:
    longest = rendering.longest
    if longest is None:
        return value
    if isinstance(value, str):
        return value if len(value) <= longest else value[:longest] + "…"
    if isinstance(value, list | dict):
        text = json.dumps(value, ensure_ascii=False)
        return value if len(text) <= longest else text[:longest] + "…"
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(value: float | None) -> float | str | None:
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _moments(array: pa.ChunkedArray) -> list[str | None]:
    unit, zone = array.type.unit, array.type.tz
    numbers = array.cast(pa.int64())
    texts = _iso(numbers, unit)
    if zone is None:
        return texts
    if zone.upper() in ("UTC", "+00:00", "ETC/UTC", "Z"):
        return [None if text is None else text + "+00:00" for text in texts]
    place = _place(zone)
    seconds = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    return [
        None if number is None or text is None else _local(number, seconds, text, place)
        for number, text in zip(numbers.to_pylist(), texts, strict=True)
    ]


def _iso(numbers: pa.ChunkedArray, unit: str) -> list[str | None]:
    """ISO texts of moments or days counted in ``unit`` since 1970, with a fraction only where there is one."""
    valid = numbers.is_valid().to_pylist()
    counts = np.asarray(numbers.fill_null(0).to_numpy(), dtype="<i8")
    texts = np.datetime_as_string(counts.view(f"<M8[{unit}]")).tolist()
    if unit not in ("D", "s"):
        texts = [_trimmed(text) for text in texts]
    return [text if good else None for text, good in zip(texts, valid, strict=True)]


def _trimmed(text: str) -> str:
    """Fractions as Python writes them: none, six digits, or nine."""
    whole, _, fraction = text.partition(".")
    digits = fraction.rstrip("0")
    if not digits:
        return whole
    return f"{whole}.{digits.ljust(6, '0') if len(digits) <= 6 else digits.ljust(9, '0')}"


def _place(zone: str) -> datetime.tzinfo:
    if zone[:1] in "+-" and len(zone) == 6:
        sign = -1 if zone[0] == "-" else 1
        return datetime.timezone(sign * datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])))
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.UTC  # the instant is right even where this host does not know the zone


def _local(number: int, seconds: int, text: str, place: datetime.tzinfo) -> str:
    """One instant in its zone; ``text`` is the same instant in UTC."""
    whole, part = divmod(number, seconds)
    try:
        moment = (datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=whole)).astimezone(
            place
        )
    except OverflowError:
        return text + "+00:00"  # beyond Python's calendar
    fraction = "." + text.partition(".")[2] if part else ""
    clock = moment.isoformat(timespec="seconds")
    return clock[:19] + fraction + clock[19:]


def _durations(array: pa.ChunkedArray) -> list[str | None]:
    scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[array.type.unit]
    return [None if count is None else _duration(count * scale) for count in array.cast(pa.int64()).to_pylist()]


def _duration(nanoseconds: int) -> str:
    days, rest = divmod(nanoseconds, 86_400 * 10**9)
    return f"{days} days {_clock(rest)}"


def _calendar(months: int, days: int, nanoseconds: int) -> str:
    return f"{months} months {_duration(days * 86_400 * 10**9 + nanoseconds)}"


def _clock(nanoseconds: int) -> str:
    seconds, part = divmod(nanoseconds, 10**9)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return _trimmed(f"{clock}.{part:09}")


def _sizes(array: pa.ChunkedArray) -> list[int | None]:
    return [None if data is None else len(data) for data in array.to_pylist()]
