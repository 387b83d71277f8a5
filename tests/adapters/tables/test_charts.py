"""Tables folded into the marks of a chart."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright.adapters.tables.duckdb_tables import DuckDBTables
from blockwright.core.errors import Invalid
from blockwright.ports.tables import ChartWish, Condition, Marks, Metric
from tests.adapters.tables.conftest import Put

SALES = pd.DataFrame(
    {
        "city": ["Delft", "Gent", "Delft", None, "Gent", "Delft"],
        "sold": [1.0, 2.0, 3.0, 4.0, math.nan, math.inf],
        "day": pd.to_datetime(["2026-01-02", "2026-01-01", "2026-01-02", "2026-01-01", "2026-01-03", "2026-01-03"]),
        "express": [True, False, True, False, False, True],
    }
)


@pytest.fixture
def chart(tables: DuckDBTables, put: Put) -> Any:
    def of(kind: str, x: str, frame: pd.DataFrame = SALES, **wanted: Any) -> Marks:
        return tables.chart(put(frame), ChartWish(kind, x, **wanted))

    return of


def points(marks: Marks) -> dict[str, list[tuple[Any, ...]]]:
    return {one.name: list(one.points) for one in marks.series}


def test_bars_are_the_highest_first(chart: Any) -> None:
    found = chart("bar", "city")
    assert (found.axis, found.words, found.left_out) == ("words", ("Delft", "Gent", "null"), 0)
    assert points(found) == {"": [("Delft", 3.0), ("Gent", 2.0), ("null", 1.0)]}
    assert (found.rows, found.total) == (6, 6)


def test_what_is_no_finite_number_is_left_out(chart: Any) -> None:
    found = chart("bar", "city", y="sold", aggregate="sum")
    assert points(found) == {"": [("Delft", 4.0), ("null", 4.0), ("Gent", 2.0)]}
    assert (found.rows, found.total) == (4, 6)


@pytest.mark.parametrize(
    ("aggregate", "delft"), [("count", 2), ("mean", 2), ("median", 2), ("min", 1), ("max", 3), ("sum", 4)]
)
def test_rows_of_one_place_become_one_figure(chart: Any, aggregate: str, delft: float) -> None:
    assert dict(points(chart("bar", "city", y="sold", aggregate=aggregate))[""])["Delft"] == delft


def test_only_so_many_bars_and_colours_are_drawn(chart: Any) -> None:
    frame = pd.DataFrame(
        {"name": [f"n{number:03}" for number in range(100)], "kind": [f"k{n % 20}" for n in range(100)]}
    )
    found = chart("bar", "name", frame)
    assert (len(found.words), found.left_out) == (40, 60)
    coloured = points(chart("line", "at", frame.assign(at=range(100)), colour="kind"))
    assert len(coloured) == 8
    assert len(coloured["others"]) == 65


def test_bars_of_few_numbers_and_days_keep_their_order(chart: Any) -> None:
    assert chart("bar", "day").words == ("2026-01-01", "2026-01-02", "2026-01-03")
    assert chart("bar", "size", pd.DataFrame({"size": [10, 2, 2, 0.5]})).words == ("0.5", "2", "10")


def test_a_line_goes_along_time_with_a_series_for_each_colour(chart: Any) -> None:
    found = chart("line", "day", colour="express")
    first = pd.Timestamp("2026-01-01").timestamp()
    assert found.axis == "time"
    assert points(found) == {
        "false": [(first, 2.0), (first + 172_800, 1.0)],
        "true": [(first + 86_400, 2.0), (first + 172_800, 1.0)],
    }


def test_a_long_line_is_drawn_in_steps(chart: Any) -> None:
    found = chart("line", "x", pd.DataFrame({"x": np.arange(100_000), "y": np.ones(100_000)}), y="y", aggregate="sum")
    (line,) = points(found).values()
    assert len(line) == 200
    assert sum(y for _, y in line) == 100_000


def test_points_are_thinned(chart: Any) -> None:
    found = chart("scatter", "x", pd.DataFrame({"x": np.arange(10_000.0), "y": np.arange(10_000.0)}), y="y")
    (cloud,) = points(found).values()
    assert len(cloud) == 2_500
    assert found.left_out == 7_500
    assert all(x == y for x, y in cloud)


def test_a_histogram_counts_every_number(chart: Any) -> None:
    found = chart("histogram", "x", pd.DataFrame({"x": [*range(100), None]}))
    (bins,) = points(found).values()
    assert (len(bins), sum(count for _, count, _ in bins), found.rows, found.total) == (20, 100, 100, 101)
    assert chart("histogram", "x", pd.DataFrame({"x": [math.nan]})).series == ()


def test_an_empty_table_gives_no_marks(chart: Any) -> None:
    for kind in ("bar", "line"):
        assert chart(kind, "day", SALES.head(0)).series == ()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"kind": "bar", "x": "town"}, "no column `town`"),
        ({"kind": "bar", "x": "day", "y": "city", "aggregate": "sum"}, "`city` holds no numbers"),
        ({"kind": "bar", "x": "day", "aggregate": "sum"}, "The sum of what?"),
        ({"kind": "line", "x": "city"}, "no order"),
        ({"kind": "scatter", "x": "sold"}, "two columns of numbers"),
        ({"kind": "histogram", "x": "city"}, "no numbers"),
        ({"kind": "cake", "x": "city"}, "no chart `cake`"),
        ({"kind": "bar", "x": "city", "y": "sold", "aggregate": "drop"}, "no `drop`"),
    ],
)
def test_what_cannot_be_drawn_is_said(chart: Any, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        chart(**wanted)


def test_names_that_are_sql_are_only_names(chart: Any) -> None:
    odd = """a"); DROP TABLE data; --'"""
    assert points(chart("bar", odd, pd.DataFrame({odd: ["x'", "x'"]}), colour=odd)) == {"x'": [("x'", 2.0)]}


# Parts, boxes, heat maps, figures, tables -----------------------------------------------------------------------------


def test_a_pie_has_at_most_six_parts_and_the_rest_is_one(chart: Any) -> None:
    frame = pd.DataFrame({"name": [f"n{number % 10_000}" for number in range(30_000)], "y": 1.0})
    (parts,) = points(chart("pie", "name", frame)).values()
    assert len(parts) == 6
    assert parts[-1] == ("others (9995)", 29_985.0)
    assert points(chart("pie", "city"))[""] == [("Delft", 3.0), ("Gent", 2.0), ("null", 1.0)]


def test_what_is_not_above_nothing_is_no_part(chart: Any) -> None:
    frame = pd.DataFrame({"name": ["gain", "loss"], "y": [3.0, -2.0]})
    assert points(chart("pie", "name", frame, y="y", aggregate="sum")) == {"": [("gain", 3.0)]}


def test_several_figures_are_a_series_each(chart: Any) -> None:
    metrics = (Metric("sold", "sum"), Metric("sold", "max"), Metric("city", "count_distinct"))
    found = points(chart("bar", "express", metrics=metrics))
    assert list(found) == ["sum of sold", "max of sold", "count_distinct of city"]
    assert dict(found["sum of sold"]) == {"false": 6.0, "true": 4.0}
    assert dict(found["count_distinct of city"]) == {"false": 1.0, "true": 1.0}


def test_bars_come_in_the_wanted_order(chart: Any) -> None:
    frame = pd.DataFrame({"name": ["a", "b", "c"], "y": [2.0, -9.0, 4.0]})
    wanted = {"frame": frame, "y": "y", "aggregate": "sum"}
    assert chart("bar", "name", **wanted, order="ascending").words == ("b", "a", "c")
    assert chart("bar", "name", **wanted, order="descending").words == ("c", "a", "b")
    assert chart("bar", "name", **wanted, order="x", limit=2).words == ("a", "b")


def test_times_are_brought_together_and_empty_stretches_have_a_place(chart: Any) -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-03", "2026-01-30", "2026-04-01"]), "y": [1.0, 2.0, 3.0]})
    found = chart("bar", "at", frame, y="y", aggregate="sum", interval="month")
    assert (found.axis, found.interval) == ("words", "month")
    assert found.words == ("2026-01", "2026-02", "2026-03", "2026-04")
    assert points(found)[""] == [("2026-01", 3.0), ("2026-04", 3.0)]
    line = chart("line", "at", frame, y="y", aggregate="sum", interval="month")
    assert line.axis == "time"
    assert [y for _, y in points(line)[""]] == [3.0, 3.0]


def test_days_that_are_text_are_times_where_an_interval_says_so(chart: Any) -> None:
    frame = pd.DataFrame({"at": ["2026-01-03", "2026-02-01 10:00", "never"]})
    found = chart("bar", "at", frame, interval="month")
    assert points(found) == {"": [("2026-01", 1.0), ("2026-02", 1.0)]}
    assert (found.rows, found.total) == (2, 3)


def test_a_long_time_in_short_steps_gets_longer_ones(chart: Any) -> None:
    frame = pd.DataFrame({"at": pd.date_range("2000-01-01", "2026-01-01", freq="7D")})
    found = chart("line", "at", frame, interval="second")
    assert found.interval == "quarter"
    assert len(points(found)[""]) <= 200
    assert sum(y for _, y in points(found)[""]) == len(frame)


def test_a_box_says_how_numbers_are_spread(chart: Any) -> None:
    frame = pd.DataFrame({"kind": ["a"] * 5 + ["b"], "y": [1.0, 2.0, 3.0, 4.0, 100.0, 7.0]})
    assert points(chart("box", "kind", frame, y="y")) == {
        "": [("a", 1.0, 2.0, 3.0, 4.0, 100.0), ("b", 7.0, 7.0, 7.0, 7.0, 7.0)]
    }
    (whole,) = points(chart("box", "", frame, y="y"))[""]
    assert (whole[0], whole[1], whole[5]) == ("y", 1.0, 100.0)


def test_a_heat_map_has_a_figure_for_each_pair(chart: Any) -> None:
    found = chart("heat_map", "city", colour="express", y="sold", aggregate="sum")
    assert set(found.words) == {"Delft", "Gent", "null"}
    assert set(found.upward) == {"false", "true"}
    assert set(points(found)[""]) == {("Delft", "true", 4.0), ("Gent", "false", 2.0), ("null", "false", 4.0)}


def test_a_heat_map_of_many_numbers_has_bins(chart: Any) -> None:
    frame = pd.DataFrame({"x": np.arange(10_000.0), "y": np.arange(10_000.0) % 97})
    found = chart("heat_map", "x", frame, colour="y")
    assert (len(found.words), len(found.upward)) == (20, 20)
    assert sum(value for _, _, value in points(found)[""]) == 10_000


def test_a_number_is_one_figure_of_all_rows(chart: Any) -> None:
    assert points(chart("number", "")) == {"rows": [(None, 6.0)]}
    assert points(chart("number", "", metrics=(Metric("sold", "mean"), Metric("city", "count_distinct")))) == {
        "mean of sold": [(None, 2.5)],
        "count_distinct of city": [(None, 2.0)],
    }


def test_a_table_is_the_first_rows_or_a_row_for_each_group(chart: Any) -> None:
    found = chart("table", "", limit=2, columns=("city", "sold"))
    assert (found.upward, found.left_out) == (("city", "sold"), 4)
    assert points(found)[""] == [("Delft", 1.0), ("Gent", 2.0)]
    grouped = chart("table", "city", metrics=(Metric("sold", "sum"), Metric("", "count")), order="descending")
    assert grouped.upward == ("city", "sum of sold", "rows")
    assert points(grouped)[""] == [("Delft", 4.0, 3.0), ("null", 4.0, 1.0), ("Gent", 2.0, 2.0)]


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (Condition("city", "in", ("Delft", "Gent")), 5),
        (Condition("city", "in", ("x' OR 1=1 --",)), 0),
        (Condition("city", "contains", ("DEL",)), 3),
        (Condition("sold", "least", (2,)), 3),
        (Condition("sold", "most", ("2",)), 2),
        (Condition("sold", "in", (1,)), 1),
        (Condition("day", "least", ("2026-01-02",)), 4),
        (Condition("day", "most", ("2026-01-02",)), 4),
        (Condition("express", "in", (True,)), 3),
        (Condition("town", "in", ("Delft",)), 6),
    ],
)
def test_conditions_choose_the_rows(chart: Any, condition: Condition, rows: int) -> None:
    assert points(chart("number", "", conditions=(condition,))) == {"rows": [(None, float(rows))]}
    assert chart("table", "", conditions=(condition,)).rows == rows


def test_a_condition_that_does_not_fit_its_column_is_refused(chart: Any) -> None:
    with pytest.raises(Invalid, match="`soon` is no day"):
        chart("number", "", conditions=(Condition("day", "least", ("soon",)),))
    with pytest.raises(Invalid, match="`many` is no number"):
        chart("number", "", conditions=(Condition("sold", "most", ("many",)),))


def test_no_chart_has_more_marks_than_the_eye_can_tell_apart(chart: Any) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "name": [f"<b>{number % 10_000}</b>" for number in range(50_000)],
            "x": rng.normal(size=50_000),
            "y": rng.normal(size=50_000),
        }
    )
    for kind in ("bar", "pie", "box", "heat_map", "table", "scatter", "line", "histogram"):
        x = "name" if kind in ("bar", "pie", "box", "heat_map", "table") else "x"
        found = chart(kind, x, frame, y="y", aggregate="sum", colour="name" if kind == "heat_map" else None)
        assert sum(len(one) for one in points(found).values()) <= 5_000
        assert found.series
