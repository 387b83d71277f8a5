from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from blockwright.mage.cleaning.column_types import ColumnType, infer_column_types


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("a", [1, 2, 3], ColumnType.NUMBER),
        ("a", [1.0, 2.0, None], ColumnType.NUMBER),
        ("a", [1.5, 2.0], ColumnType.NUMBER_WITH_DECIMALS),
        ("a", [0, 1, 1], ColumnType.TRUE_OR_FALSE),
        ("a", [True, False], ColumnType.TRUE_OR_FALSE),
        ("a", [True, None], ColumnType.TRUE_OR_FALSE),
        ("a", ["yes", "no", "yes"], ColumnType.TRUE_OR_FALSE),
        ("a", pd.to_datetime(["2024-01-01"]), ColumnType.DATETIME),
        ("a", ["2024-01-01", "2024-02-03 10:00"], ColumnType.DATETIME),
        ("a", ["a@b.com", "c.d@e.org"], ColumnType.EMAIL),
        ("a", ["(415) 555-2671", "+1 415-555-2672"], ColumnType.PHONE_NUMBER),
        ("zip_code", ["94105", "10001-1234"], ColumnType.ZIP_CODE),
        ("zip", [94105, 10001], ColumnType.ZIP_CODE),
        ("a", ["94105", "10001"], ColumnType.NUMBER),
        ("a", ["$1,200", "$5"], ColumnType.NUMBER),
        ("a", ["1.5", "2"], ColumnType.NUMBER_WITH_DECIMALS),
        ("a", [[1], [2, 3]], ColumnType.LIST),
        ("a", ["red", "blue", "red"], ColumnType.CATEGORY),
        ("a", [f"word{n}" for n in range(100)], ColumnType.CATEGORY_HIGH_CARDINALITY),
        ("a", [f"this is sentence number {n} of a text" for n in range(9)], ColumnType.TEXT),
        ("a", pd.Categorical(["x", "y"]), ColumnType.CATEGORY),
        ("a", [None, None], ColumnType.CATEGORY),
        ("a", ["", " "], ColumnType.CATEGORY),
    ],
)
def test_the_type_of_a_column_is_told_from_its_values(name: str, values: Any, kind: ColumnType) -> None:
    assert infer_column_types(pd.DataFrame({name: values})) == {name: kind}
