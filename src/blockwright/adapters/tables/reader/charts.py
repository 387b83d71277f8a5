"""What a chart draws: a table folded into as few marks as an eye can tell apart. The folding is done here, so that the
size of an answer depends on the chart and not on the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blockwright.adapters.tables.reader.cells import cells
from blockwright.adapters.tables.reader.chart_rows import (
    MOST_STEPS,
    Rows,
    Wish,
    chosen,
    prepare,
    told,
    told_of_interval,
)
from blockwright.adapters.tables.reader.profiles import is_number, is_time
from blockwright.adapters.tables.reader.queries import ROW, connected, one_row, rows_of
from blockwright.adapters.tables.reader.tables import Table
from blockwright.core.errors import Invalid

_MOST_BARS = 40
_MOST_PARTS = 6
_MOST_BOXES = 20
_MOST_CELLS = 40
_MOST_ROWS = 100
_MOST_POINTS = 3_000
_BINS = 20
_MOST_BINS = 200


def chart(table: Table, wish: Wish, memory: int) -> dict[str, Any]:
    """The answer to ``Tables.chart``."""
    draw = _KINDS.get(wish.kind)
    if draw is None:
        raise Invalid(f"There is no chart `{wish.kind}`.", hint=f"There are {', '.join(_KINDS)}.")
    with connected(memory) as database:
        return {"kind": wish.kind, "left_out": 0, **draw(database, table, wish)}


def _drawn(rows: Rows, axis: str, series: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    found = {"x": axis, "series": series, "rows": rows.used, "total": rows.total, "interval": rows.interval}
    return {**found, **more}


# Bars and parts -------------------------------------------------------------------------------------------------------


def _bars(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """The highest bars; in the order of their values where those are numbers that are few, or stretches of time."""
    rows = prepare(database, table, wish)
    if rows.interval:
        return _bars_of_time(rows)
    most = max(1, min(wish.limit or _MOST_BARS, _MOST_BARS))
    (groups,) = one_row(database, "SELECT count(DISTINCT x) FROM chart")
    first = rows.folds[0]
    by_x = wish.order == "x" or (not wish.order and rows.ordered and groups <= most)
    given = f"min({ROW})" if wish.order == "given" else ""
    order = (
        given or "x"
        if by_x or given
        else f"{first} ASC, x"
        if wish.order == "ascending"
        else f"{_height(wish, first)} DESC, x"
    )
    database.execute(
        f"CREATE TEMP TABLE bars AS SELECT x, row_number() OVER (ORDER BY {order}) AS place FROM chart GROUP BY x "
        f"ORDER BY {order} LIMIT {most}"
    ).fetchall()
    names = [x for (x,) in database.execute("SELECT x FROM bars ORDER BY place").fetchall()]
    words = {x: told(x, times=rows.times) for x in names}
    found = _folded(rows, "x", "JOIN bars USING (x)", "place")
    series = _series([(name, words[x], y) for name, x, y in found])
    return _drawn(rows, "words", series, words=[words[x] for x in names], left_out=max(0, groups - most))


def _height(wish: Wish, fold: str) -> str:
    return fold if wish.order == "descending" else f"abs({fold})"


def _bars_of_time(rows: Rows) -> dict[str, Any]:
    """A place for each stretch of time, also for those without rows."""
    low, high = one_row(rows.database, "SELECT min(x), max(x) FROM chart")
    if low is None:
        return _drawn(rows, "words", [], words=[])
    step = "3 month" if rows.interval == "quarter" else f"1 {rows.interval}"
    moments = (f"make_timestamp(({edge!r} * 1000000)::BIGINT)" for edge in (low, high))
    places = rows.database.execute(
        f"SELECT epoch(unnest(generate_series({', '.join(moments)}, INTERVAL {step}))) LIMIT {MOST_STEPS + 1}"
    ).fetchall()
    words = {x: told_of_interval(x, rows.interval) for (x,) in places}
    series = _series([(name, words[x], y) for name, x, y in _folded(rows, "x", "", "x") if x in words])
    return _drawn(rows, "words", series, words=list(words.values()))


def _parts(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """The largest parts; the others are one."""
    rows = prepare(database, table, wish)
    most = max(2, min(wish.limit or _MOST_PARTS, _MOST_PARTS))
    found = [(x, y) for _, x, y in _folded(rows, "x", "", "x") if y is not None and y > 0]
    found.sort(key=lambda part: -part[1])
    kept = found if len(found) <= most else found[: most - 1]
    parts = [[told(x, times=rows.times), y] for x, y in kept]
    rest = found[len(kept) :]
    if rest:
        parts.append([f"others ({len(rest)})", math.fsum(y for _, y in rest)])
    series = [{"name": "", "points": parts}] if parts else []
    return _drawn(rows, "words", series, words=[word for word, _ in parts])


# Along a line ---------------------------------------------------------------------------------------------------------


def _line(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """One figure for each x; of neighbours together where there are too many."""
    rows = prepare(database, table, wish)
    if not rows.ordered:
        raise Invalid(
            f"Column `{wish.x}` has no order to draw a line along.",
            hint="Choose numbers, times, or bars.",
            code="no_order",
        )
    groups, low, high = one_row(database, "SELECT count(DISTINCT x), min(x), max(x) FROM chart")
    place = "x"
    if groups > MOST_STEPS and not rows.interval:
        width = high / MOST_STEPS - low / MOST_STEPS
        place = f"least({MOST_STEPS - 1}, floor((x - ({low!r})) / {width!r})) * {width!r} + ({low!r})"
    return _drawn(rows, "time" if rows.times else "numbers", _series(_folded(rows, place, "", "step")))


def _scatter(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """Rows as points; every so many of them where there are too many."""
    if not wish.figures()[0].label:
        raise Invalid("A scatter chart takes two columns of numbers.", hint="Choose x and y.")
    rows = prepare(database, table, wish, folded=False)
    if not rows.ordered:
        raise Invalid("A scatter chart takes two columns of numbers.", hint="Choose x and y.")
    step = max(1, -(-rows.used * len(rows.figures) // _MOST_POINTS))
    found: list[tuple[Any, ...]] = []
    for place, figure in enumerate(rows.figures):
        name = "colour" if len(rows.figures) == 1 else "?"
        found += database.execute(
            f"SELECT {name}, x, f{place} FROM (SELECT *, row_number() OVER (ORDER BY {ROW}) - 1 AS place FROM chart) "
            f"WHERE place % {step} = 0 AND f{place} IS NOT NULL ORDER BY colour, {ROW}",
            [] if name == "colour" else [figure.name],
        ).fetchall()
    drawn = len(found)
    left_out = max(0, rows.used - drawn) if len(rows.figures) == 1 else 0
    return _drawn(rows, "time" if rows.times else "numbers", _series(found), left_out=left_out)


# How values are spread ------------------------------------------------------------------------------------------------


def _histogram(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    column = table.columns[table.index(wish.x)]
    if not (is_number(column) or is_time(column)):
        raise Invalid(f"Column `{column.label}` holds no numbers to be counted in bins.", hint="Choose bars.")
    rows = prepare(database, table, Wish(wish.kind, wish.x, conditions=wish.conditions))
    low, high = one_row(database, "SELECT min(x), max(x) FROM chart")
    points = [] if low is None else _bins(database, low, high, max(1, min(wish.buckets or _BINS, _MOST_BINS)))
    series = [{"name": "", "points": points}] if points else []
    return _drawn(rows, "time" if rows.times else "numbers", series)


def _bins(database: Any, low: float, high: float, bins: int) -> list[list[float]]:
    """Counts in equal bins between the smallest and the largest number."""
    if low == high:
        (count,) = one_row(database, "SELECT count(*) FROM chart")
        return [[low, count, high]]
    width = high / bins - low / bins  # not (high - low) / bins: that may be beyond the largest number
    if width == 0:
        return []
    steps = f"(x - ({low!r})) / {width!r}" if math.isfinite(high - low) else f"x / {width!r} - ({low / width!r})"
    place = f"least({bins - 1}, greatest(0, floor({steps})))::INTEGER"
    counts: Mapping[int, int] = dict(
        database.execute(f"SELECT {place} AS place, count(*) FROM chart GROUP BY place").fetchall()
    )
    edges = [low + width * step for step in range(bins)] + [high]
    return [[edges[step], counts.get(step, 0), edges[step + 1]] for step in range(bins)]


def _boxes(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """Least, quartiles, most: of each column, or of each of the largest groups along x."""
    if not wish.figures()[0].label:
        raise Invalid("A box shows how the numbers of a column are spread.", hint="Choose a column of numbers as y.")
    rows = prepare(database, table, wish, folded=False, needs_x=False)
    most = max(1, min(wish.limit or _MOST_BOXES, _MOST_BOXES))
    (groups,) = one_row(database, "SELECT count(DISTINCT x) FROM chart")
    order = "x" if rows.ordered and groups <= most else "count(*) DESC, x"
    points: dict[str, list[list[Any]]] = {}
    words: list[str] = []
    for place, figure in enumerate(rows.figures):
        value = f"f{place}"
        found = database.execute(
            f"SELECT x, min({value}), quantile_cont({value}, 0.25), median({value}), quantile_cont({value}, 0.75), "
            f"max({value}) FROM chart WHERE {value} IS NOT NULL GROUP BY x ORDER BY {order} LIMIT {most}"
        ).fetchall()
        series = figure.label if rows.across is not None and len(rows.figures) > 1 else ""
        for x, *five in found:
            word = figure.label if rows.across is None else told(x, times=rows.times)
            points.setdefault(series, []).append([word, *five])
            if word not in words:
                words.append(word)
    series_found = [{"name": name, "points": each} for name, each in points.items()]
    return _drawn(rows, "words", series_found, words=words, left_out=max(0, groups - most))


def _heat_map(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """A figure for each pair of x and what runs up."""
    if wish.colour is None:
        raise Invalid("A heat map has two columns of words.", hint="Choose a second column to group by.")
    upward = Wish("", wish.colour, conditions=wish.conditions, interval="")
    rows = prepare(
        database,
        table,
        Wish("", wish.x, wish.y, None, wish.aggregate, wish.metrics[:1], wish.interval, conditions=wish.conditions),
    )
    database.execute("ALTER TABLE chart RENAME TO across").fetchall()
    other = prepare(database, table, upward)
    pairs = f"(SELECT a.x AS x, u.x AS up, f0 FROM across AS a JOIN (SELECT {ROW}, x FROM chart) AS u USING ({ROW}))"
    across, up = (_stretches(database, pairs, name, each) for name, each in (("x", rows), ("up", other)))
    found = database.execute(f"SELECT {across.sql}, {up.sql}, {rows.folds[0]} FROM {pairs} GROUP BY ALL").fetchall()
    points = [
        [across.words[x], up.words[y], value]
        for x, y, value in found
        if x in across.words and y in up.words and _finite(value) is not None
    ]
    series = [{"name": "", "points": points}] if points else []
    left_out = across.left_out + up.left_out
    return _drawn(
        rows,
        "words",
        series,
        words=list(across.words.values()),
        upward=list(up.words.values()),
        left_out=left_out,
    )


class _Stretch:
    """One axis of a heat map: ``words`` by what ``sql`` gives."""

    def __init__(self, sql: str, words: dict[Any, str], left_out: int) -> None:
        self.sql, self.words, self.left_out = sql, words, left_out


def _stretches(database: Any, source: str, name: str, rows: Rows) -> _Stretch:
    """The most frequent words; numbers in their order, in bins where they are too many."""
    groups, low, high = one_row(database, f"SELECT count(DISTINCT {name}), min({name}), max({name}) FROM {source}")
    if rows.ordered and groups > _MOST_CELLS:
        width = high / _BINS - low / _BINS
        sql = f"least({_BINS - 1}, greatest(0, floor(({name} - ({low!r})) / {width!r})))::INTEGER"
        return _Stretch(
            sql, {step: told(float(f"{low + step * width:.6g}"), times=rows.times) for step in range(_BINS)}, 0
        )
    order = name if rows.ordered else f"count(*) DESC, {name}"
    found = database.execute(
        f"SELECT {name} FROM {source} GROUP BY {name} ORDER BY {order} LIMIT {_MOST_CELLS}"
    ).fetchall()
    words = {x: told_of_interval(x, rows.interval) if rows.interval else told(x, times=rows.times) for (x,) in found}
    return _Stretch(name, words, max(0, groups - _MOST_CELLS))


# Figures and tables ---------------------------------------------------------------------------------------------------


def _number(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    rows = prepare(
        database,
        table,
        Wish("", "", wish.y, None, wish.aggregate, wish.metrics, conditions=wish.conditions),
        needs_x=False,
    )
    found = one_row(database, f"SELECT {', '.join(rows.folds)} FROM chart")
    series = [
        {"name": figure.name, "points": [[None, _finite(value)]]}
        for figure, value in zip(rows.figures, found, strict=True)
    ]
    return _drawn(rows, "words", series)


def _table(database: Any, table: Table, wish: Wish) -> dict[str, Any]:
    """The first rows as they are; of a column to group by, a row for each of its values with the figures."""
    most = max(1, min(wish.limit or _MOST_ROWS, _MOST_ROWS))
    if wish.x:
        return _grouped_table(database, table, wish, most)
    labels = list(wish.columns) or list(table.labels)
    columns = [table.columns[table.index(label)] for label in labels] if wish.columns else list(table.columns)
    name = chosen(database, table, wish.conditions)
    (used,) = one_row(database, f"SELECT count(*) FROM {name}")
    numbers = rows_of(database, f"SELECT {ROW} FROM {name} ORDER BY {ROW} LIMIT {most}")
    shown = [cells(column, numbers) for column in columns]
    points = [[_plain(column[row]) for column in shown] for row in range(len(numbers))]
    series = [{"name": "", "points": points}] if points else []
    left_out = max(0, used - most)
    return {"x": "words", "series": series, "upward": labels, "left_out": left_out, "rows": used, "total": table.rows}


def _grouped_table(database: Any, table: Table, wish: Wish, most: int) -> dict[str, Any]:
    rows = prepare(database, table, wish)
    (groups,) = one_row(database, "SELECT count(DISTINCT x) FROM chart")
    order = {"ascending": "2 ASC, x", "descending": "2 DESC, x"}.get(wish.order, "x")
    found = database.execute(
        f"SELECT x, {', '.join(rows.folds)} FROM chart GROUP BY x ORDER BY {order} LIMIT {most}"
    ).fetchall()
    points = [
        [told_of_interval(x, rows.interval) if rows.interval else told(x, times=rows.times), *map(_finite, figures)]
        for x, *figures in found
    ]
    series = [{"name": "", "points": points}] if points else []
    heads = [wish.x, *(figure.name for figure in rows.figures)]
    return _drawn(rows, "words", series, upward=heads, left_out=max(0, groups - most))


def _plain(cell: Any) -> str | float | None:
    """A cell as text or a number; lists and structs as the text that JSON has for them."""
    if cell is None or (isinstance(cell, int | float | str) and not isinstance(cell, bool)):
        return cell if not isinstance(cell, str) else cell[:1_000]
    import json

    return json.dumps(cell, ensure_ascii=False, default=str)[:1_000]


# Their parts ----------------------------------------------------------------------------------------------------------


def _folded(rows: Rows, place: str, joined: str, order: str) -> list[tuple[str, Any, float | None]]:
    """Series, x and figure: of one figure a series for each colour, of several a series for each."""
    database = rows.database
    if len(rows.figures) == 1:
        found = database.execute(
            f"SELECT colour, {place} AS step, {rows.folds[0]} FROM chart {joined} "
            f"GROUP BY colour, step{', place' if order == 'place' else ''} ORDER BY colour, {order}"
        ).fetchall()
        return [(name, x, _finite(y)) for name, x, y in found]
    series: list[tuple[str, Any, float | None]] = []
    for figure, fold in zip(rows.figures, rows.folds, strict=True):
        found = database.execute(
            f"SELECT {place} AS step, {fold} FROM chart {joined} "
            f"GROUP BY step{', place' if order == 'place' else ''} ORDER BY {order}"
        ).fetchall()
        series += [(figure.name, x, _finite(y)) for x, y in found]
    return series


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _series(rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """By name, each with its points."""
    found: dict[str, list[list[Any]]] = {}
    for name, x, y in rows:
        found.setdefault(name, []).append([x, y])
    return [{"name": name, "points": points} for name, points in found.items()]


_KINDS: Mapping[str, Callable[[Any, Table, Wish], dict[str, Any]]] = {
    "bar": _bars,
    "line": _line,
    "scatter": _scatter,
    "histogram": _histogram,
    "pie": _parts,
    "box": _boxes,
    "heat_map": _heat_map,
    "number": _number,
    "table": _table,
}
