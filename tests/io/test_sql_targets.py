"""SQL blocks in databases of a profile: the same promises on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from blockwright.io.duckdb import DuckDB
from blockwright.io.errors import ConfigError, SqlError
from blockwright.io.sql import BaseSQL
from blockwright.io.sqlite import SQLite
from tests.io.postgres_server import SETTINGS, fresh_schema
from tests.io.sql_runs import ORDERS, Runs, given

PROVIDERS = ["duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class Place:
    """A project whose profile ``own`` leads to a database that only one test uses."""

    def __init__(self, root: Path, provider: str, profile: dict[str, Any], open_again: Any) -> None:
        (root / "io_config.yaml").write_text(yaml.safe_dump({"own": profile}))
        self.run = Runs(root, {"data_provider": provider, "data_provider_profile": "own"})
        self.open = open_again

    def table(self, name: str) -> str:
        with self.open() as database:
            return str(database.table(name))

    def rows(self, name: str) -> list[list[Any]]:
        with self.open() as database:
            return sorted(database.load(f"SELECT * FROM {database.table(name)}").values.tolist())

    def exists(self, name: str) -> bool:
        with self.open() as database:
            found: bool = database.table_exists(None, name)
            return found


@pytest.fixture(params=PROVIDERS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    file = str(tmp_path / "data.db")
    match request.param:
        case "duckdb":
            yield Place(tmp_path, "duckdb", {"DUCKDB_DATABASE": file}, lambda: DuckDB(file, verbose=False))
        case "sqlite":
            yield Place(tmp_path, "sqlite", {"SQLITE_DATABASE": file}, lambda: SQLite(file, verbose=False))
        case _:
            with fresh_schema() as database:
                keys = {f"POSTGRES_{key.upper()}": value for key, value in SETTINGS.items()}
                profile = keys | {"POSTGRES_SCHEMA": database.schema}

                def open_again() -> BaseSQL:
                    database.close()
                    return database

                yield Place(tmp_path, "postgres", profile, open_again)


def test_the_result_is_a_frame_here_and_a_table_there(place: Place) -> None:
    frame = place.run("SELECT city, count(*) AS n FROM {{ df_1 }} GROUP BY city ORDER BY city;")
    assert sorted(frame.values.tolist()) == [["Bonn", 2], ["Ulm", 1]]
    assert place.rows("shop_clean_v1") == [["Bonn", 2], ["Ulm", 1]]
    assert place.rows("shop_load_v1") == [[1, "Bonn"], [2, "Ulm"], [3, "Bonn"]]


def test_environments_have_tables_of_their_own(place: Place) -> None:
    place.run.env = "dev"
    place.run("SELECT * FROM {{ df_1 }}")
    assert place.exists("dev_shop_clean_v1")
    assert place.exists("dev_shop_load_v1")
    assert not place.exists("shop_clean_v1")


def test_append_is_the_default_policy(place: Place) -> None:
    place.run("SELECT 1 AS a")
    assert sorted(place.run("SELECT 2 AS a")["a"]) == [1, 2]


def test_replace_keeps_only_the_new_rows_also_with_other_columns(place: Place) -> None:
    place.run("SELECT 1 AS a", export_write_policy="replace")
    assert place.run("SELECT 2 AS a", export_write_policy="replace").values.tolist() == [[2]]
    assert place.run("SELECT 'x' AS b, 3 AS a", export_write_policy="replace").values.tolist() == [["x", 3]]


def test_fail_refuses_a_table_that_is_there(place: Place) -> None:
    place.run("SELECT 1 AS a", export_write_policy="fail")
    with pytest.raises(SqlError, match="exists already and `export_write_policy` is `fail`"):
        place.run("SELECT 2 AS a", export_write_policy="fail")
    with pytest.raises(SqlError, match="`export_write_policy` is `merge`; it is one of append, fail, replace"):
        place.run("SELECT 2 AS a", export_write_policy="merge")


def test_a_replacing_query_may_read_its_own_table(place: Place) -> None:
    place.run("SELECT 1 AS a", export_write_policy="replace")
    text = f"SELECT a + 1 AS a FROM {place.table('shop_clean_v1')}"
    assert place.run(text, export_write_policy="replace")["a"].tolist() == [2]


def test_tables_may_be_named(place: Place) -> None:
    where = {"load": {"table_name": "own_upload"}}
    place.run("SELECT id FROM {{ df_1 }}", data_provider_table="own_result", upstream_block_configuration=where)
    assert place.rows("own_result") == [[1], [2], [3]]
    assert place.exists("own_upload")
    assert not place.exists("shop_load_v1")


def test_an_upstream_in_the_same_database_is_read_where_it_is(place: Place) -> None:
    place.run("SELECT 7 AS a", block="first")
    told = given("first", pd.DataFrame({"a": ["not this"]}), dict(place.run.configuration))
    assert place.run("SELECT a FROM {{ df_1 }}", told)["a"].tolist() == [7]


def test_an_upstream_whose_table_is_gone_is_uploaded(place: Place) -> None:
    told = given("first", pd.DataFrame({"a": [8]}), dict(place.run.configuration))
    assert place.run("SELECT a FROM {{ df_1 }}", told)["a"].tolist() == [8]


def test_a_raw_upstream_or_one_elsewhere_is_uploaded(place: Place) -> None:
    place.run("SELECT 7 AS a", block="first")
    for other in ({"use_raw_sql": True}, {"data_provider_profile": "another"}):
        told = given("first", pd.DataFrame({"a": [8]}), {**place.run.configuration, **other})
        assert place.run("SELECT a FROM {{ df_1 }}", told, export_write_policy="replace")["a"].tolist() == [8]


def test_children_of_a_dynamic_block_do_not_share_tables(place: Place) -> None:
    for index in (0, 1):
        place.run("SELECT n FROM {{ df_1 }}", given("items", {"n": index}), dynamic_index=index)
    assert place.rows("shop_clean_v1__dynamic_0") == [[0]]
    assert place.rows("shop_clean_v1__dynamic_1") == [[1]]


def test_raw_statements_run_as_they_are(place: Place) -> None:
    table = place.table("t")
    text = f"CREATE TABLE {table} AS SELECT id FROM {{{{ df_1 }}}};\nINSERT INTO {table} VALUES (9); -- ;\n"
    assert sorted(place.run(text, use_raw_sql=True)["id"]) == [1, 2, 3, 9]
    assert place.run(f"DELETE FROM {table}; SELECT count(*) AS n FROM {table}", use_raw_sql=True)["n"].tolist() == [0]
    assert place.run(f"DROP TABLE {table}", use_raw_sql=True) is None
    assert not place.exists("shop_clean_v1")


def test_raw_statements_happen_all_or_none(place: Place) -> None:
    table = place.table("t")
    place.run(f"CREATE TABLE {table} AS SELECT 1 AS a", use_raw_sql=True)
    with pytest.raises(SqlError, match=r"statement 2, line 3"):
        place.run(f"UPDATE {table} SET a = 2;\n\nSELECT nope FROM {table}", use_raw_sql=True)
    assert place.rows("t") == [[1]]


def test_a_script_is_sent_unmodified_on_demand(place: Place) -> None:
    table = place.table("t")
    text = f"CREATE TABLE {table} (a VARCHAR(20)); INSERT INTO {table} VALUES ('{{{{ x }}}};')"
    assert place.run(text, use_raw_sql=True, disable_query_preprocessing=True) is None
    assert place.rows("t") == [["{{ x }};"]]


def test_an_error_in_the_query_names_its_line(place: Place) -> None:
    with pytest.raises(SqlError, match=r"Block `clean`, statement 1, line \d: .*nope") as raised:
        place.run("-- head\nSELECT id,\n nope\nFROM {{ df_1 }}")
    assert raised.value.line in (2, 3)  # SQLite tells no line: then it is the statement's first
    assert not place.exists("shop_clean_v1")


def test_what_gives_no_rows_needs_the_raw_flow(place: Place) -> None:
    with pytest.raises(SqlError, match=r"`INSERT` gives no rows.*use_raw_sql"):
        place.run("INSERT INTO t VALUES (1)")


def test_the_profile_may_be_a_template(place: Place) -> None:
    profile = {"data_provider_profile": "{{ variables('where') }}"}
    assert len(place.run("SELECT * FROM {{ df_1 }}", variables={"where": "own"}, **profile)) == 3
    with pytest.raises(SqlError, match="data_provider_profile"):
        place.run("SELECT 1", **profile)


def test_a_missing_profile_is_named(place: Place) -> None:
    with pytest.raises(ConfigError, match="no profile `gone`; it has `own`"):
        place.run("SELECT 1", data_provider_profile="gone")


def test_a_frame_without_rows_still_has_its_columns(place: Place) -> None:
    frame = place.run("SELECT id FROM {{ df_1 }}", given("load", ORDERS.head(0)))
    assert list(frame.columns) == ["id"]
    assert len(frame) == 0


def test_long_names_of_pipelines_work(place: Place) -> None:
    place.run.pipeline = "p" * 70
    assert len(place.run("SELECT id FROM {{ df_1 }}")) == 3
    assert len(place.run("SELECT id FROM {{ df_1 }}")) == 6
