"""The rows that a chart is folded from: table ``chart`` with an x, the figures f0, f1 … and a colour for each row.

Moments are counted in seconds (since 1970; times of day since midnight), so that an axis is always numbers or words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from blockwright.adapters.tables.reader.profiles import comparable, is_number, is_time, seconds_of
from blockwright.adapters.tables.reader.queries import ROW, missing_as_null, one_row, register
from blockwright.adapters.tables.reader.tables import Column, Form, Table
from blockwright.core.errors import Invalid

MOST_STEPS = 200
MOST_COLOURS = 8
MOST_LETTERS = 200

_AGGREGATES: Mapping[str, str] = {
    "count": "count({})",
    "count_distinct": "count(DISTINCT {})",
    "sum": "sum({})",
    "mean": "avg({})",
    "median": "median({})",
    "min": "min({})",
    "max": "max({})",
    "mode": "mode({})",
}
_OF_WORDS = frozenset({"count", "count_distinct"})
"""What can be told of columns that hold no numbers."""
INTERVALS: Mapping[str, float] = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_629_746,
    "quarter": 7_889_238,
    "year": 31_556_952,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of many rows, as the chart asks for it. ``label`` empty: rows are counted."""

    label: str
    aggregate: str

    @property
    def name(self) -> str:
        return f"{self.aggregate} of {self.label}" if self.label else "rows"


@dataclass(frozen=True, slots=True)
class Wish:
    """``ports.tables.ChartWish`` as it comes over the pipe."""

    kind: str
    x: str = ""
    y: str | None = None
    colour: str | None = None
    aggregate: str = "count"
    metrics: Sequence[Mapping[str, str]] = ()
    interval: str = ""
    buckets: int | None = None
    limit: int | None = None
    order: str = ""
    columns: Sequence[str] = ()
    conditions: Sequence[Mapping[str, Any]] = ()

    def figures(self) -> list[Figure]:
        if self.metrics:
            return [Figure(one["column"], one["aggregate"]) for one in self.metrics]
        return [Figure(self.y or "", self.aggregate)]


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in table ``chart``: ``across`` is the column of x (None: there is none), ``folds`` the SQL of each
    figure. ``interval`` is what times were brought together by."""

    database: Any
    across: Column | None
    figures: tuple[Figure, ...]
    folds: tuple[str, ...]
    times: bool
    used: int
    total: int
    interval: str = ""

    @property
    def ordered(self) -> bool:
        """Whether x is numbers or times."""
        return self.times or (self.across is not None and is_number(self.across))


def prepare(database: Any, table: Table, wish: Wish, *, folded: bool = True, needs_x: bool = True) -> Rows:
    """Make table ``chart``: rows that the conditions let through and that have an x. A row without the one figure is
    left out; of several, each is folded from the rows that have it. ``colour`` keeps the most frequent values, the
    rest is one. ``folded`` False: figures are taken as they are, row by row."""
    across = table.columns[table.index(wish.x)] if wish.x or needs_x else None
    figures = wish.figures()
    columns: dict[str, Column] = {} if across is None else {"x": across}
    for place, figure in enumerate(figures):
        _require_aggregate(figure, folded)
        if figure.label:
            columns[f"f{place}"] = _figures(table, figure, folded)
    if wish.colour is not None:
        columns["colour"] = table.columns[table.index(wish.colour)]
    conditions = _conditions(table, wish.conditions)
    arrays = {name: comparable(column) for name, column in columns.items()}
    arrays |= {f"c{place}": comparable(column) for place, (column, _) in enumerate(conditions)}
    register(database, "data", table.rows, arrays)
    wanted, given = _where(conditions)
    shown = {"x": _across(across, wish.interval), "colour": _words("colour") if wish.colour is not None else "''"}
    for place in range(len(figures)):
        name = f"f{place}"
        column = columns.get(name)
        shown[name] = (
            "1::DOUBLE" if column is None else _cell(name, column) if is_number(column) else _words(name, "NULL")
        )
    named = ", ".join(f"{sql} AS {name}" for name, sql in shown.items())
    database.execute(f"CREATE TEMP TABLE chart AS SELECT {ROW}, {named} FROM data{wanted}", given).fetchall()
    without = [name for name in ("x" if across is not None else "", "f0" if len(figures) == 1 else "") if name]
    if without:
        database.execute(f"DELETE FROM chart WHERE {' OR '.join(f'{name} IS NULL' for name in without)}").fetchall()
    _fewer_colours(database)
    times = across is not None and (is_time(across) or bool(wish.interval))
    interval = _brought_together(database, wish.interval) if wish.interval and times else ""
    (used,) = one_row(database, "SELECT count(*) FROM chart")
    folds = tuple(f"({_AGGREGATES[each.aggregate].format(f'f{place}')})::DOUBLE" for place, each in enumerate(figures))
    return Rows(database, across, tuple(figures), folds, times, used, table.rows, interval)


def chosen(database: Any, table: Table, conditions: Sequence[Mapping[str, Any]]) -> str:
    """Table ``data`` of the columns that the conditions name, and the SQL that keeps the rows they let through."""
    found = _conditions(table, conditions)
    register(database, "data", table.rows, {f"c{place}": comparable(column) for place, (column, _) in enumerate(found)})
    wanted, given = _where(found)
    database.execute(f"CREATE TEMP TABLE chart AS SELECT {ROW} FROM data{wanted}", given).fetchall()
    return "chart"


def told(x: Any, *, times: bool) -> str:
    """The name of what is at x."""
    if not isinstance(x, float):
        return str(x)
    if times:
        import datetime

        try:
            return datetime.datetime.fromtimestamp(x, datetime.UTC).isoformat(sep=" ")[:19].removesuffix(" 00:00:00")
        except (OverflowError, ValueError, OSError):
            return str(x)
    return str(int(x)) if x.is_integer() else f"{x:.6g}"


def told_of_interval(x: float, interval: str) -> str:
    """The name of a stretch of time, no longer than it must be."""
    whole = told(x, times=True)
    match interval:
        case "year":
            return whole[:4]
        case "quarter":
            return f"{whole[:4]} Q{(int(whole[5:7]) + 2) // 3}"
        case "month":
            return whole[:7]
        case "minute" | "hour":
            return f"{whole[:10]} {whole[11:16] or '00:00'}"
        case _:
            return whole


def _require_aggregate(figure: Figure, folded: bool) -> None:
    if figure.aggregate not in _AGGREGATES:
        raise Invalid(f"There is no `{figure.aggregate}`.", hint=f"There are {', '.join(_AGGREGATES)}.")
    if folded and not figure.label and figure.aggregate != "count":
        raise Invalid(f"The {figure.aggregate} of what?", hint="Choose a column of numbers, or count rows.")


def _figures(table: Table, figure: Figure, folded: bool) -> Column:
    column = table.columns[table.index(figure.label)]
    if not is_number(column) and not (folded and figure.aggregate in _OF_WORDS):
        raise Invalid(f"Column `{figure.label}` holds no numbers to be drawn.", hint="Choose another, or count rows.")
    return column


def _across(column: Column | None, interval: str) -> str:
    if column is None:
        return "''"
    if is_number(column) or is_time(column):
        return _cell("x", column)
    if interval:  # days that were read as text
        return "epoch(try_cast(x::VARCHAR AS TIMESTAMP))"
    return _words("x")


def _cell(name: str, column: Column) -> str:
    """A finite number, or null."""
    number = f"({missing_as_null(name, comparable(column))})::DOUBLE * {seconds_of(column)!r}"
    return f"CASE WHEN isfinite({number}) THEN {number} ELSE NULL END"


def _words(name: str, missing: str = "'null'") -> str:
    return f"left(coalesce({name}::VARCHAR, {missing}), {MOST_LETTERS})"


def _fewer_colours(database: Any) -> None:
    database.execute(
        "UPDATE chart SET colour = 'others' WHERE colour NOT IN "
        f"(SELECT colour FROM chart GROUP BY colour ORDER BY count(*) DESC, colour LIMIT {MOST_COLOURS - 1}) "
        f"AND (SELECT count(DISTINCT colour) FROM chart) > {MOST_COLOURS}"
    ).fetchall()


def _brought_together(database: Any, wanted: str) -> str:
    """Put each time at the beginning of its stretch; a coarser one where there would be too many. Returns which."""
    if wanted not in INTERVALS:
        raise Invalid(f"There is no interval `{wanted}`.", hint=f"There are {', '.join(INTERVALS)}.")
    low, high = one_row(database, "SELECT min(x), max(x) FROM chart")
    if low is None:
        return wanted
    names = list(INTERVALS)
    coarser = names[names.index(wanted) :]
    interval = next((name for name in coarser if (high - low) / INTERVALS[name] < MOST_STEPS), "year")
    micro = "make_timestamp((x * 1000000)::BIGINT)"
    database.execute(f"UPDATE chart SET x = epoch(date_trunc('{interval}', {micro}))").fetchall()
    return interval


# Conditions -----------------------------------------------------------------------------------------------------------


def _conditions(table: Table, wanted: Sequence[Mapping[str, Any]]) -> list[tuple[Column, Mapping[str, Any]]]:
    """Those about columns that the table has and that can be compared."""
    labels = table.labels
    found = [(table.columns[labels.index(one["column"])], one) for one in wanted if labels.count(one["column"]) == 1]
    return [(column, one) for column, one in found if column.form is not Form.OPAQUE]


def _where(conditions: Sequence[tuple[Column, Mapping[str, Any]]]) -> tuple[str, list[Any]]:
    terms: list[str] = []
    given: list[Any] = []
    for place, (column, condition) in enumerate(conditions):
        term, values = _term(f"c{place}", column, condition)
        terms.append(term)
        given += values
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), given


def _term(name: str, column: Column, condition: Mapping[str, Any]) -> tuple[str, list[Any]]:
    operator, values = condition["operator"], list(condition["values"])
    match operator:
        case "in":
            marks = ", ".join("?" for _ in values)
            return f"{_compared(name, column)} IN ({marks or 'NULL'})", [_value(column, each) for each in values]
        case "least" | "most":
            sign = ">=" if operator == "least" else "<="
            return f"{_compared(name, column)} {sign} ?", [_value(column, values[0], last=operator == "most")]
        case "contains":
            return f"contains(lower({name}::VARCHAR), lower(?))", [str(values[0])]
    raise Invalid(f"There is no comparison `{operator}`.", hint="There are in, least, most, contains.")


def _compared(name: str, column: Column) -> str:
    return _cell(name, column) if is_number(column) or is_time(column) else f"{name}::VARCHAR"


def _value(column: Column, value: Any, *, last: bool = False) -> Any:
    """The value as the column is compared; of a day without a time of day the ``last`` moment."""
    if is_time(column):
        return _moment(column, str(value), last)
    if is_number(column):
        try:
            return float(value)
        except ValueError:
            raise Invalid(f"`{value}` is no number, and column `{column.label}` holds numbers.") from None
    if pa.types.is_boolean(column.read(slice(0, 0)).type):
        return str(value).lower()
    return str(value)


def _moment(column: Column, text: str, last: bool) -> float:
    import datetime

    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        hint = "Write it as 2026-01-31 or 2026-01-31 12:00."
        raise Invalid(f"`{text}` is no day or time, which column `{column.label}` holds.", hint=hint) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    end = datetime.timedelta(days=1, microseconds=-1) if last and len(text) <= 10 else datetime.timedelta()
    return (moment + end).timestamp()
