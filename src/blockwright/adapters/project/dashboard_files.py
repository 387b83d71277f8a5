"""``dashboards/<id>.yaml``: charts on a grid, and what of their keys can be read.

``blocks`` and ``layout`` have the shape of the format's ``block_layout.yaml``, so that such a file can be put here as
it is: rows of tiles become places on the grid. Ours are ``name``, ``description``, ``pipeline``, ``variables``, places
in ``layout``, and charts of pipelines as ``data_source: {type: chart}``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blake3 import blake3

from blockwright.adapters.project import names, shapes
from blockwright.adapters.project.confinement import Border, decoded
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.findings import Findings
from blockwright.adapters.project.pipeline_reader import broken
from blockwright.adapters.project.yaml_edits import remove_key, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.charts import read_chart
from blockwright.core.dashboards import (
    COLUMNS,
    LARGEST_HEIGHT,
    MOST_TILES,
    MOST_VARIABLES,
    Dashboard,
    PageVariable,
    Place,
    Tile,
    VariableKind,
    of_rows,
    placed,
)
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.ports.editing import Draft

FOLDER = "dashboards"
LARGEST = 1_000_000
MOST = 500
"""Dashboards of a project that are read."""
_ID = re.compile(r"[\w.-]{1,200}")
_ELSEWHERE = {
    "chart_code": "Its data is made by code of no pipeline: make it a chart of a pipeline, and show that.",
    "block_runs": "It shows runs, which Home and Runs do.",
    "pipeline_runs": "It shows runs, which Home and Runs do.",
    "pipelines": "It shows pipelines, which Home does.",
    "pipeline_schedules": "It shows triggers, which Triggers does.",
    "system_metrics": "It shows the machine, which `/metrics` tells.",
}
"""Sources of the format that are no data of a block, and where to look instead."""


class DiskDashboards:
    """``DashboardFiles`` over the project inside ``border``."""

    def __init__(self, border: Border) -> None:
        self._border = border

    def all(self) -> Sequence[Dashboard]:
        return [self.get(id) for id in list(self.ids())[:MOST]]

    def get(self, id: str) -> Dashboard:
        path = _path(id)
        try:
            data = self._border.read(path, LARGEST)
        except NotFound:
            raise self._missing(id) from None
        return read_dashboard(id, path, data)

    def new(self, name: str, *, pipeline: str, description: str) -> Draft:
        id, drafting = names.pipeline_uuid(name), Drafting(self._border)
        text = set_key("", ("name",), name.strip())
        for key, value in (("description", description), ("pipeline", pipeline)):
            if value:
                text = set_key(text, (key,), value)
        text = set_key(set_key(set_key(text, ("variables",), []), ("blocks",), {}), ("layout",), [])
        drafting.create(_path(id), text.encode())
        return drafting.draft(f"create dashboard `{id}`", name=id)

    def set(self, dashboard: Dashboard) -> Draft:
        _require_sane(dashboard)
        drafting, path = Drafting(self._border), _path(dashboard.id)
        try:
            data = drafting.read(path)
        except NotFound:
            raise self._missing(dashboard.id) from None
        before = read_dashboard(dashboard.id, path, data)
        if dashboard.digest and dashboard.digest != before.digest:
            raise Conflict(
                f"Dashboard `{dashboard.id}` was changed since it was read.", hint="Read it again.", code="changed"
            )
        drafting.put(path, _written(drafting.text(path), before, dashboard))
        return drafting.draft(f"change dashboard `{dashboard.id}`", name=dashboard.id)

    def remove(self, id: str) -> Draft:
        self.get(id)
        drafting = Drafting(self._border)
        drafting.delete(_path(id))
        return drafting.draft(f"delete dashboard `{id}`", name=id)

    def ids(self) -> Iterator[str]:
        """The names of the files, sorted."""
        try:
            found = sorted(os.listdir(self._border.path(FOLDER)))
        except (OSError, BlockwrightError):
            return
        for name in found:
            stem, dot, suffix = name.rpartition(".")
            if dot and suffix == "yaml" and _ID.fullmatch(stem):
                yield stem

    def _missing(self, id: str) -> NotFound:
        known = list(self.ids())
        has = f"There are {names.listing(known)}." if known else "There is none yet."
        return NotFound(
            f"There is no dashboard `{id}`.", hint=names.suggestion(id, known) or has, code="dashboard_not_found"
        )


def read_dashboard(id: str, path: str, data: bytes) -> Dashboard:
    """Whatever can be read; the rest is said."""
    digest = blake3(data).hexdigest()
    try:
        found = read(decoded(data, path)).data
    except BrokenYaml as error:
        problem = broken(error, path)
        return Dashboard(id, id, path, problems=(f"Line {problem.line}: {problem.message}",), digest=digest)
    except BlockwrightError as error:
        return Dashboard(id, id, path, problems=(error.message,), digest=digest)
    if found is None:
        found = {}
    if not isinstance(found, dict):
        return Dashboard(id, id, path, problems=("The file must hold a mapping.",), digest=digest)
    return _dashboard(id, path, found, digest)


def check_dashboard(data: Any, findings: Findings) -> None:
    """What ``blockwright check`` says of a file."""
    for problem in _dashboard("", "", data, "").problems:
        findings.warn((), problem, "The web app shows the rest.", "dashboard")


def _dashboard(id: str, path: str, data: Mapping[Any, Any], digest: str) -> Dashboard:
    problems: list[str] = []
    tiles = _tiles(data.get("blocks"), problems)
    names_of = [tile.name for tile in tiles]
    return Dashboard(
        id=id,
        name=_text(data.get("name")) or id,
        path=path,
        description=_text(data.get("description")),
        pipeline=_text(data.get("pipeline")),
        variables=tuple(_variables(data.get("variables"), problems)),
        tiles=tuple(tiles),
        layout=placed(_places(data.get("layout"), problems), names_of),
        problems=tuple(problems),
        digest=digest,
    )


def _tiles(data: Any, problems: list[str]) -> list[Tile]:
    if data is None:
        return []
    if not isinstance(data, dict):
        problems.append(f"`blocks` is {shapes.shown(data)}; it must be a mapping of charts by name.")
        return []
    if len(data) > MOST_TILES:
        problems.append(f"`blocks` has {len(data)} charts; the first {MOST_TILES} are shown.")
    return [_tile(str(name), entry) for name, entry in list(data.items())[:MOST_TILES]]


def _tile(name: str, entry: Any) -> Tile:
    if not isinstance(entry, dict):
        return Tile(name, name, problem=f"`blocks.{name}` must be a mapping.")
    title = _text(entry.get("name_new")) or _text(entry.get("name")) or name
    said = entry.get("data_source")
    source = said if isinstance(said, dict) else {}
    kind = source.get("type")
    configuration = entry.get("configuration")
    settings = configuration if isinstance(configuration, dict) else {}
    pipeline, block = _text(source.get("pipeline_uuid")), _text(source.get("block_uuid"))
    if kind in _ELSEWHERE:
        return Tile(name, title, configuration=settings, problem=_ELSEWHERE[kind])
    if kind not in ("block", "chart") or not pipeline or not block:
        hint = "Write `data_source: {type: block, pipeline_uuid: …, block_uuid: …}`."
        return Tile(name, title, configuration=settings, problem=f"It does not say where its data is from. {hint}")
    if kind == "chart":
        return Tile(name, title, pipeline, chart=block, configuration=settings)
    try:
        read_chart(settings)
    except Invalid as error:
        return Tile(name, title, pipeline, block, configuration=settings, problem=f"{error.message} {error.hint}")
    return Tile(name, title, pipeline, block, configuration=settings)


def _variables(data: Any, problems: list[str]) -> Iterator[PageVariable]:
    if data is None:
        return
    if not isinstance(data, list):
        problems.append(f"`variables` is {shapes.shown(data)}; it must be a list.")
        return
    taken: set[str] = set()
    for place, entry in enumerate(data[:MOST_VARIABLES]):
        name = _text(entry.get("name")) if isinstance(entry, dict) else ""
        if not name or name in taken:
            problems.append(f"`variables[{place}]` needs a `name` of its own.")
            continue
        kind = entry.get("type") or VariableKind.CHOICE.value
        if kind not in {each.value for each in VariableKind}:
            problems.append(f"`variables[{place}].type`: there is no `{kind}`; there are choice, text, number, date.")
            continue
        taken.add(name)
        yield PageVariable(
            name,
            _text(entry.get("column")) or name,
            VariableKind(kind),
            _texts(entry.get("values")),
            _texts(entry.get("default")),
        )


def _places(data: Any, problems: list[str]) -> list[Place]:
    if data is None:
        return []
    if not isinstance(data, list):
        problems.append(f"`layout` is {shapes.shown(data)}; it must be a list.")
        return []
    if data and all(isinstance(row, list) for row in data):
        return of_rows([[one for one in row if isinstance(one, dict)] for row in data])
    found = []
    for place, one in enumerate(data):
        numbers = [one.get(key) for key in ("x", "y", "width", "height")] if isinstance(one, dict) else []
        if not numbers or not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
            problems.append(f"`layout[{place}]` needs whole numbers as x, y, width and height.")
            continue
        x, y, width, height = (int(each) for each in numbers if isinstance(each, int))
        found.append(Place(_text(one.get("block_uuid")), x, y, width, height))
    return found


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return tuple("" if item is None else str(item) for item in items if not isinstance(item, dict | list))[:1_000]


def _path(id: str) -> str:
    if not _ID.fullmatch(id) or id.startswith("."):
        raise NotFound(f"There is no dashboard `{id}`.", code="dashboard_not_found")
    return f"{FOLDER}/{id}.yaml"


# Written --------------------------------------------------------------------------------------------------------------


def _require_sane(dashboard: Dashboard) -> None:
    taken = [tile.name for tile in dashboard.tiles]
    if len(set(taken)) != len(taken) or len(taken) > MOST_TILES:
        raise Invalid(f"A dashboard has at most {MOST_TILES} charts, each with a name of its own.", code="dashboard")
    if not dashboard.name.strip():
        raise Invalid("The dashboard has no name.", hint="Give it one.", code="dashboard")
    if len(dashboard.variables) > MOST_VARIABLES:
        raise Invalid(f"A dashboard has at most {MOST_VARIABLES} variables.", code="dashboard")
    for place in dashboard.layout:
        if not (0 <= place.x < COLUMNS and 1 <= place.width <= COLUMNS and 1 <= place.height <= LARGEST_HEIGHT):
            raise Invalid(f"Chart `{place.tile}` does not fit the grid.", code="dashboard")


def _written(text: str, before: Dashboard, after: Dashboard) -> str:
    """The text with what differs."""
    for key in ("name", "description", "pipeline"):
        value = getattr(after, key)
        if value != getattr(before, key):
            text = set_key(text, (key,), value) if value else remove_key(text, (key,))
    if after.variables != before.variables:
        text = set_key(text, ("variables",), [_variable_entry(one) for one in after.variables])
    known = {tile.name: tile for tile in before.tiles}
    for tile in after.tiles:
        if tile.name not in known:
            text = set_key(text, ("blocks", tile.name), _entry(tile))
        elif tile != known[tile.name]:
            text = _changed_tile(text, known[tile.name], tile)
    for name in known:
        if after.tile(name) is None:
            text = remove_key(text, ("blocks", name))
    layout = placed(after.layout, [tile.name for tile in after.tiles])
    if layout != before.layout or len(after.tiles) != len(before.tiles):
        text = set_key(text, ("layout",), [_place_entry(place) for place in layout])
    return text


def _changed_tile(text: str, before: Tile, after: Tile) -> str:
    """Key by key, so that others stay: of the format, and of whoever wrote the file."""
    base = ("blocks", after.name)
    entry, old = _entry(after), _entry(before)
    for key in ("name", "data_source"):
        if entry[key] != old[key]:
            text = set_key(text, (*base, key), entry[key])
    if before.title != after.title:
        data = read(text).data
        if data["blocks"][after.name].get("name_new"):
            text = set_key(text, (*base, "name_new"), after.title)
    settings, known = after.configuration, before.configuration
    for key, value in settings.items():
        if known.get(key) != value or key not in known:
            text = set_key(text, (*base, "configuration", key), value)
    for key in known:
        if key not in settings:
            text = remove_key(text, (*base, "configuration", key))
    return text


def _entry(tile: Tile) -> dict[str, Any]:
    source = {
        "type": "chart" if tile.chart else "block",
        "pipeline_uuid": tile.pipeline,
        "block_uuid": tile.chart or tile.block,
    }
    entry: dict[str, Any] = {"name": tile.title, "type": "chart", "data_source": source}
    if tile.configuration:
        entry["configuration"] = dict(tile.configuration)
    return entry


def _place_entry(place: Place) -> dict[str, Any]:
    return {"block_uuid": place.tile, "x": place.x, "y": place.y, "width": place.width, "height": place.height}


def _variable_entry(variable: PageVariable) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": variable.name, "column": variable.column, "type": variable.kind.value}
    if variable.values:
        entry["values"] = list(variable.values)
    if variable.default:
        entry["default"] = list(variable.default)
    return entry
