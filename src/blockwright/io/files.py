"""Files as a source and a target of frames; relative paths count from the working directory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockwright.io import file_formats
from blockwright.io.base import QUERY_ROW_LIMIT, FileFormat

if TYPE_CHECKING:
    from pandas import DataFrame


class FileIO:
    """``FileIO().load('titanic.csv')`` and ``FileIO().export(frame, 'clean.parquet')``."""

    def __init__(self, verbose: bool = False, **_: Any) -> None:
        self.verbose = verbose

    @classmethod
    def with_config(cls, config: Any, **settings: Any) -> FileIO:
        """For symmetry with the other connectors: files need no settings."""
        return cls(**settings)

    def load(
        self,
        filepath: str | os.PathLike[str] | None = None,
        format: str | FileFormat | None = None,
        limit: int = QUERY_ROW_LIMIT,
        file_directories: Sequence[str | os.PathLike[str]] | None = None,
        **options: Any,
    ) -> DataFrame:
        """The frame in ``filepath``, or of all files below ``file_directories`` in the order of their names.

        ``format`` is told by the suffix when None; ``options`` go to pandas' reader. Of the result at most ``limit``
        rows are given. Raises FileNotFoundError, UnknownFormat, or MissingExtra.
        """
        if file_directories is not None:
            return self._load_all(file_directories, format, options).head(limit)
        if filepath is None:
            raise ValueError("FileIO.load needs a filepath, or file_directories.")
        return self._load_one(os.fspath(filepath), format, options).head(limit)

    def export(
        self,
        data: Any,
        filepath: str | os.PathLike[str],
        format: str | FileFormat | None = None,
        **options: Any,
    ) -> None:
        """Write ``data`` (a frame; a dict or list becomes one) to ``filepath``, making its folder if need be.

        ``format`` is told by the suffix when None; ``options`` go to pandas' writer.
        """
        from blockwright.io.frames import as_frame

        path = os.fspath(filepath)
        file_format = file_formats.as_format(format) if format else file_formats.infer_format(path)
        if not _is_remote(path):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        file_formats.write(as_frame(data), path, file_format, options)
        self._say(f"Exported to '{path}'.")

    def exists(self, path: str | os.PathLike[str]) -> bool:
        """Whether there is a file or folder at ``path``."""
        return os.path.exists(path)

    def _load_one(self, path: str, format: str | FileFormat | None, options: dict[str, Any]) -> DataFrame:
        file_format = file_formats.as_format(format) if format else file_formats.infer_format(path)
        if not _is_remote(path) and not os.path.exists(path):
            raise FileNotFoundError(f"There is no file '{path}' (working directory: {os.getcwd()}).")
        frame = file_formats.read(path, file_format, options)
        self._say(f"Loaded {len(frame)} rows from '{path}'.")
        return frame

    def _load_all(
        self,
        directories: Sequence[str | os.PathLike[str]],
        format: str | FileFormat | None,
        options: dict[str, Any],
    ) -> DataFrame:
        import pandas as pd

        paths = [path for directory in directories for path in _files_below(Path(directory))]
        if not paths:
            raise FileNotFoundError(f"There are no files below {', '.join(map(str, directories))}.")
        return pd.concat([self._load_one(str(path), format, options) for path in paths], ignore_index=True)

    def _say(self, message: str) -> None:
        if self.verbose:
            print(message)


def _files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))


def _is_remote(path: str) -> bool:
    return "://" in path
