from collections.abc import Callable

import pandas as pd
import pytest
from mlops_demo.utils import checks

FRAME = pd.DataFrame(
    {"n": [1.0, None, 3.0], "t": ["a", "b", "b"], "when": pd.to_datetime(["2013-01-01", "2013-01-02", "2013-01-03"])}
)

HOLD: list[Callable[[], None]] = [
    lambda: checks.check_columns(FRAME, ["n", "t"]),
    lambda: checks.check_kinds(FRAME, {"n": "number", "t": "text", "when": "time"}),
    lambda: checks.check_ranges(FRAME, {"n": (1, 3)}),
    lambda: checks.check_ranges(FRAME, {"n": (2, 3)}, tolerated=0.34),
    lambda: checks.check_missing(FRAME, {"n": 0.34, "t": 0.0}),
    lambda: checks.check_unique(FRAME, ["n", "t"]),
    lambda: checks.check_rows(FRAME, at_least=3),
    lambda: checks.check_ranges(FRAME.head(0), {"n": (1, 3)}),
    lambda: checks.check_missing(FRAME.head(0), {"n": 0.0}),
]

FAIL: list[tuple[Callable[[], None], str]] = [
    (lambda: checks.check_columns(FRAME, ["n", "x"]), "missing columns: x; there are n, t, when"),
    (lambda: checks.check_kinds(FRAME, {"n": "text"}), "n is float64, not text"),
    (lambda: checks.check_kinds(FRAME, {"t": "number"}), "not number"),
    (lambda: checks.check_kinds(FRAME, {"t": "time"}), "not time"),
    (lambda: checks.check_ranges(FRAME, {"n": (1, 2)}), r"n leaves \[1, 2\] in 1 of 3 rows, first in row 2: 3.0"),
    (lambda: checks.check_missing(FRAME, {"n": 0.3}), "n is missing in 1 of 3 rows; at most 30.0% may be"),
    (lambda: checks.check_unique(FRAME, ["t"]), "1 rows repeat the key t"),
    (lambda: checks.check_rows(FRAME, at_least=4), "there are 3 rows; at least 4 are needed"),
    (lambda: checks.check_missing(FRAME, {"x": 0.0}), "missing columns: x"),
]


@pytest.mark.parametrize("check", HOLD)
def test_good_data_passes(check: Callable[[], None]) -> None:
    assert check() is None


@pytest.mark.parametrize(("check", "message"), FAIL)
def test_bad_data_is_refused_in_words(check: Callable[[], None], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check()
