"""The settings of charts, and what of a table they ask for."""

from __future__ import annotations

from typing import Any

import pytest

from blockwright.core.charts import Chart, ChartType, Figure, draws_by_code, has_code, question_of, read_chart
from blockwright.core.errors import Invalid


def test_the_formats_settings_become_a_question() -> None:
    chart = read_chart(
        {
            "chart_type": "time series bar chart",
            "group_by": ["day"],
            "metrics": [{"column": "sold", "aggregation": "average"}, {"aggregation": "count"}],
            "time_interval": "month",
            "y_sort_order": "descending",
            "x_axis_label_format": "return value",
        }
    )
    question = question_of(chart)
    assert (question.kind, question.x, question.colour, question.interval) == ("bar", "day", None, "month")
    assert question.figures == (Figure("sold", "mean"), Figure("", "count"))
    assert question.order == "descending"


def test_the_second_column_colours_one_figure_only() -> None:
    chart = Chart(ChartType.BAR, ("a", "b"), (Figure("c", "sum"),))
    assert question_of(chart).colour == "b"
    assert question_of(Chart(ChartType.BAR, ("a", "b"), (Figure("c", "sum"), Figure("d", "sum")))).colour is None


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        ({"chart_type": "cake"}, "`cake` is no type"),
        ({"chart_type": "table", "group_by": {"a": 1}}, "list of columns"),
        ({"chart_type": "table", "metrics": ["a"]}, r"metrics\[0\]"),
        ({"chart_type": "table", "metrics": [{"column": "a", "aggregation": "drop"}]}, "no `drop`"),
        ({"chart_type": "table", "metrics": [{"aggregation": "sum"}]}, "sum of what"),
        ({"chart_type": "line chart", "time_interval": "moon"}, "no `moon`"),
        ({"chart_type": "histogram", "buckets": "many"}, "no whole number"),
        ({"chart_type": "histogram", "buckets": 0}, "too few"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(configuration: dict[str, Any], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read_chart(configuration)


@pytest.mark.parametrize("type", ["bar chart", "histogram", "pie chart", "scatter plot", "heat map", "box plot"])
def test_what_a_chart_cannot_do_without_is_asked_for(type: str) -> None:
    with pytest.raises(Invalid, match="needs"):
        question_of(read_chart({"chart_type": type}))


@pytest.mark.parametrize(
    ("text", "code"),
    [("", False), ("# words\nimport os\n", False), ('"""Words."""\n', False), ("x = 1", True), ("x = (", True)],
)
def test_code_is_what_does_something(text: str, code: bool) -> None:
    assert has_code(text) is code


def test_settings_go_before_code_that_names_nothing() -> None:
    summed = read_chart({"chart_type": "bar chart", "group_by": ["city"]})
    assert not draws_by_code(summed, "x = 1")
    assert draws_by_code(summed, "@data_source\ndef data(frame): return frame")
    assert draws_by_code(read_chart({"chart_type": "bar chart", "x": "x"}), "x = 1")
    assert draws_by_code(read_chart({"chart_type": "custom"}), "option = {}")
    assert draws_by_code(read_chart({}), "option = {}")
    assert not draws_by_code(read_chart({"chart_type": "custom"}), "")
