from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from blockwright.io.errors import MissingExtra, UnknownFormat
from blockwright.io.file_formats import infer_format
from blockwright.io.files import FileIO

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize("name", ["f.csv", "f.json", "f.parquet", "f.xml", "F.CSV", "f.csv.gz", "deep/er/f.csv"])
def test_a_frame_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    FileIO().export(FRAME, tmp_path / name)
    assert FileIO().exists(tmp_path / name)
    assert_frame_equal(FileIO().load(tmp_path / name), FRAME)


def test_relative_paths_count_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FileIO().export(FRAME, "clean.csv")
    assert (tmp_path / "clean.csv").read_text() == "a,b\n1,x\n2,y\n"


def test_the_format_may_be_named_and_options_reach_pandas(tmp_path: Path) -> None:
    FileIO().export(FRAME, tmp_path / "data", format="csv", sep=";")
    assert_frame_equal(FileIO().load(tmp_path / "data", format="csv", sep=";", usecols=["b"]), FRAME[["b"]])


def test_row_numbers_are_not_written_but_a_real_index_is(tmp_path: Path) -> None:
    FileIO().export(FRAME[FRAME["a"] > 1], tmp_path / "rows.csv")
    FileIO().export(FRAME.set_index("b"), tmp_path / "index.csv")
    assert (tmp_path / "rows.csv").read_text() == "a,b\n2,y\n"
    assert (tmp_path / "index.csv").read_text() == "b,a\nx,1\ny,2\n"


def test_all_files_below_folders_are_one_frame(tmp_path: Path) -> None:
    FileIO().export(FRAME, tmp_path / "one" / "b.csv")
    FileIO().export({"a": 9, "b": "z"}, tmp_path / "one" / "a" / "a.parquet")
    loaded = FileIO().load(file_directories=[tmp_path / "one"])
    assert loaded["a"].tolist() == [9, 1, 2]
    assert loaded.index.tolist() == [0, 1, 2]


def test_times_in_parquet_are_milliseconds(tmp_path: Path) -> None:
    FileIO().export(pd.DataFrame({"t": pd.to_datetime(["2024-01-01 00:00:00.123456"])}), tmp_path / "t.parquet")
    assert FileIO().load(tmp_path / "t.parquet")["t"].dt.microsecond.tolist() == [123_000]


@pytest.mark.parametrize("name", ["data", "data.xyz", "data.gz"])
def test_an_unknown_suffix_names_the_formats(name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"format= one of csv, json"):
        infer_format(name)


def test_a_missing_file_is_named_with_the_working_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone.csv.*working directory"):
        FileIO().load(tmp_path / "gone.csv")


@pytest.mark.skipif(importlib.util.find_spec("openpyxl") is not None, reason="openpyxl is installed")
def test_a_missing_library_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"openpyxl.*pip install openpyxl"):
        FileIO().export(FRAME, tmp_path / "f.xlsx")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="A int is not a table"):
        FileIO().export(5, tmp_path / "f.csv")
