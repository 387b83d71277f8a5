"""Charts: what they draw now, how fresh that is, and drawing those anew that are made by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec
from blockwright.core.charts import Chart, ChartType, draws_by_code, question_of, read_chart
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.core.freshness import Freshness, Standing
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import (
    BlockRun,
    Failure,
    Queue,
    Role,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunState,
    Selection,
)
from blockwright.ports.runs import FoundResult, RunFilter
from blockwright.ports.tables import ChartWish, Condition, Marks, Metric, Tables
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness, runs
from blockwright.services.outputs import full
from blockwright.wire.outputs import Output

UNFINISHED = tuple(state for state in RunState if not state.final)
AT_THE_HEAD = 1_000
"""Somebody looks at the chart and waits for it."""
MOST_UNFINISHED = 200


@dataclass(frozen=True, slots=True)
class StoredChart:
    """A chart as its pipeline has it. ``problem`` says what is wrong with its settings, of which ``chart`` has what can
    be read; ``by_code``: what it draws comes of its code."""

    spec: BlockSpec
    chart: Chart
    by_code: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a chart's data is from: a block with its newest result (None: it has none) and how that stands."""

    pipeline: str
    block: BlockId
    standing: Standing
    run: RunId | None = None
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What there is to see. ``form`` is `marks`, `option` (a description for ECharts), `picture`, `page` or `none`;
    pictures and pages are had as the output of ``block_run`` in ``run``. ``problem`` says why there is nothing, or why
    what there is may be wrong; ``failure`` how the chart's code failed last. ``drawing`` is the run that draws now;
    ``due``: drawn now, it would be another one, and the last try did not fail."""

    chart: Chart
    form: str
    standing: Standing
    sources: tuple[Source, ...] = ()
    marks: Marks | None = None
    option: Mapping[str, Any] | None = None
    run: RunId | None = None
    block_run: str = ""
    made: datetime | None = None
    problem: str = ""
    hint: str = ""
    failure: Failure | None = None
    drawing: RunId | None = None
    due: bool = False


# The charts of a pipeline ---------------------------------------------------------------------------------------------


def stored(workspace: Workspace, pipeline: str) -> Sequence[StoredChart]:
    """The charts beside a pipeline's blocks, in the order of its file."""
    return [_stored(workspace, block) for block in _spec(workspace, pipeline).widgets]


def find(workspace: Workspace, pipeline: str, chart: str) -> StoredChart:
    """Raises NotFound (code ``chart_not_found``) saying what there is."""
    spec = _spec(workspace, pipeline)
    return _stored(workspace, _widget(spec, chart))


def show(
    workspace: Workspace, tables: Tables, pipeline: str, chart: str, conditions: Sequence[Condition] = ()
) -> Drawing:
    """What a chart of a pipeline shows now. Nothing is run for it: see ``draw``."""
    spec = _spec(workspace, pipeline)
    block = _widget(spec, chart)
    one = _stored(workspace, block)
    newest = freshness.newest_results(workspace, spec)
    standings, _ = freshness.standings(workspace, spec, newest)
    sources = tuple(_source(pipeline, name, standings, newest) for name in block.upstream)
    if one.problem:
        return Drawing(one.chart, "none", Standing(Freshness.NONE), sources, problem=one.problem)
    if one.by_code:
        return _of_code(workspace, tables, spec, one, sources, standings[block.uuid], newest, conditions)
    return _of_block(workspace, tables, one.chart, sources, conditions)


def preview(
    workspace: Workspace,
    tables: Tables,
    pipeline: str,
    block: str,
    configuration: Mapping[str, Any],
    conditions: Sequence[Condition] = (),
) -> Drawing:
    """What settings would draw of a block's newest result."""
    chart, source = read_chart(configuration), source_of(workspace, pipeline, block)
    return _of_block(workspace, tables, chart, (source,), conditions)


def source_of(workspace: Workspace, pipeline: str, block: str) -> Source:
    """How a block's newest result stands; raises NotFound (code ``block_not_found``)."""
    spec = _spec(workspace, pipeline)
    if not any(one.uuid == block for one in spec.blocks):
        raise NotFound(
            f"Pipeline `{pipeline}` has no block `{block}`.",
            hint=f"`blockwright blocks {pipeline}` lists its blocks.",
            code="block_not_found",
        )
    newest = freshness.newest_results(workspace, spec)
    standings, _ = freshness.standings(workspace, spec, newest)
    return _source(pipeline, BlockId(block), standings, newest)


def draw(workspace: Workspace, pipeline: str, chart: str, *, env: str, by: str, anew: bool = False) -> Run | None:
    """Start the run that draws a chart by its code, at the head of the queue; the one that does so already, if there is
    one; None when nothing has changed since (unless ``anew``). Raises Conflict (code ``no_code``) for a chart without
    code, NotFound (code ``input_missing``) when a block that it reads has no result."""
    spec = _spec(workspace, pipeline)
    block = _widget(spec, chart)
    if not _stored(workspace, block).by_code:
        raise Conflict(
            f"Chart `{chart}` has no code: it shows what its block gave.", hint="Run the block.", code="no_code"
        )
    going = drawing_now(workspace, pipeline, chart)
    if going is not None:
        return going
    if not anew:
        newest = freshness.newest_results(workspace, spec)
        if freshness.by_itself(workspace, spec, block, newest).counts:
            return None
    request = RunRequest(
        project=workspace.project.name,
        pipeline=pipeline,
        kind=RunKind.CHART,
        selection=Selection((block.uuid,)),
        reuse=False if anew else None,
        env=env,
        queue=Queue.ENGINE,
        priority=AT_THE_HEAD,
        requested_by=by,
    )
    return runs.start(workspace, request)


def drawing_now(workspace: Workspace, pipeline: str, chart: str) -> Run | None:
    """The unfinished run that draws the chart."""
    which = RunFilter(workspace.project.name, pipeline, UNFINISHED, kind=RunKind.CHART)
    found = workspace.runs.list(which, limit=MOST_UNFINISHED)
    return next((run for run in found if chart in run.selection.blocks), None)


# What is drawn --------------------------------------------------------------------------------------------------------


def _of_block(
    workspace: Workspace, tables: Tables, chart: Chart, sources: tuple[Source, ...], conditions: Sequence[Condition]
) -> Drawing:
    if not sources:
        standing, problem = Standing(Freshness.NONE), "The chart has no data."
        return Drawing(chart, "none", standing, problem=problem, hint="Choose the block whose data it shows.")
    source = sources[0]
    if source.run is None:
        said = f"Block `{source.block}` has no result yet."
        return Drawing(chart, "none", source.standing, sources, problem=said, hint="Run it.")
    try:
        output = table_of(workspace, source)
        marks = _marks(tables, output, chart, None, conditions)
    except BlockwrightError as error:
        return Drawing(
            chart, "none", source.standing, sources, made=source.made, problem=error.message, hint=error.hint
        )
    return Drawing(chart, "marks", source.standing, sources, marks=marks, run=source.run, made=source.made)


def _of_code(
    workspace: Workspace,
    tables: Tables,
    spec: PipelineSpec,
    one: StoredChart,
    sources: tuple[Source, ...],
    standing: Standing,
    everything: Mapping[BlockId, freshness.Newest],
    conditions: Sequence[Condition],
) -> Drawing:
    newest = everything.get(one.spec.uuid)
    going = drawing_now(workspace, spec.uuid, one.spec.uuid)
    failure = _failure(workspace, spec, one.spec.uuid, newest)
    found = None if newest is None else newest.found
    about: dict[str, Any] = {"sources": sources, "failure": failure, "drawing": None if going is None else going.id}
    about["due"] = going is None and failure is None and all(source.run is not None for source in sources)
    if newest is not None:
        about["due"] = about["due"] and not freshness.by_itself(workspace, spec, one.spec, everything).counts
    if found is None:
        missing = next((source for source in sources if source.run is None), None)
        problem = f"Block `{missing.block}` has no result yet." if missing else "It has not been drawn yet."
        hint = "Run it." if missing else ""
        return Drawing(one.chart, "none", standing, problem=problem, hint=hint, **about)
    row = found.block_run
    about |= {"run": found.run, "block_run": str(row.name), "made": found.finished}
    try:
        return _drawn(workspace, tables, one.chart, standing, row, conditions, about)
    except BlockwrightError as error:
        return Drawing(one.chart, "none", standing, problem=error.message, hint=error.hint, **about)


def _drawn(
    workspace: Workspace,
    tables: Tables,
    chart: Chart,
    standing: Standing,
    row: BlockRun,
    conditions: Sequence[Condition],
    about: Mapping[str, Any],
) -> Drawing:
    outputs = [full(workspace, row, record) for record in row.outputs]
    if len(outputs) < 2:
        return Drawing(chart, "none", standing, problem="The chart gave nothing to draw.", **about)
    value, form = outputs[0], _form(workspace, outputs[1])
    match form:
        case "option":
            return Drawing(chart, "option", standing, option=_json(workspace, value), **about)
        case "figure":
            kind = value.preview.get("kind") if isinstance(value.preview, dict) else ""
            return Drawing(chart, "picture" if kind == "image" else "page", standing, **about)
        case "page":
            return Drawing(chart, "page", standing, **about)
        case "rows":
            table = Chart(ChartType.TABLE, limit=chart.limit)
            return Drawing(chart, "marks", standing, marks=_marks(tables, value, table, (), conditions), **about)
        case _:
            columns = tuple(column.name for column in value.schema) if form == "xy" else None
            marks = _marks(tables, value, chart, columns, conditions)
            if columns is not None:
                marks = _in_own_words(marks)
            return Drawing(chart, "marks", standing, marks=marks, **about)


def _marks(
    tables: Tables, output: Output, chart: Chart, columns: Sequence[str] | None, conditions: Sequence[Condition]
) -> Marks:
    """The marks of a table; words along a line that have no order are drawn as bars."""
    question = question_of(chart, columns)
    wish = ChartWish(
        kind=question.kind,
        x=question.x,
        colour=question.colour,
        metrics=tuple(Metric(one.column, one.aggregate) for one in question.figures),
        interval=question.interval,
        buckets=question.buckets,
        limit=question.limit,
        order=question.order or ("" if columns is None else "given"),
        conditions=tuple(conditions),
    )
    try:
        return tables.chart(output, wish)
    except Invalid as error:
        if error.code != "no_order":
            raise
    return tables.chart(
        output,
        ChartWish(
            "bar", wish.x, colour=wish.colour, metrics=wish.metrics, order=wish.order or "x", conditions=wish.conditions
        ),
    )


def _in_own_words(marks: Marks) -> Marks:
    """Values of code are figures already: a series is called as its code has it."""
    series = (replace(one, name=one.name.removeprefix("sum of ")) for one in marks.series)
    return replace(marks, series=tuple(series), upward=tuple(head.removeprefix("sum of ") for head in marks.upward))


def table_of(workspace: Workspace, source: Source) -> Output:
    """The first table that the source gave; raises Invalid for what is none, NotFound when it has no result."""
    if source.run is None:
        raise NotFound(f"Block `{source.block}` has no result yet.", hint="Run it.", code="input_missing")
    found = list(workspace.runs.latest_result(workspace.project.name, source.pipeline, source.block, run=source.run))
    if any(one.block_run.role is Role.CHILD for one in found):
        raise Invalid(
            f"Block `{source.block}` ran once for each item, so there is no single table.",
            hint="Gather them in a block behind it (`reduce_output`), and draw that.",
        )
    return _table_in(workspace, source.block, found)


def _table_in(workspace: Workspace, block: str, found: Iterable[FoundResult]) -> Output:
    for one in found:
        for record in one.block_run.outputs:
            if record.rows is not None and not record.in_memory:
                return full(workspace, one.block_run, record)
    raise Invalid(
        f"Block `{block}` gave no table.", hint="Return a frame, or draw what it gives by the code of a chart."
    )


def _form(workspace: Workspace, told: Output) -> str:
    said = _json(workspace, told)
    return str(said.get("form", ""))


def _json(workspace: Workspace, output: Output) -> Mapping[str, Any]:
    import json

    if output.codec != "json":
        raise Invalid("The chart was stored by another version.", hint="Draw it again.")
    found = json.loads(workspace.artifacts.get(output.digest))
    return found if isinstance(found, dict) else {}


def _failure(
    workspace: Workspace, spec: PipelineSpec, chart: BlockId, newest: freshness.Newest | None
) -> Failure | None:
    """How the chart's code failed, when that was after its newest result."""
    ended = workspace.runs.newest_without_result(workspace.project.name, spec.uuid, [chart]).get(chart)
    if ended is None or (newest is not None and newest.found.run > ended[0]):
        return None
    return ended[1].failure


# Where it is from -----------------------------------------------------------------------------------------------------


def _spec(workspace: Workspace, pipeline: str) -> PipelineSpec:
    """The pipeline as far as it can be read."""
    spec = workspace.files.examined(pipeline).spec
    return workspace.files.pipeline(pipeline) if spec is None else spec


def _widget(spec: PipelineSpec, chart: str) -> BlockSpec:
    for block in spec.widgets:
        if block.uuid == chart:
            return block
    known = ", ".join(f"`{block.uuid}`" for block in spec.widgets[:10])
    raise NotFound(
        f"Pipeline `{spec.uuid}` has no chart `{chart}`.",
        hint=f"It has {known}." if known else "It has no charts yet.",
        code="chart_not_found",
    )


def _stored(workspace: Workspace, block: BlockSpec) -> StoredChart:
    try:
        chart, problem = read_chart(block.configuration), ""
    except Invalid as error:
        chart, problem = Chart(ChartType.CUSTOM), error.message
    return StoredChart(block, chart, not problem and draws_by_code(chart, _text(workspace, block)), problem)


def _text(workspace: Workspace, block: BlockSpec) -> str:
    if block.content is not None:
        return block.content
    if block.path is None:
        return ""
    try:
        return workspace.files.read(block.path).decode("utf-8", "replace")
    except BlockwrightError:
        return ""


def _source(
    pipeline: str,
    block: BlockId,
    standings: Mapping[BlockId, Standing],
    newest: Mapping[BlockId, freshness.Newest],
) -> Source:
    found = newest.get(block)
    standing = standings.get(block, Standing(Freshness.NONE))
    if found is None:
        return Source(pipeline, block, standing)
    return Source(pipeline, block, standing, found.found.run, found.found.finished)
