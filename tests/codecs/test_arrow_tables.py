from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from blockwright import codecs
from blockwright.codecs import blobs


def again(value: Any, store: Path) -> Any:
    return codecs.read(codecs.write(value, name="output_0", store=store), store=store)


_TABLE = pa.table({"a": pa.chunked_array([[1, 2], [3]]), "s": pa.chunked_array([["x", None], ["y"]])})


@pytest.mark.parametrize(
    "value",
    [
        _TABLE,
        _TABLE.slice(1, 1),
        _TABLE.slice(0, 0),
        _TABLE.replace_schema_metadata({"key": "value"}),
        _TABLE.to_batches()[0],
        pa.RecordBatch.from_pydict({"a": pa.array([], pa.int8())}),
        _TABLE["a"],
        pa.chunked_array([], pa.int8()),
        pa.array([1, None, 3])[1:],
        pa.array([[1], None]),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([], pa.string()),
    ],
)
def test_a_value_of_arrow_comes_back_as_it_was(value: Any, store: Path) -> None:
    read = again(value, store)
    assert type(read) is type(value)
    assert read.equals(value)
    if isinstance(value, pa.Table | pa.RecordBatch):
        assert read.schema.equals(value.schema, check_metadata=True)
    if isinstance(value, pa.Table | pa.ChunkedArray):
        assert read.to_pylist() == value.to_pylist()


def test_chunks_with_dictionaries_of_their_own_are_stored(store: Path) -> None:
    chunks = [pa.array(["x", "y"]).dictionary_encode(), pa.array(["z"]).dictionary_encode()]
    nested = [pa.array([["x"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))) for _ in chunks]
    table = pa.table({"a": pa.chunked_array(chunks)})
    assert again(table, store).to_pylist() == table.to_pylist()
    assert again(pa.chunked_array(nested), store).to_pylist() == [["x"], ["x"]]


def test_a_table_read_from_one_of_our_files_keeps_its_metadata(store: Path) -> None:
    import pandas as pd

    output = codecs.write(pd.DataFrame({"a": [1]}), name="output_0", store=store)
    with pa.memory_map(str(blobs.path_of(store, output.digest))) as file:
        table = pa.ipc.open_file(file).read_all()
    assert again(table, store).schema.equals(table.schema, check_metadata=True)
