"""Conditions that people type: what they find, and what they must never reach."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import Invalid
from blockwright.wire.outputs import Output
from tests.adapters.tables.conftest import Put
from tests.properties import examples


@pytest.fixture(scope="module")
def prices(put: Put) -> Output:
    return put(
        pd.DataFrame(
            {
                "price": [1.0, np.nan, 3.0, 4.0],
                "City name": ["Oslo", None, "a;b", "it's"],
                "row": [10, 11, 12, 13],
                "_key0": [0, 0, 1, 1],
                "mixed": [1, "x", None, {"k": [1]}],
                "when": pd.to_datetime(["2024-01-01", None, "2024-06-01", "2025-01-01"]),
            }
        )
    )


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("price > 1", [12, 13]),
        ("price IS NULL", [11]),
        ("not (price > 1)", [10]),
        ("PRICE between 3 and 4 and row = 12", [12]),
        ("\"City name\" = 'a;b' -- as it was written", [12]),
        ("\"City name\" in ('Oslo', 'it''s')", [10, 13]),
        ("lower(\"City name\") LIKE 'o%' OR _key0 = 1", [10, 12, 13]),
        ("mixed = 'x' or mixed = '1'", [10, 11]),
        ("\"when\" >= '2024-06-01'", [12, 13]),
        ('year("when") = 2024', [10, 12]),
        ("case when row = 10 then true else false end", [10]),
        ("len(list_filter([row, 5], lambda x: x > 12)) > 0", [13]),
        ("price > 1 and Price < 4", [12]),
        ("true", [10, 11, 12, 13]),
    ],
)
def test_a_condition_finds_its_rows(tables: DuckDBTables, prices: Output, where: str, rows: list[int]) -> None:
    assert [row[2] for row in tables.page(prices, where=where).rows] == rows


def test_a_condition_can_be_sorted_and_paged(tables: DuckDBTables, prices: Output) -> None:
    page = tables.page(prices, where="price >= 1", sort=["_key0", "-row"], offset=1, limit=1)
    assert [row[2] for row in page.rows] == [13]
    assert (page.total, page.matching) == (4, 3)


ATTACKS = [
    "1 = (SELECT count(*) FROM read_csv('{secret}'))",
    "EXISTS (FROM read_text('{secret}'))",
    "price IN (SELECT 1 FROM '{secret}')",
    "price > ANY (SELECT 1)",
    "(FROM read_blob('{secret}')) IS NOT NULL",
    "true; COPY data TO '{target}'",
    "true; ATTACH '{target}'",
    "true); ATTACH '{target}' AS x; SELECT (true",
    "1=1) UNION ALL SELECT 1 WHERE (1=1",
    "true) FROM read_csv('{secret}') WHERE (true",
    "true), (SELECT 1",
    "true) GROUP BY (1",
    "true) ORDER BY (1",
    "true) LIMIT (1",
    "true /* ",
    "PRAGMA database_list",
    "ATTACH '{target}'",
    "INSTALL httpfs",
    "SET memory_limit='100GB'",
    "count(*) OVER () > 0",
    "sum(price) > 0",
    "price = ?",
    "price = $1",
    "#1 = 1",
    "COLUMNS(*) IS NOT NULL",
    "read_text('{secret}') IS NOT NULL",
    "query('SELECT 1') IS NOT NULL",
    "getenv('HOME') <> ''",
    "nosuch > 1",
    "price >",
    "",
    " ",
    "\0",
    "(" * 3_000 + "1" + ")" * 3_000,
    "price > 1 OR " * 1_000 + "true",
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack[:30])
def test_what_is_no_condition_over_the_columns_is_refused(
    tables: DuckDBTables, prices: Output, tmp_path: Path, attack: str
) -> None:
    (tmp_path / "secret").write_text("price\n1\n")
    with pytest.raises(Invalid):
        tables.page(prices, where=attack.format(secret=tmp_path / "secret", target=tmp_path / "target"))
    assert not (tmp_path / "target").exists()
    assert len(tables.page(prices, where="price > 0").rows) == 3


def test_a_refusal_says_why_and_shows_the_way(tables: DuckDBTables, prices: Output) -> None:
    with pytest.raises(Invalid, match=r"refused: it contains a subquery\. Write one SQL condition"):
        tables.page(prices, where="price in (select 1)")
    with pytest.raises(Invalid, match=r"nosuch.*The columns are: `price`, `City name`"):
        tables.page(prices, where="nosuch = 1")


def test_columns_that_differ_only_in_case_are_told_apart(tables: DuckDBTables, put: Put) -> None:
    output = put(pd.DataFrame({"a": [1, 2], "A": [2, 1]}))
    assert tables.page(output, where="a = 1").rows == ((1, 2),)
    assert tables.page(output, where="A = 1").rows == ((2, 1),)
    with pytest.raises(Invalid, match="differ only in case"):
        tables.page(output, where="a = A")


@examples(50, HealthCheck.function_scoped_fixture)
@given(
    st.lists(st.none() | st.floats(-3, 3) | st.just(float("nan")), min_size=1, max_size=8),
    st.sampled_from(["<", "<=", "=", "<>", ">", ">="]),
    st.integers(-3, 3),
)
def test_a_comparison_finds_what_pandas_finds(
    tables: DuckDBTables, put: Put, numbers: list[Any], sign: str, bound: int
) -> None:
    frame = pd.DataFrame({"x": pd.Series(numbers, dtype="float64"), "n": range(len(numbers))})
    python = {"=": "==", "<>": "!="}.get(sign, sign)
    expected = frame[frame.x.notna()].query(f"x {python} {bound}").n.tolist()
    assert [row[1] for row in tables.page(put(frame), where=f"x {sign} {bound}").rows] == expected
