"""A store with real values in it and a reader over them, shared by the tests of a worker: a start takes a while."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwright import codecs
from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.wire.outputs import Output

Put = Callable[[Any], Output]


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blobs")


@pytest.fixture(scope="session")
def locate(blobs: Path) -> Callable[[str], Path]:
    return lambda digest: blobs / digest[:2] / digest


@pytest.fixture(scope="session")
def tables(locate: Callable[[str], Path]) -> Iterator[DuckDBTables]:
    reader = DuckDBTables(locate)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def put(blobs: Path) -> Put:
    """Store a value as a block's output would be."""
    return lambda value: codecs.write(value, name="output_0", store=blobs)
