from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from blockwright.io.config import ConfigFileLoader
from blockwright.io.duckdb import DuckDB
from blockwright.io.errors import ConnectionFailed


def test_a_profile_names_file_and_schema(tmp_path: Path) -> None:
    config = ConfigFileLoader(config={"DUCKDB_DATABASE": str(tmp_path / "d.duckdb"), "DUCKDB_SCHEMA": "raw"})
    with DuckDB.with_config(config, verbose=False) as database:
        database.export({"k": 1}, table_name="t")
        assert database.load("SELECT k FROM raw.t")["k"].tolist() == [1]
        assert database.default_database() == str(tmp_path / "d.duckdb")


def test_execute_commits_by_itself_as_duckdb_does(tmp_path: Path) -> None:
    with DuckDB(tmp_path / "d.duckdb", verbose=False) as database:
        database.execute("CREATE TABLE t AS SELECT $k AS k", k=4)
        database.commit()
    with DuckDB(tmp_path / "d.duckdb", verbose=False) as database:
        assert database.load("SELECT * FROM t")["k"].tolist() == [4]


def test_sql_sees_no_python_variables() -> None:
    hidden = pd.DataFrame({"a": [1]})
    with DuckDB(verbose=False) as database, pytest.raises(database.driver_errors(), match="hidden does not exist"):
        database.load("SELECT * FROM hidden")
    assert len(hidden) == 1


def test_sums_of_integers_are_integers_where_they_fit() -> None:
    with DuckDB(verbose=False) as database:
        frame = database.load("SELECT sum(x) AS small, sum(x) * 1000000000 AS wide FROM range(100000000) t(x)")
    assert str(frame["small"].dtype) == "int64"
    assert str(frame["wide"].dtype) == "float64"


def test_decimals_keep_their_digits() -> None:
    with DuckDB(verbose=False) as database:
        database.export([{"d": Decimal("1234567.125")}, {"d": Decimal("-0.5")}], table_name="t")
        assert database.load("SELECT d::VARCHAR AS d FROM t ORDER BY 1")["d"].tolist() == ["-0.500", "1234567.125"]


def test_an_appended_integer_may_be_larger_than_the_first() -> None:
    with DuckDB(verbose=False) as database:
        database.export({"k": 1}, table_name="t")
        database.export({"k": 2**40}, table_name="t", if_exists="append")
        assert database.load("SELECT max(k) AS k FROM t")["k"].tolist() == [2**40]


def test_a_file_that_cannot_be_opened_is_named() -> None:
    with pytest.raises(ConnectionFailed, match=r"`/nowhere/d.duckdb`.*Check DUCKDB_DATABASE"):
        DuckDB("/nowhere/d.duckdb").open()


HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def held(tmp_path: Path) -> Path:
    return tmp_path / "held.duckdb"


def test_a_file_in_other_hands_is_waited_for_or_named(held: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(held)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ConnectionFailed, match="Another process has it open"):
            DuckDB(held).open()
        holder.stdin.close()
        with DuckDB(held, verbose=False, wait_seconds=30) as database:
            assert database.load("SELECT 1 AS a")["a"].tolist() == [1]
