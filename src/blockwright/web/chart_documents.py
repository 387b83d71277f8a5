"""Charts as they are told to the browser."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from blockwright.core.charts import Chart
from blockwright.core.freshness import Freshness
from blockwright.ports.tables import Marks
from blockwright.services.charts import Drawing, Source, StoredChart
from blockwright.web.run_documents import ErrorBrief
from blockwright.wire import values

Cell = float | str | None
Kind = Literal["bar", "line", "scatter", "histogram", "pie", "box", "heat_map", "number", "table"]


class ChartSeriesDocument(BaseModel):
    """``points`` are x and y; of a histogram lower edge, count, upper edge; of a box x, least, lower quartile, median,
    upper quartile, most; of a heat map x, the word that runs up, figure; of a table its cells."""

    name: str
    points: list[list[Cell]]


class ChartDocument(BaseModel):
    """``axis``: x is `numbers`, `time` (seconds since 1970) or `words`, which stand in ``words`` in their order;
    ``upward`` are the words of a heat map's other axis, or the heads of a table. ``left_out`` counts bars or points
    that are not drawn, ``rows`` the rows that were taken, of ``total``. ``interval`` brought times together."""

    kind: Kind
    axis: Literal["numbers", "time", "words"]
    series: list[ChartSeriesDocument]
    words: list[str]
    left_out: int
    rows: int
    total: int
    upward: list[str] = []
    interval: str = ""


class ChartLook(BaseModel):
    """How a chart is drawn, beside its marks."""

    type: str
    x: str
    y: str
    horizontal: bool
    height: int | None
    smooth: bool


class ChartEntry(BaseModel):
    """A chart beside the blocks of a pipeline. ``by_code``: what it draws comes of its code, which runs for it.
    ``problem`` says what is wrong with its settings."""

    uuid: str
    name: str
    path: str | None
    line: int | None
    upstream: list[str]
    configuration: dict[str, Any]
    by_code: bool
    problem: str


class ChartSource(BaseModel):
    """The block whose newest result is drawn, and how that stands: see the freshness of the workspace."""

    pipeline: str
    block: str
    state: Freshness
    reasons: list[str]
    run: int | None
    made: datetime | None


class DrawingDocument(BaseModel):
    """``form``: `marks` (see ``marks``), `option` (a description for ECharts), `picture` or `page` (the output of
    ``block_run`` in ``run``), or `none`, for the reason in ``problem``. ``drawing`` is the run that draws it now;
    ``due``: drawn anew it would be another one. ``error`` is how its code failed last."""

    look: ChartLook
    form: Literal["marks", "option", "picture", "page", "none"]
    marks: ChartDocument | None
    option: dict[str, Any] | None
    state: Freshness
    reasons: list[str]
    sources: list[ChartSource]
    run: int | None
    block_run: str
    made: datetime | None
    problem: str
    hint: str
    error: ErrorBrief | None
    drawing: int | None
    due: bool


def marks_document(marks: Marks) -> ChartDocument:
    return ChartDocument(
        kind=marks.kind,  # type: ignore[arg-type]  # the reader's kinds are these
        axis=marks.axis,  # type: ignore[arg-type]  # the same
        series=[
            ChartSeriesDocument(name=one.name, points=[list(point) for point in one.points]) for one in marks.series
        ],
        words=list(marks.words),
        left_out=marks.left_out,
        rows=marks.rows,
        total=marks.total,
        upward=list(marks.upward),
        interval=marks.interval,
    )


def entry_document(one: StoredChart) -> ChartEntry:
    spec = one.spec
    return ChartEntry(
        uuid=spec.uuid,
        name=spec.name,
        path=spec.path,
        line=spec.line,
        upstream=list(spec.upstream),
        configuration=values.encode(dict(spec.configuration)),
        by_code=one.by_code,
        problem=one.problem,
    )


def drawing_document(drawing: Drawing) -> DrawingDocument:
    failure = drawing.failure
    return DrawingDocument(
        look=_look(drawing.chart),
        form=drawing.form,  # type: ignore[arg-type]  # the services' forms are these
        marks=None if drawing.marks is None else marks_document(drawing.marks),
        option=None if drawing.option is None else dict(drawing.option),
        state=drawing.standing.freshness,
        reasons=list(drawing.standing.reasons),
        sources=[_source(one) for one in drawing.sources],
        run=drawing.run,
        block_run=drawing.block_run,
        made=drawing.made,
        problem=drawing.problem,
        hint=drawing.hint,
        error=None
        if failure is None
        else ErrorBrief(
            type=failure.type,
            message=failure.message,
            file=failure.file,
            line=failure.line,
            hint=failure.hint,
            code=failure.code,
        ),
        drawing=drawing.drawing,
        due=drawing.due,
    )


def _look(chart: Chart) -> ChartLook:
    """What stands along the axes: the chart's own words, else those of its columns."""
    figures = ", ".join(f"{one.aggregate} of {one.column}" if one.column else "rows" for one in chart.figures)
    return ChartLook(
        type=chart.type.value,
        x=chart.x_label or (chart.group_by[0] if chart.group_by else chart.x),
        y=chart.y_label or figures or chart.y or "rows",
        horizontal=chart.horizontal,
        height=chart.height,
        smooth=chart.smooth,
    )


def _source(source: Source) -> ChartSource:
    return ChartSource(
        pipeline=source.pipeline,
        block=source.block,
        state=source.standing.freshness,
        reasons=list(source.standing.reasons),
        run=source.run,
        made=source.made,
    )
