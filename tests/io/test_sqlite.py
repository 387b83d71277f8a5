from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from blockwright.io.config import ConfigFileLoader
from blockwright.io.errors import ConnectionFailed, ConnectorError
from blockwright.io.sqlite import SQLite


def test_a_profile_names_the_file(tmp_path: Path) -> None:
    config = ConfigFileLoader(config={"SQLITE_DATABASE": str(tmp_path / "s.sqlite")})
    with SQLite.with_config(config, verbose=False) as database:
        database.export({"k": 1}, table_name="t")
    with SQLite(tmp_path / "s.sqlite", verbose=False) as database:
        assert database.load("SELECT k FROM t")["k"].tolist() == [1]


def test_execute_does_not_commit(tmp_path: Path) -> None:
    with SQLite(tmp_path / "s.sqlite", verbose=False) as database:
        database.export({"k": 1}, table_name="t")
        database.execute("INSERT INTO t VALUES (:k)", k=2)
    with SQLite(tmp_path / "s.sqlite", verbose=False) as database:
        assert database.load("SELECT k FROM t")["k"].tolist() == [1]


def test_times_come_back_as_times_on_demand() -> None:
    with SQLite(verbose=False) as database:
        database.export(pd.DataFrame({"t": pd.to_datetime(["2024-01-02 03:04:05"])}), table_name="t")
        frame = database.load("SELECT * FROM t", parse_dates=["t"])
    assert frame["t"][0] == pd.Timestamp("2024-01-02 03:04:05")


def test_a_schema_must_be_an_attached_database(tmp_path: Path) -> None:
    with SQLite(verbose=False) as database:
        with pytest.raises(ConnectorError, match="`raw` is not an attached database"):
            database.export({"k": 1}, "raw", "t")
        database.execute(f"ATTACH DATABASE '{tmp_path / 'raw.sqlite'}' AS raw")
        database.export({"k": 1}, "raw", "t")
        assert database.table_exists("raw", "T")
        assert not database.table_exists("main", "t")


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, only a rather long line of text" * 20)
    with pytest.raises(ConnectionFailed, match=r"text`.*not a database"):
        SQLite(tmp_path / "text").open()
    with pytest.raises(ConnectionFailed, match=r"Check SQLITE_DATABASE"):
        SQLite(tmp_path / "no folder" / "s.sqlite").open()
