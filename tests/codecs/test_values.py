from __future__ import annotations

import dataclasses
import datetime
import subprocess
import sys
import types
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright import codecs
from blockwright.codecs import blobs
from blockwright.wire.outputs import Column
from tests.codecs.samples import same


def again(value: Any, store: Path) -> Any:
    return codecs.read(codecs.write(value, name="output_0", store=store), store=store)


@dataclasses.dataclass
class Point:
    x: int
    y: int


@pytest.mark.parametrize(
    ("value", "codec", "kind"),
    [
        (None, "json", "none"),
        (True, "json", "bool"),
        (10**30, "json", "int"),
        (float("nan"), "json", "float"),
        ("a\r\n\0é", "text", "text"),
        ({"a": [1, None, {"b": 2.5}]}, "json", "dict"),
        ([], "json", "list"),
        (b"\0\xff", "bytes", "bytes"),
        (bytearray(b"ab"), "bytearray", "bytearray"),
        ((1, 2), "pickle", "tuple"),
        ({1: "a"}, "pickle", "dict"),
        ({"a": (1, 2)}, "pickle", "dict"),
        ({1, 2}, "pickle", "set"),
        (datetime.date(2020, 1, 1), "pickle", "date"),
        (Decimal("1.10"), "pickle", "Decimal"),
        (np.float64(1.5), "pickle", "float64"),
        (Point(1, 2), "pickle", "object"),
        ("\ud83d\ude00", "pickle", "text"),
        (np.arange(6).reshape(2, 3), "npy", "array"),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any, codec: str, kind: str, store: Path) -> None:
    output = codecs.write(value, name="output_0", store=store)
    assert (output.codec, output.type) == (codec, kind)
    assert same(codecs.read(output, store=store), value)


def test_a_table_says_its_rows_columns_and_types(store: Path) -> None:
    output = codecs.write(pd.DataFrame({"a": [1, 2], "s": ["x", "y"]}), name="output_0", store=store)
    assert (output.type, output.rows, output.columns) == ("dataframe", 2, 2)
    text = "str" if pd.__version__ >= "3" else "object"
    assert output.schema == (Column("a", "int64"), Column("s", text))
    assert output.bytes == blobs.path_of(store, output.digest).stat().st_size


def test_a_dict_may_hold_anything(store: Path) -> None:
    read = again({"frame": pd.DataFrame({"a": [1]}), "when": datetime.datetime(2020, 1, 1), "f": len}, store)
    pd.testing.assert_frame_equal(read["frame"], pd.DataFrame({"a": [1]}))
    assert (read["when"], read["f"]) == (datetime.datetime(2020, 1, 1), len)


def test_shared_and_cyclic_parts_stay_so(store: Path) -> None:
    row: list[Any] = [1]
    shared, cycle = again([row, row], store), again(_cycle(), store)
    assert shared[0] is shared[1]
    assert cycle[0] is cycle


def _cycle() -> list[Any]:
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


def test_outputs_are_numbered(store: Path) -> None:
    outputs = codecs.write_outputs([1, "b", (3,)], store=store)
    assert [output.name for output in outputs] == ["output_0", "output_1", "output_2"]
    assert codecs.read_outputs(outputs, store=store) == [1, "b", (3,)]


def test_many_plain_outputs_share_one_blob(store: Path) -> None:
    values = [{"i": i} for i in range(10_000)]
    (output,) = codecs.write_outputs(values, store=store)
    assert (output.spread, output.name, output.type, output.rows) == (True, "output_0", "list", 10_000)
    assert codecs.read_outputs([output], store=store) == values


def test_outputs_that_share_a_part_may_still_share_a_blob(store: Path) -> None:
    columns = ["a", "b"]
    (output,) = codecs.write_outputs([{"columns": columns, "i": i} for i in range(20)], store=store)
    assert codecs.read(output, store=store)[19] == {"columns": ["a", "b"], "i": 19}


def test_many_outputs_of_which_one_is_not_plain_have_a_blob_each(store: Path) -> None:
    values = [*range(16), (1, 2)]
    outputs = codecs.write_outputs(values, store=store)
    assert len(outputs) == 17
    assert not any(output.spread for output in outputs)
    assert codecs.read_outputs(outputs, store=store) == values


def test_a_few_plain_outputs_have_a_blob_each(store: Path) -> None:
    assert len(codecs.write_outputs(list(range(16)), store=store)) == 16


def test_outputs_in_memory_are_described_and_not_stored(store: Path) -> None:
    first, second = codecs.write_outputs([{"a": 1}, {"a": 1}], store=store, in_memory=True)
    assert first.preview == {"kind": "json", "value": {"a": 1}, "total": 1, "cut": False}
    assert first.in_memory
    assert first.digest != second.digest  # so that nothing computed from one stands in for the other
    assert not store.exists()
    with pytest.raises(codecs.StoreError, match="`output_0` cannot be read: it was handed over in memory"):
        codecs.read(first, store=store)


def test_a_collected_blob_is_named_with_the_way_out(store: Path) -> None:
    output = codecs.write([1], name="output_4", store=store)
    blobs.path_of(store, output.digest).unlink()
    with pytest.raises(codecs.StoreError, match=rf"`output_4`.*{output.digest}.*retention.*Run the block again"):
        codecs.read(output, store=store)


@pytest.mark.parametrize("value", [pd.DataFrame({"a": [1]}), {"a": 1}, (1, 2), np.arange(3)])
def test_a_damaged_blob_is_an_error_of_the_store(value: Any, store: Path) -> None:
    output = codecs.write(value, name="output_0", store=store)
    path = blobs.path_of(store, output.digest)
    path.write_bytes(path.read_bytes()[: output.bytes // 2])
    with pytest.raises(codecs.StoreError, match=r"`output_0`.*cannot be read"):
        codecs.read(output, store=store)


def test_a_codec_of_a_later_version_is_named(store: Path) -> None:
    output = dataclasses.replace(codecs.write(1, name="output_0", store=store), codec="hologram")
    with pytest.raises(codecs.StoreError, match="'hologram', which this version does not know"):
        codecs.read(output, store=store)


def test_a_class_whose_module_is_gone_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("module_of_yesterday")
    exec("class Thing: pass", module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    output = codecs.write(module.Thing(), name="output_0", store=store)
    monkeypatch.delitem(sys.modules, module.__name__)
    with pytest.raises(codecs.StoreError, match=r"module_of_yesterday.*Install that module"):
        codecs.read(output, store=store)


def test_importing_the_room_loads_no_library() -> None:
    code = (
        "import sys, blockwright.codecs.values, blockwright.codecs.previews, blockwright.codecs.profiles\n"
        "print([name for name in ('pandas', 'numpy', 'pyarrow', 'polars', 'cloudpickle') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_storing_a_frame_does_not_load_polars(store: Path) -> None:
    code = (
        "import sys, pathlib, pandas, blockwright.codecs as codecs\n"
        "store = pathlib.Path(sys.argv[1])\n"
        "codecs.read(codecs.write(pandas.DataFrame({'a': [1]}), name='o', store=store), store=store)\n"
        "print('polars' in sys.modules, 'geopandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
