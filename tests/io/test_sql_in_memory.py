from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from blockwright.io.errors import SqlError
from tests.io.sql_runs import ORDERS, Runs, given


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.mark.parametrize("table", ["{{ df_1 }}", "df_1", "{{df_1}}", "load_orders", '"load/orders"', "LOAD_ORDERS"])
def test_an_input_is_read_by_number_and_by_name(run: Runs, table: str) -> None:
    frame = run(f"SELECT city, count(*) AS n FROM {table} GROUP BY 1 ORDER BY 1;", given("load/orders", ORDERS))
    assert frame.values.tolist() == [["Bonn", 2], ["Ulm", 1]]


def test_inputs_are_numbered_in_their_order(run: Runs) -> None:
    frame = run("SELECT a.x AS x, b.x AS y FROM df_1 a, df_2 b", given("a", {"x": 1}), given("b", [{"x": 2}]))
    assert frame.values.tolist() == [[1, 2]]


def test_inputs_that_the_text_does_not_name_are_not_read(run: Runs) -> None:
    def refuse() -> Any:
        raise AssertionError("read")

    untouched = given("model", object())
    untouched = type(untouched)("model", refuse, refuse, None)
    assert run("SELECT 'model' AS m -- model, df_2", given("load", ORDERS), untouched)["m"].tolist() == ["model"]


def test_an_input_that_is_no_table_is_named(run: Runs) -> None:
    with pytest.raises(SqlError, match=r"reads `df_1` as a table, but `model` gives a object"):
        run("SELECT * FROM {{ df_1 }}", given("model", object()))
    with pytest.raises(SqlError, match="`empty` gives a table without columns"):
        run("SELECT * FROM df_1", given("empty", []))


def test_a_column_may_have_the_name_of_a_block_that_is_no_table(run: Runs) -> None:
    assert run("SELECT id AS model FROM df_1", given("load", ORDERS), given("model", object())).shape == (3, 1)


def test_the_last_query_is_the_result_and_tables_live_in_between(run: Runs) -> None:
    frame = run(
        "CREATE TABLE t AS SELECT id FROM df_1; DELETE FROM t WHERE id = 1; SELECT sum(id) AS s FROM t;\n-- end"
    )
    assert frame["s"].tolist() == [5]


def test_without_a_query_the_table_that_was_made_is_the_result(run: Runs) -> None:
    assert run("CREATE TABLE t AS SELECT 1 AS x;\nINSERT INTO t VALUES (2)")["x"].tolist() == [1, 2]
    assert run("SET threads = 1") is None


def test_the_stored_input_is_not_changed(run: Runs) -> None:
    with pytest.raises(SqlError, match="statement 1"):
        run("UPDATE df_1 SET id = 0")
    assert ORDERS["id"].tolist() == [1, 2, 3]


def test_an_error_names_block_statement_and_line(run: Runs) -> None:
    with pytest.raises(SqlError, match=r"Block `clean`, statement 2, line 4: .*\"nope\" not found") as raised:
        run("\nSELECT 1;\nSELECT id,\n nope\nFROM df_1")
    assert (raised.value.block, raised.value.statement, raised.value.line) == ("clean", 2, 4)


def test_a_table_that_is_not_there_gets_the_inputs_told(run: Runs) -> None:
    with pytest.raises(SqlError, match=r"orders does not exist.*The inputs of this block are {{ df_1 }} \(`load`\)"):
        run("SELECT * FROM orders")


@pytest.mark.parametrize("text", ["", "   \n", "-- nothing\n/* at all; */", ";;"])
def test_a_block_without_sql_says_so(run: Runs, text: str) -> None:
    with pytest.raises(SqlError, match="has no SQL statement"):
        run(text)


def test_a_number_beyond_the_inputs_is_named(run: Runs) -> None:
    with pytest.raises(SqlError, match=r"reads `df_2`, but it has `load`"):
        run("SELECT * FROM {{ df_2 }}")


def test_values_are_text_in_the_statement(run: Runs) -> None:
    frame = run(
        "SELECT * FROM df_1 WHERE city = '{{ variables('city') }}' AND id > {{ low }}",
        variables={"city": "Bonn", "low": 1},
    )
    assert frame["id"].tolist() == [3]


def test_block_output_reads_the_values_of_inputs(run: Runs) -> None:
    text = "SELECT {{ block_output('load', parse=lambda data, vars: data[-1]['id'] * vars['by']) }} AS x"
    assert run(text, variables={"by": 10})["x"].tolist() == [30]
    assert run("SELECT {{ block_output(parse=lambda data, _vars: len(data[0])) }} AS n")["n"].tolist() == [3]
    with pytest.raises(SqlError, match=r"block_output\('gone'\), which is not one of its upstream blocks: `load`"):
        run("SELECT {{ block_output('gone') }}")


def test_a_run_is_capped_by_its_own_limit_only(run: Runs) -> None:
    assert len(run("SELECT * FROM df_1", limit=1)) == 3
    assert len(run("SELECT * FROM df_1", limit=1, interactive=True)) == 1
    assert len(run("SELECT * FROM df_1", limit_in_pipeline_run=2)) == 2
    with pytest.raises(SqlError, match=r"limit_in_pipeline_run` is 'many'"):
        run("SELECT 1", limit_in_pipeline_run="many")


def test_a_dynamic_block_gives_one_dict_for_each_child(run: Runs) -> None:
    assert run("SELECT id FROM df_1 WHERE id < 3", dynamic=True) == [[{"id": 1}, {"id": 2}]]


def test_duckdb_without_a_profile_is_in_memory_too(run: Runs) -> None:
    assert len(run("SELECT * FROM df_1", data_provider="duckdb", data_provider_profile=None)) == 3


def test_an_unknown_provider_names_those_there_are(run: Runs) -> None:
    with pytest.raises(SqlError, match=r"`snowflake` is not available yet; there are duckdb, postgres, sqlite"):
        run("SELECT 1", data_provider="snowflake", data_provider_profile="default")


@pytest.mark.parametrize("unit", ["us", "ns"])
def test_times_and_missing_values_come_through(run: Runs, unit: str) -> None:
    times = pd.to_datetime(["2024-01-01", None], utc=True).astype(f"datetime64[{unit}, UTC]")
    frame = pd.DataFrame({"t": times, "x": [1.5, None], "s": ["a", None]})
    back = run("SELECT * FROM df_1", given("load", frame))
    assert back["t"][0] == pd.Timestamp("2024-01-01", tz="UTC")
    assert back.iloc[1].isna().all()
