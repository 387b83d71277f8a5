from __future__ import annotations

import builtins
import traceback
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from blockwright.io.config import ConfigFileLoader
from blockwright.io.errors import ConfigError, ConnectionFailed, MissingExtra
from blockwright.io.postgres import Postgres
from tests.io.postgres_server import SETTINGS, fresh_schema

needs_server = pytest.mark.postgres


@pytest.fixture
def database() -> Iterator[Postgres]:
    with fresh_schema() as postgres, postgres:
        yield postgres


@needs_server
def test_new_tables_get_the_types_of_their_values(database: Postgres) -> None:
    frame = pd.DataFrame(
        {
            "a": [True],
            "b": [1],
            "c": [70_000],
            "d": [2**40],
            "e": [1.5],
            "f": pd.to_datetime(["2024-01-01"]),
            "g": pd.to_datetime(["2024-01-01"], utc=True),
            "h": ["x"],
            "i": [["x"]],
            "j": [{"k": 1}],
            "k": [b"x"],
            "l": [[1, 2]],
        }
    )
    database.export(frame, table_name="types")
    types = database.load(
        "SELECT string_agg(udt_name, ' ' ORDER BY column_name) AS t FROM information_schema.columns "
        f"WHERE table_schema = '{database.schema}' AND table_name = 'types'"
    )["t"][0]
    assert types == "bool int2 int4 int8 float8 timestamp timestamptz text _text jsonb bytea _int8"
    back = database.sample(database.schema, "types")
    assert (back["i"][0], back["j"][0], back["l"][0]) == (["x"], {"k": 1}, [1, 2])


@needs_server
def test_dtypes_are_told_by_the_database_also_without_rows(database: Postgres) -> None:
    query = "SELECT 1 AS a, 1.5 AS b, 'x' AS c, true AS d, now() AS e, now()::timestamp AS f"
    full, empty = database.load(query), database.load(f"SELECT * FROM ({query}) q WHERE false")
    assert full.dtypes.astype(str).tolist() == empty.dtypes.astype(str).tolist()
    assert full.dtypes.astype(str).tolist()[:4] == ["int64", "float64", "str", "bool"]


@needs_server
def test_large_integers_beside_nulls_stay_exact(database: Postgres) -> None:
    frame = database.load("SELECT * FROM (VALUES (9007199254740993), (NULL)) v (a)")
    assert frame["a"].tolist()[0] == 9007199254740993


@needs_server
def test_names_fold_to_lower_case_unless_told_otherwise(database: Postgres) -> None:
    database.export({"k": 1}, table_name="Mixed")
    database.export({"k": 2}, table_name="Mixed", case_sensitive=True)
    assert database.table_exists(None, "mixed")
    assert database.table_exists(None, "Mixed")


@needs_server
def test_a_long_name_means_the_table_that_it_is_cut_to(database: Postgres) -> None:
    name = "t" * 80
    database.export({"k": 1}, table_name=name)
    database.export({"k": 2}, table_name=name, if_exists="append")
    assert len(database.load(f"SELECT * FROM {database.table(name)}")) == 2


@needs_server
def test_percent_signs_and_parameters_live_together(database: Postgres) -> None:
    assert database.load("SELECT '50%' AS a")["a"].tolist() == ["50%"]
    assert database.load("SELECT %(v)s AS a", params={"v": "50%"})["a"].tolist() == ["50%"]


@needs_server
def test_a_raw_script_runs_outside_of_a_transaction(database: Postgres) -> None:
    database.export({"k": 1}, table_name="t")
    database.execute_query_raw(f"VACUUM {database.table('t')}")
    database.execute("SELECT 1")


@needs_server
def test_a_dependent_view_goes_only_by_cascade(database: Postgres) -> None:
    database.export({"k": 1}, table_name="t")
    database.execute(f'CREATE VIEW "{database.schema}".v AS SELECT * FROM {database.table("t")}')
    database.commit()
    with pytest.raises(database.driver_errors(), match="depend"):
        database.export({"x": 1}, table_name="t", drop_table_on_replace=True)
    database.export({"x": 1}, table_name="t", drop_table_on_replace=True, cascade_on_drop=True)
    assert not database.table_exists(None, "v")


@needs_server
def test_a_refusal_names_place_database_user_and_profile(database: Postgres) -> None:
    profile: dict[str, Any] = {
        "POSTGRES_DBNAME": "no_such_database",
        "POSTGRES_HOST": SETTINGS["host"],
        "POSTGRES_PORT": SETTINGS["port"],
        "POSTGRES_USER": SETTINGS["user"],
        "POSTGRES_PASSWORD": "hunter2",
    }
    config = ConfigFileLoader(config=profile, profile="warehouse")
    with pytest.raises(ConnectionFailed) as raised:
        Postgres.with_config(config).open()
    told = str(raised.value)
    for part in (f"{SETTINGS['host']}:{SETTINGS['port']}", "`no_such_database`", "`root`", "profile `warehouse`"):
        assert part in told
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_a_server_that_does_not_listen_is_named() -> None:
    unused = Postgres(host="127.0.0.1", port=1, dbname="d", user="u", password="hunter2")
    with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1:1 .*Check POSTGRES_HOST") as raised:
        unused.open()
    assert "hunter2" not in str(raised.value)


def test_an_ssh_tunnel_is_refused_with_a_way_out() -> None:
    config = ConfigFileLoader(config={"POSTGRES_CONNECTION_METHOD": "ssh_tunnel"})
    with pytest.raises(ConfigError, match="ssh -N -L"):
        Postgres.with_config(config)


def test_an_unset_variable_in_the_profile_is_no_setting() -> None:
    config = ConfigFileLoader(config={"POSTGRES_PORT": "None", "POSTGRES_SCHEMA": ""})
    assert Postgres.with_config(config).default_schema() == "public"


def test_a_missing_client_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_psycopg(name: str, *rest: Any) -> Any:
        if name == "psycopg":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_psycopg)
    with pytest.raises(MissingExtra, match=r"extra `sql`.*pip install 'blockwright\[sql\]'"):
        Postgres().open()
