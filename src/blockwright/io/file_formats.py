"""Frames to and from files by format; what a reader or writer may be told besides is pandas' own keywords."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from blockwright.io.base import FileFormat
from blockwright.io.errors import MissingExtra, UnknownFormat

if TYPE_CHECKING:
    from pandas import DataFrame

_SUFFIXES: Mapping[str, FileFormat] = {
    "csv": FileFormat.CSV,
    "txt": FileFormat.CSV,
    "json": FileFormat.JSON,
    "parquet": FileFormat.PARQUET,
    "h5": FileFormat.HDF5,
    "hdf": FileFormat.HDF5,
    "hdf5": FileFormat.HDF5,
    "xml": FileFormat.XML,
    "xls": FileFormat.EXCEL,
    "xlsx": FileFormat.EXCEL,
    "excel": FileFormat.EXCEL,
}
_COMPRESSIONS = frozenset({"gz", "bz2", "zip", "xz", "zst"})


def infer_format(path: str | PurePath) -> FileFormat:
    """The format that the file's name tells (``.csv.gz`` is csv); raises UnknownFormat naming file and formats."""
    suffixes = [suffix.lstrip(".").lower() for suffix in PurePath(path).suffixes]
    while suffixes and suffixes[-1] in _COMPRESSIONS:
        suffixes.pop()
    found = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise UnknownFormat(
            f"The format of `{path}` cannot be told from its name.",
            hint=f"Pass format= one of {', '.join(FileFormat)}.",
        )
    return found


def as_format(value: str | FileFormat) -> FileFormat:
    """The format called ``value``; raises UnknownFormat naming those there are."""
    try:
        return _SUFFIXES.get(str(value).lower().lstrip(".")) or FileFormat(str(value))
    except ValueError:
        raise UnknownFormat(
            f"There is no file format `{value}`.", hint=f"It is one of {', '.join(FileFormat)}."
        ) from None


def read(path: str, file_format: FileFormat, options: Mapping[str, Any]) -> DataFrame:
    """The frame in the file at ``path``; raises MissingExtra when pandas lacks the library for its format."""
    import pandas as pd

    readers: Mapping[FileFormat, Callable[..., Any]] = {
        FileFormat.CSV: pd.read_csv,
        FileFormat.JSON: pd.read_json,
        FileFormat.PARQUET: pd.read_parquet,
        FileFormat.HDF5: pd.read_hdf,
        FileFormat.XML: pd.read_xml,
        FileFormat.EXCEL: pd.read_excel,
    }
    given = dict(options)
    if file_format is FileFormat.XML and "parser" not in given and not _installed("lxml"):
        given["parser"] = "etree"
    with _NamingTheLibrary(path, file_format):
        frame: DataFrame = readers[file_format](path, **given)
        return frame


def write(frame: DataFrame, path: str, file_format: FileFormat, options: Mapping[str, Any]) -> None:
    """Write ``frame``; without an index that is just row numbers, and parquet times in milliseconds."""
    given = _write_defaults(frame, path, file_format) | dict(options)
    writers: Mapping[FileFormat, Callable[..., Any]] = {
        FileFormat.CSV: frame.to_csv,
        FileFormat.JSON: frame.to_json,
        FileFormat.PARQUET: frame.to_parquet,
        FileFormat.HDF5: frame.to_hdf,
        FileFormat.XML: frame.to_xml,
        FileFormat.EXCEL: frame.to_excel,
    }
    with _NamingTheLibrary(path, file_format):
        writers[file_format](path, **given)


def _write_defaults(frame: DataFrame, path: str, file_format: FileFormat) -> dict[str, Any]:
    match file_format:
        case FileFormat.CSV | FileFormat.EXCEL:
            return {"index": not _plain_index(frame)}
        case FileFormat.XML:
            parser = {} if _installed("lxml") else {"parser": "etree"}
            return {"index": not _plain_index(frame), **parser}
        case FileFormat.PARQUET:
            return {"coerce_timestamps": "ms", "allow_truncated_timestamps": True}
        case FileFormat.HDF5:
            return {"key": PurePath(path).stem}
        case _:
            return {}


def _plain_index(frame: DataFrame) -> bool:
    """Whether the index is but a row number (perhaps with gaps, after a filter), which no file needs to keep."""
    return frame.index.nlevels == 1 and frame.index.name is None and frame.index.dtype.kind in "iu"


class _NamingTheLibrary:
    """Turns pandas' "missing optional dependency" into one sentence that names file, format and library."""

    def __init__(self, path: str, file_format: FileFormat) -> None:
        self._path = path
        self._format = file_format

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, ImportError) and not isinstance(error, MissingExtra):
            library = {"excel": "openpyxl", "hdf5": "tables", "xml": "lxml", "parquet": "pyarrow"}.get(self._format, "")
            raise MissingExtra(
                f"`{self._path}`: pandas needs the library `{library}` for the format {self._format}.",
                hint=f"Install it with: pip install {library}",
            ) from error


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
