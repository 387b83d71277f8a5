from __future__ import annotations

import pandas as pd
import pytest

from blockwright.mage.cleaning.filters import FilterError, matching_rows

FRAME = pd.DataFrame(
    {
        "age": [10, 20, None],
        "name": ["ann", 'x "y"', None],
        "full name": ["a", "b", "c"],
        "ok": [True, False, True],
        "tags": [["a"], ["b", "a"], []],
        "day": pd.to_datetime(["2024-01-01", "2024-02-01", None]),
    }
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("age > 10", [1]),
        ("age >= 10 and age <= 10", [0]),
        ("age == 10 or age == 20", [0, 1]),
        ("age != 10", [1, 2]),
        ("age < 15 or age > 15 and ok == false", [0, 1]),
        ("(age < 15 or age > 15) and ok == true", [0]),
        ("not age > 10", [0, 2]),
        ("age == null", [2]),
        ("name != null", [0, 1]),
        ('name == "ann"', [0]),
        ("name = 'ann'", [0]),
        ('name == "x \\"y\\""', [1]),
        ("name contains n", [0]),
        ('name not contains "n"', [1, 2]),
        ("tags contains 'b'", [1]),
        ("`full name` == 'b'", [1]),
        ("day >= '2024-01-15'", [1]),
        ("age == '20'", [1]),
        ("name == `full name`", []),
        ("AGE > 1 OR ok == TRUE".replace("AGE", "age"), [0, 1, 2]),
        ("age > -1.5e0", [0, 1]),
    ],
)
def test_conditions_choose_rows(condition: str, rows: list[int]) -> None:
    mask = matching_rows(FRAME, condition)
    assert mask.dtype == bool
    assert FRAME.index[mask].tolist() == rows


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("", "empty"),
        ("gone > 1", "no column `gone`; there are age, name"),
        ("age >", "ends where a value"),
        ("age 5", "`5` is no operator"),
        ("(age > 5", "closing parenthesis"),
        ("age > 5 name", "`name` is not expected"),
        ("age > null", "null can be compared"),
        ("name > 5", "cannot be compared with 5"),
        ("__import__('os').system('x') == 1", "no column"),
        ("age > 'open", "cannot be read from"),
    ],
)
def test_a_condition_that_cannot_be_used_is_named(condition: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        matching_rows(FRAME, condition)
