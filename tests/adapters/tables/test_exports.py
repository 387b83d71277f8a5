"""Files for other tools."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import Invalid, NotFound
from tests.adapters.tables.conftest import Put

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "f": [0.5, math.nan, math.inf],
        "s": pd.array(['a"b,c', None, ""], dtype="str"),
        "t": pd.to_datetime(["2024-01-01 10:00", None, "2024-01-02 00:00:00.25"], format="ISO8601"),
        "l": [[1, "ü"], None, {"k": 1}],
        "b": [b"ab", None, b""],
        "c": pd.Categorical(["x", None, "y"]),
    }
)


def test_csv_reads_back(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    assert tables.export(put(FRAME), tmp_path / "out.CSV") == 3
    read = pd.read_csv(tmp_path / "out.CSV", parse_dates=["t"], date_format="ISO8601")
    assert read.n.tolist() == [1, 2, 3]
    assert read.f[[0, 2]].tolist() == [0.5, math.inf]
    assert math.isnan(read.f[1])
    assert read.s[0] == 'a"b,c'
    assert read.t.tolist()[::2] == FRAME.t.tolist()[::2]
    assert json.loads(read.l[0]) == [1, "ü"]
    assert read.b[0] == "YWI="


def test_csv_tells_an_empty_text_from_none(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    tables.export(put(pd.DataFrame({"s": ["", None, "=1+1"]})), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == '"s"\n""\n\n"=1+1"\n'


def test_parquet_keeps_types(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    frame = FRAME[["n", "f", "s", "t", "b"]]
    assert tables.export(put(frame), tmp_path / "out.parquet") == 3
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), frame, check_dtype=False)


def test_json_is_strict(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    assert tables.export(put(FRAME), tmp_path / "out.json") == 3
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert [row["f"] for row in rows] == [0.5, None, "Infinity"]
    assert [row["l"] for row in rows] == [[1, "ü"], None, {"k": 1}]
    assert tables.export(put(FRAME), tmp_path / "out.jsonl") == 3
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == rows


def test_long_texts_are_written_whole(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    tables.export(put([{"s": "x" * 50_000}]), tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_bytes()) == [{"s": "x" * 50_000}]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json", "jsonl"])
def test_many_batches_make_one_file(tables: DuckDBTables, put: Put, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    assert tables.export(put(pd.DataFrame({"n": range(120_000)})), target) == 120_000
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}.get(suffix)
    found = read(target) if read else pd.read_json(target, lines=suffix == "jsonl")
    assert found.n.tolist() == list(range(120_000))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json", "jsonl"])
def test_a_table_without_rows_is_a_file(tables: DuckDBTables, put: Put, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    assert tables.export(put(FRAME.iloc[:0]), target) == 0
    assert target.exists()


def test_labels_that_repeat_are_told_apart(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    tables.export(put(pa.table([[1], [2], [3]], ["a", "a", "a_2"])), tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_bytes()) == [{"a": 1, "a_2": 2, "a_2_2": 3}]


def test_the_target_is_replaced_whole_and_links_are_followed(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    tables.export(put(np.array([7])), tmp_path / "link.csv")
    assert (tmp_path / "real.csv").read_text() == '"value"\n7\n'
    assert sorted(os.listdir(tmp_path)) == ["link.csv", "real.csv"]


def test_what_cannot_be_written_says_why_and_leaves_nothing(tables: DuckDBTables, put: Put, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(Invalid, match=r"Column `o` holds Python objects.*astype\(str\)"):
        tables.export(put(pd.DataFrame({"o": [object]})), tmp_path / "out.csv")
    with pytest.raises(Invalid, match=r"may end in \.csv, \.parquet, \.json, \.jsonl"):
        tables.export(put(FRAME), tmp_path / "out.xlsx")
    with pytest.raises(NotFound, match=r"The folder .*missing does not exist"):
        tables.export(put(FRAME), tmp_path / "missing" / "out.csv")
    with pytest.raises(Invalid, match="is a folder"):
        tables.export(put(FRAME), tmp_path / "folder.csv")
    with pytest.raises(Invalid, match="is a dict"):
        tables.export(put({"a": 1}), tmp_path / "new.csv")
    assert sorted(os.listdir(tmp_path)) == ["folder.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text() == "old"
