from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from blockwright.mage.cleaning.actions import BaseAction, build_transformer_action
from blockwright.mage.cleaning.vocabulary import ActionType, Axis, ImputationStrategy


def execute(frame: pd.DataFrame, action_type: str, **description: Any) -> pd.DataFrame:
    """Build and execute an action; the frame that went in must come out of it unchanged."""
    before = frame.copy(deep=True)
    result = BaseAction(build_transformer_action(frame, action_type=action_type, **description)).execute(frame)
    assert_frame_equal(frame, before)
    return result


SALES = pd.DataFrame(
    {"city": ["b", "u", "b", "b"], "n": [1.0, 5.0, 3.0, None], "day": ["2024-01-0" + d for d in "1234"]}
)


@pytest.mark.parametrize(
    ("action", "alone", "by_city"),
    [
        ("average", [3.0] * 4, [2.0, 5.0, 2.0, 2.0]),
        ("count", [3] * 4, [2, 1, 2, 2]),
        ("count_distinct", [3] * 4, [2, 1, 2, 2]),
        ("first", [1.0] * 4, [1.0, 5.0, 1.0, 1.0]),
        ("last", [3.0] * 4, [3.0, 5.0, 3.0, 3.0]),
        ("max", [5.0] * 4, [3.0, 5.0, 3.0, 3.0]),
        ("median", [3.0] * 4, [2.0, 5.0, 2.0, 2.0]),
        ("min", [1.0] * 4, [1.0, 5.0, 1.0, 1.0]),
        ("sum", [9.0] * 4, [4.0, 5.0, 4.0, 4.0]),
    ],
)
def test_an_aggregate_is_a_new_column(action: str, alone: list[float], by_city: list[float]) -> None:
    outputs = [{"uuid": "new", "column_type": "number"}]
    assert execute(SALES, action, arguments=["n"], outputs=outputs)["new"].tolist() == alone
    grouped = execute(SALES, action, arguments=["n"], outputs=outputs, options={"groupby_columns": ["city"]})
    assert grouped["new"].tolist() == by_city
    assert grouped["n"].tolist()[:3] == [1.0, 5.0, 3.0]


def test_an_aggregate_may_count_only_rows_of_a_window_or_a_condition() -> None:
    frame = pd.DataFrame(
        {
            "k": [1, 1, 1],
            "n": [1, 2, 4],
            "a": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-09"]),
            "b": "2024-01-01",
        }
    )
    window = {"timestamp_feature_a": "a", "timestamp_feature_b": "b", "window": 2 * 86_400}
    options = {"groupby_columns": ["k"]}
    assert execute(frame, "sum", arguments=["n"], options=options | window)["n_sum"].tolist() == [3, 3, 3]
    assert execute(frame, "sum", arguments=["n"], options=options, action_code="n > 1")["n_sum"].tolist() == [6, 6, 6]


@pytest.mark.parametrize(
    ("action", "options", "expected"),
    [
        ("diff", {}, [None, 4.0, -2.0, None]),
        ("diff", {"groupby_columns": ["city"]}, [None, None, 2.0, None]),
        ("shift_down", {}, [None, 1.0, 5.0, 3.0]),
        ("shift_down", {"periods": 2}, [None, None, 1.0, 5.0]),
        ("shift_up", {"groupby_columns": ["city"]}, [3.0, None, None, None]),
    ],
)
def test_rows_are_compared_with_their_neighbours(action: str, options: Any, expected: list[float | None]) -> None:
    result = execute(SALES, action, arguments=["n"], outputs=["new"], options=options)
    assert result["new"].replace({np.nan: None}).tolist() == expected


@pytest.mark.parametrize(
    ("options", "arguments", "expected"),
    [
        ({"operator": "addition"}, ["a", "b"], [4, 6]),
        ({"udf": "subtraction"}, ["a", "b"], [-2, -2]),
        ({"operator": "*", "value": 10}, ["a"], [10, 20]),
        ({"operator": "divide", "value": 2}, ["b"], [1.5, 2.0]),
        ({"value": "x"}, [], ["x", "x"]),
    ],
)
def test_a_column_is_added(options: Any, arguments: list[str], expected: list[Any]) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert execute(frame, "add", arguments=arguments, options=options, outputs=["c"])["c"].tolist() == expected


def test_columns_are_cleaned_removed_and_selected() -> None:
    frame = pd.DataFrame({"A b": [1], "c": [2], "Order": [3]})
    assert list(execute(frame, "clean_column_name", arguments=["A b", "Order"]).columns) == ["a_b", "c", "_order"]
    assert list(execute(frame, "remove", arguments=["c"]).columns) == ["A b", "Order"]
    assert list(execute(frame, "select", arguments=["Order", "c"]).columns) == ["Order", "c"]


def test_columns_are_scaled() -> None:
    frame = pd.DataFrame({"a": [0.0, 5.0, 10.0], "same": [2, 2, 2]})
    assert execute(frame, "normalize", arguments=["a", "same"]).values.tolist() == [[0, 0], [0.5, 0], [1, 0]]
    scaled = execute(frame, "standardize", arguments=["a", "same"])
    assert scaled["a"].tolist() == [-1, 0, 1]
    assert scaled["same"].tolist() == [0, 0, 0]


MISSING = pd.DataFrame({"n": [1.0, None, 3.0, 3.0], "t": ["x", " ", None, "x"], "order": [4, 3, 2, 1]})


@pytest.mark.parametrize(
    ("strategy", "options", "n", "t"),
    [
        ("constant", {"value": 0}, [1, 0, 3, 3], ["x", 0, 0, "x"]),
        ("constant", {}, [1, 0, 3, 3], ["x", "missing", "missing", "x"]),
        ("mode", {}, [1, 3, 3, 3], ["x", "x", "x", "x"]),
        ("sequential", {}, [1, 1, 3, 3], ["x", "x", "x", "x"]),
        ("sequential", {"timestamps": ["order"]}, [1, 3, 3, 3], ["x", "x", "x", "x"]),
        ("remove_rows", {}, [1, 3], ["x", "x"]),
        ("no_action", {}, [1, None, 3, 3], ["x", " ", None, "x"]),
    ],
)
def test_missing_values_are_filled(strategy: str, options: Any, n: list[Any], t: list[Any]) -> None:
    result = execute(MISSING, "impute", arguments=["n", "t"], options={"strategy": strategy, **options})
    assert result[["n", "t"]].astype(object).replace({np.nan: None}).to_dict("list") == {"n": n, "t": t}


def test_missing_numbers_are_filled_by_a_statistic_another_column_or_a_value_that_occurs() -> None:
    def filled(**options: Any) -> Any:
        return execute(MISSING, "impute", arguments=["n"], options=options)["n"].tolist()[1]

    assert filled(strategy=ImputationStrategy.AVERAGE) == pytest.approx(7 / 3)
    assert filled(strategy=ImputationStrategy.MEDIAN) == 3
    assert filled(strategy="column", value="order") == 3
    assert filled(strategy="random") == filled(strategy="random") in (1.0, 3.0)


@pytest.mark.parametrize(
    ("options", "values", "expected"),
    [
        ({"reformat": "caps_standardization", "capitalization": "uppercase"}, ["aB", None], ["AB", None]),
        ({"reformat": "caps_standardization", "capitalization": "lowercase"}, ["aB", "C"], ["ab", "c"]),
        ({"reformat": "trim"}, [" a ", "b\n"], ["a", "b"]),
        ({"reformat": "currency_to_num"}, ["$1,234.50", "(3 €)"], [1234.5, -3.0]),
        ({"reformat": "date_format_conversion"}, ["2024-01-02", "nonsense"], [pd.Timestamp("2024-01-02"), None]),
    ],
)
def test_values_are_reformatted(options: Any, values: list[Any], expected: list[Any]) -> None:
    result = execute(pd.DataFrame({"a": values}), "reformat", arguments=["a"], options=options)["a"]
    assert [None if pd.isna(value) else value for value in result] == expected


def test_values_of_the_wrong_type_become_missing() -> None:
    frame = pd.DataFrame({"mail": ["a@b.com"] * 5 + ["nobody"], "n": ["1", "2", "$3", "4", "5", "?"]})
    result = execute(frame, "fix_syntax_errors", arguments=["mail", "n"])
    assert result["mail"].isna().tolist() == [False] * 5 + [True]
    assert result["n"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert np.isnan(result["n"][5])


@pytest.mark.parametrize("method", ["auto", "trim", "isolation_forest", "lof"])
def test_a_row_far_away_is_removed(method: str) -> None:
    frame = pd.DataFrame({"a": [float(x % 7) for x in range(60)] + [1000.0], "b": [float(x % 5) for x in range(61)]})
    result = execute(frame, "remove_outliers", arguments=["a", "b"], options={"method": method})
    assert 1000.0 not in result["a"].tolist()
    assert len(result) > 30


def test_rows_are_deduplicated_filtered_removed_and_sorted() -> None:
    frame = pd.DataFrame({"k": [2, 1, 2], "v": ["a", "b", "c"]})
    assert execute(frame, "drop_duplicate", arguments=["k"], axis=Axis.ROW)["v"].tolist() == ["b", "c"]
    first = execute(frame, "drop_duplicate", arguments=["k"], axis="row", options={"keep": "first"})
    assert first["v"].tolist() == ["a", "b"]
    assert execute(frame, "filter", axis="row", action_code='k == 2 and v != "a"')["v"].tolist() == ["c"]
    assert execute(frame, "remove", axis="row", options={"rows": [0, 2]})["v"].tolist() == ["b"]
    assert execute(frame, "sort", arguments=["k"], axis="row")["v"].tolist() == ["b", "a", "c"]
    both = execute(frame, "sort", arguments=["k", "v"], axis="row", options={"ascendings": [False, False]})
    assert both["v"].tolist() == ["c", "a", "b"]


def test_a_program_of_ones_own_changes_df() -> None:
    assert execute(SALES, ActionType.CUSTOM, action_code="df['twice'] = df['n'] * 2")["twice"][0] == 2
    assert len(execute(SALES, "custom", axis="row", action_code="df = df.head(1)")) == 1


def test_an_empty_frame_is_given_back() -> None:
    empty = SALES.head(0)
    assert execute(empty, "impute", arguments=["n"], options={"strategy": "average"}) is empty


def test_an_action_that_cannot_be_is_named() -> None:
    with pytest.raises(ValueError, match=r"names columns that are not there: gone. There are city, n, day"):
        execute(SALES, "remove", arguments=["gone"])
    with pytest.raises(ValueError, match="no action `sort` on the axis `column`"):
        execute(SALES, "sort", arguments=["n"])


def test_a_description_keeps_the_detected_types() -> None:
    action = build_transformer_action(SALES, ActionType.SUM, arguments=["n"], outputs=[{"uuid": "s"}])
    assert action["action_variables"] == {"0": {"type": "feature", "feature": {"uuid": "n", "column_type": "number"}}}
    assert (action["action_type"], action["axis"], action["action_code"]) == ("sum", "column", "")


def test_the_columns_of_a_frame_may_be_handed_in_as_they_are() -> None:
    """As the templates of Mage do it: ``arguments=df.columns``."""
    filled = execute(SALES, "impute", arguments=SALES.columns, options={"strategy": "constant", "value": 7})
    assert filled["n"].tolist() == [1.0, 5.0, 3.0, 7.0]
