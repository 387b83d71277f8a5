"""Dashboards: which there are, what each of their charts shows now, and changes to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from blockwright.core.charts import Chart, ChartType
from blockwright.core.dashboards import HEIGHT, Dashboard, PageVariable, Place, Tile, VariableKind, placed
from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.core.freshness import Freshness, Standing
from blockwright.ports.tables import ChartWish, Condition, Tables
from blockwright.ports.workspace import Workspace
from blockwright.services import charts
from blockwright.services.charts import Drawing

MOST_CHOICES = 40
MOST_ASKED = 10
"""Charts whose data is looked at for the choices of a variable."""


def tile_of(dashboard: Dashboard, name: str) -> Tile:
    """Raises NotFound (code ``chart_not_found``)."""
    found = dashboard.tile(name)
    if found is None:
        known = ", ".join(f"`{tile.name}`" for tile in dashboard.tiles[:10])
        raise NotFound(
            f"Dashboard `{dashboard.id}` has no chart `{name}`.",
            hint=f"It has {known}." if known else "It has none yet.",
            code="chart_not_found",
        )
    return found


def show(
    workspace: Workspace, tables: Tables, dashboard: Dashboard, name: str, chosen: Mapping[str, Sequence[str]]
) -> Drawing:
    """What a chart shows of the rows that ``chosen`` lets through: values by the name of a variable; what is not in it
    is as the file has it. Raises Invalid for a variable that the dashboard does not have."""
    tile = tile_of(dashboard, name)
    conditions = conditions_of(dashboard, chosen)
    if tile.problem:
        return Drawing(_no_chart(), "none", Standing(Freshness.NONE), problem=tile.problem)
    try:
        if tile.chart:
            return charts.show(workspace, tables, tile.pipeline, tile.chart, conditions)
        return charts.preview(workspace, tables, tile.pipeline, tile.block, tile.configuration, conditions)
    except NotFound as error:
        return Drawing(_no_chart(), "none", Standing(Freshness.NONE), problem=error.message, hint=error.hint)


def chosen_of(said: Iterable[str]) -> dict[str, list[str]]:
    """What is chosen by texts of the form ``name=value``, of which one variable may have several; ``name=`` alone
    leaves it open. Raises Invalid (code ``variable``) for another form."""
    found: dict[str, list[str]] = {}
    for one in said:
        name, sign, value = one.partition("=")
        if not sign:
            raise Invalid(f"`{one[:100]}` is no variable with its value.", hint="Write `name=value`.", code="variable")
        found.setdefault(name, []).append(value)
    return {name: [] if given == [""] else given for name, given in found.items()}


def conditions_of(dashboard: Dashboard, chosen: Mapping[str, Sequence[str]]) -> list[Condition]:
    """What rows must be like."""
    known = {variable.name for variable in dashboard.variables}
    unknown = next((name for name in chosen if name not in known), None)
    if unknown is not None:
        has = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
        raise Invalid(f"The dashboard has no variable `{unknown}`.", hint=f"It has {has}.", code="variable")
    found: list[Condition] = []
    for variable in dashboard.variables:
        found += _conditions(variable, tuple(chosen.get(variable.name, variable.default)))
    return found


def _conditions(variable: PageVariable, values: tuple[str, ...]) -> list[Condition]:
    match variable.kind:
        case VariableKind.CHOICE:
            return [Condition(variable.column, "in", values)] if values else []
        case VariableKind.TEXT:
            return [Condition(variable.column, "contains", values[:1])] if values and values[0] else []
        case VariableKind.NUMBER | VariableKind.DATE:
            ends = zip(("least", "most"), values, strict=False)
            return [Condition(variable.column, operator, (value,)) for operator, value in ends if value]


def choices(
    workspace: Workspace, tables: Tables, dashboard: Dashboard, pipelines: Sequence[str]
) -> dict[str, list[str]]:
    """The values among which one chooses, for each variable: those that its file names, else the most frequent ones of
    the first chart's data that has the column. Only data of ``pipelines`` is looked at."""
    found: dict[str, list[str]] = {}
    for variable in dashboard.variables:
        if variable.kind is VariableKind.CHOICE:
            found[variable.name] = list(variable.values) or _values(workspace, tables, dashboard, variable, pipelines)
    return found


def _values(
    workspace: Workspace, tables: Tables, dashboard: Dashboard, variable: PageVariable, pipelines: Sequence[str]
) -> list[str]:
    looked: set[tuple[str, str]] = set()
    for pipeline, block in _sources(workspace, dashboard):
        if (pipeline, block) in looked or pipeline not in pipelines:
            continue
        looked.add((pipeline, block))
        if len(looked) > MOST_ASKED:
            break
        try:
            output = charts.table_of(workspace, charts.source_of(workspace, pipeline, block))
            marks = tables.chart(output, ChartWish("bar", variable.column, limit=MOST_CHOICES))
        except BlockwrightError:
            continue  # no result, or no such column: the next may have it
        return sorted(marks.words)
    return []


def _sources(workspace: Workspace, dashboard: Dashboard) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for tile in dashboard.tiles:
        if tile.block:
            found.append((tile.pipeline, tile.block))
        elif tile.chart:
            try:
                stored = charts.find(workspace, tile.pipeline, tile.chart)
            except BlockwrightError:
                continue
            found += [(tile.pipeline, block) for block in stored.spec.upstream]
    return found


def with_tile(dashboard: Dashboard, tile: Tile, *, width: int = 6, height: int = HEIGHT) -> Dashboard:
    """The dashboard with one more chart, below the others."""
    bottom = max((place.y + place.height for place in dashboard.layout), default=0)
    tiles = (*dashboard.tiles, tile)
    layout = (*dashboard.layout, Place(tile.name, 0, bottom, width, height))
    return replace(dashboard, tiles=tiles, layout=placed(layout, [one.name for one in tiles]))


def _no_chart() -> Chart:
    return Chart(ChartType.CUSTOM)
