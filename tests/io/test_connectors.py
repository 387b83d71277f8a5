"""One suite for every SQL connector: what a block may rely on wherever its data lies."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from blockwright.io.base import ExportWritePolicy
from blockwright.io.duckdb import DuckDB
from blockwright.io.errors import TableExists
from blockwright.io.sql import BaseSQL
from blockwright.io.sqlite import SQLite
from tests.io.postgres_server import fresh_schema

ENGINES = ["duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaseSQL]:
    match request.param:
        case "duckdb":
            with DuckDB(tmp_path / "d.duckdb", verbose=False) as duck:
                yield duck
        case "sqlite":
            with SQLite(tmp_path / "s.sqlite", verbose=False) as lite:
                yield lite
        case _:
            with fresh_schema() as postgres, postgres:
                yield postgres


def rows(database: BaseSQL, table: str, order: str = "k") -> list[list[Any]]:
    return database.load(f"SELECT * FROM {database.table(table)} ORDER BY {order}").values.tolist()


def test_every_kind_of_column_comes_back(database: BaseSQL) -> None:
    frame = pd.DataFrame(
        {
            "k": [1, 2],
            "big": [2**62, 1],
            "real": [1.5, None],
            "flag": [True, False],
            "text": ["x", None],
            "Max Speed": [decimal.Decimal("1.25"), None],
            "day": [dt.date(2024, 1, 2), None],
            "time": pd.to_datetime(["2024-01-02 03:04:05", None]),
            "zone": pd.to_datetime(["2024-01-02 03:04:05", None], utc=True),
            "doc": [{"a": [1]}, None],
            "list": [["x", "y"], []],
            "raw": [b"\x00\xff", None],
            "id": [uuid.UUID(int=7), None],
            "group": pd.Categorical(["a", "b"]),
            "never": [None, None],
        }
    )
    database.export(frame, table_name="kinds")
    back = database.load(f"SELECT * FROM {database.table('kinds')} ORDER BY k")
    assert list(back.columns)[4:6] == ["text", "max_speed"]
    assert "_group" in back.columns
    assert back["big"].tolist() == [2**62, 1]
    assert back["flag"].astype(bool).tolist() == [True, False]
    assert back["real"].isna().tolist() == [False, True]
    assert float(back["max_speed"][0]) == 1.25
    assert str(back["time"][0]) == "2024-01-02 03:04:05"
    assert pd.Timestamp(back["zone"][0]) == pd.Timestamp("2024-01-02 03:04:05", tz="UTC")
    assert str(back["day"][0]).startswith("2024-01-02")
    assert bytes(back["raw"][0]) == b"\x00\xff"
    assert str(back["id"][0]) == str(uuid.UUID(int=7))
    assert back["never"].isna().all()
    assert back.loc[1, ["text", "max_speed", "day", "time", "zone", "doc", "raw", "id"]].isna().all()


def test_replace_keeps_the_table_and_drops_it_on_demand(database: BaseSQL) -> None:
    database.export({"k": 1}, table_name="t")
    database.export([{"k": 2}, {"k": 3}], table_name="t")
    assert rows(database, "t") == [[2], [3]]
    database.export({"k": "now text", "v": 1}, table_name="t", drop_table_on_replace=True)
    assert rows(database, "t") == [["now text", 1]]


def test_append_keeps_rows_and_fail_refuses(database: BaseSQL) -> None:
    database.export({"k": 1}, table_name="t", if_exists=ExportWritePolicy.APPEND)
    database.export({"k": 2}, table_name="t", if_exists="append")
    with pytest.raises(TableExists, match=r"\"t\" exists already"):
        database.export({"k": 3}, table_name="t", if_exists="fail")
    with pytest.raises(ValueError, match="exists already"):
        database.export({"k": 3}, table_name="t", if_exists="fail")
    assert rows(database, "t") == [[1], [2]]


def test_an_export_that_fails_leaves_everything_as_it_was(database: BaseSQL) -> None:
    database.export({"k": 1}, table_name="t")
    with pytest.raises(database.driver_errors()):
        database.export({"unknown": 2}, table_name="t")
    with pytest.raises(database.driver_errors()):
        database.export(None, table_name="t", query_string="SELECT nothing FROM nowhere")
    assert rows(database, "t") == [[1]]


@pytest.mark.parametrize(("method", "after"), [("UPDATE", [[1, "a"], [2, "new"], [3, "c"]]), ("IGNORE", None)])
def test_upsert_by_unique_constraint(database: BaseSQL, method: str, after: list[list[Any]] | None) -> None:
    keys: dict[str, Any] = {"unique_constraints": ["k"], "unique_conflict_method": method}
    database.export([{"k": 1, "v": "a"}, {"k": 2, "v": "b"}], table_name="t", **keys)
    database.export(
        [{"k": 2, "v": "old"}, {"k": 2, "v": "new"}, {"k": 3, "v": "c"}], table_name="t", if_exists="append", **keys
    )
    assert rows(database, "t") == (after or [[1, "a"], [2, "b"], [3, "c"]])


def test_a_query_may_replace_the_table_that_it_reads(database: BaseSQL) -> None:
    database.export([{"k": 1, "v": "a"}, {"k": 2, "v": "b"}], table_name="t")
    database.export(None, table_name="t", query_string=f"SELECT k, v FROM {database.table('t')} WHERE k > 1; -- one")
    assert rows(database, "t") == [[2, "b"]]


def test_an_appended_query_goes_by_column_name(database: BaseSQL) -> None:
    database.export({"k": 1, "v": "a"}, table_name="t")
    database.export(None, table_name="t", if_exists="append", query_string="SELECT 'b' AS v, 2 AS k")
    assert rows(database, "t") == [[1, "a"], [2, "b"]]


def test_the_index_becomes_columns_and_types_may_be_given(database: BaseSQL) -> None:
    frame = pd.DataFrame({"v": [1]}, index=pd.Index(["x"], name="k"))
    database.export(frame, table_name="t", index=True, overwrite_types={"v": "VARCHAR(20)"})
    assert rows(database, "t") == [["x", "1"]]


def test_names_stay_as_they_are_on_demand(database: BaseSQL) -> None:
    database.export(pd.DataFrame({"Max Speed": [1], 'q"q': [2]}), table_name="t", auto_clean_name=False)
    assert list(database.sample(database.default_schema(), "t").columns) == ["Max Speed", 'q"q']


def test_an_empty_frame_still_makes_its_table(database: BaseSQL) -> None:
    database.export(pd.DataFrame({"k": pd.Series([], dtype="int64")}), table_name="t")
    assert rows(database, "t") == []


@pytest.mark.parametrize("query", ["SELECT 1 AS a UNION ALL SELECT 2 ORDER BY 1;", "WITH q AS (SELECT 1 AS a) TABLE q"])
def test_a_limit_is_for_any_query(database: BaseSQL, query: str) -> None:
    if "TABLE" in query and isinstance(database, SQLite):
        query = query.replace("TABLE q", "SELECT * FROM q -- end")
    assert database.load(query, limit=1)["a"].tolist() == [1]


def test_columns_of_one_name_stay_two(database: BaseSQL) -> None:
    assert database.load("SELECT 1 AS a, 2 AS b, 3 AS a").shape == (1, 3)


def test_execute_queries_gives_frames_where_asked(database: BaseSQL) -> None:
    results = database.execute_queries(
        ["CREATE TABLE q (k INTEGER)", "INSERT INTO q VALUES (5)", "SELECT * FROM q"],
        commit=True,
        fetch_query_at_indexes=[False, False, True],
    )
    assert results[:2] == [None, None]
    assert results[2]["k"].tolist() == [5]
    database.execute_query_raw("DELETE FROM q; DROP TABLE q")
    assert not database.table_exists(None, "q")


def test_load_shapes_the_frame(database: BaseSQL) -> None:
    query = "SELECT 'x' AS k, '2024-01-02' AS day, '5' AS n"
    frame = database.load(query, index_col="k", parse_dates=["day"], dtype={"n": "int64"})
    assert frame.loc["x", "day"] == pd.Timestamp("2024-01-02")
    assert frame.loc["x", "n"] == 5


def test_nothing_to_export_is_an_error(database: BaseSQL) -> None:
    with pytest.raises(ValueError, match="no columns"):
        database.export(pd.DataFrame(), table_name="t")
    with pytest.raises(ValueError, match="table_name"):
        database.export({"k": 1})
    with pytest.raises(ValueError, match="UPDATE or IGNORE"):
        database.export({"k": 1}, table_name="t", unique_conflict_method="MERGE", unique_constraints=["k"])


def test_progress_is_told_as_in_mage(database: BaseSQL, capsys: pytest.CaptureFixture[str]) -> None:
    database.export({"k": 1}, table_name="t", verbose=True)
    assert capsys.readouterr().out == "Exporting data to 't'...DONE\n"
