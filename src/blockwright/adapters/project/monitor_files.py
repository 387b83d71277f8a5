"""``monitors.yaml``: what of the project's models is looked at, and how often. It is only read here; people write it,
with the editor of files, which leaves every comment where it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.names import closest, listing, suggestion
from blockwright.adapters.project.pipeline_reader import broken, located
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.models.versions import lower_is_better, require_name
from blockwright.core.monitors.definitions import DriftRules, Monitor, PerformanceRules, QualityRules
from blockwright.core.problems import ProjectInvalid
from blockwright.core.schedules.schedules import schedule, time_zone

FILE = "monitors.yaml"
LONGEST_WINDOW = 366 * 86_400
MOST = 1_000


class DiskMonitors:
    """``MonitorFiles`` over the project inside ``border``."""

    def __init__(self, border: Border) -> None:
        self._border = border

    def all(self) -> Mapping[str, Monitor]:
        from blockwright.adapters.project.yaml_reader import read

        try:
            text = self._border.text(FILE)
            data = read(text).data
        except NotFound:
            return {}
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, FILE)]) from None
        findings = Findings(FILE)
        if data is not None and not isinstance(data, dict):
            findings.error((), "The file must hold a mapping of monitors.", "Write `name:` and its keys below it.")
        found = read_monitors(data, findings) if isinstance(data, dict) else {}
        if findings.has_errors:
            raise ProjectInvalid(located(findings, text))
        return found

    def get(self, name: str) -> Monitor:
        known = self.all()
        if name not in known:
            has = f"There are {listing(known)}." if known else f"Write it into `{FILE}`."
            raise NotFound(
                f"There is no monitor `{name[:100]}`.", hint=suggestion(name, known) or has, code="monitor_not_found"
            )
        return known[name]


def read_monitors(data: Mapping[Any, Any], findings: Findings) -> dict[str, Monitor]:
    """The monitors of a file's data; one that is wrong is said in ``findings`` and left out."""
    found: dict[str, Monitor] = {}
    for name, entry in list(data.items())[:MOST]:
        if not isinstance(name, str) or not isinstance(entry, dict):
            message = f"The monitor `{name}` is {shapes.shown(entry)}; it must be a mapping."
            findings.error((str(name),), message, "Write `model: NAME` and the other keys below it.")
            continue
        monitor = _monitor(name, entry, findings)
        if monitor is not None:
            found[name] = monitor
    return found


def _monitor(name: str, entry: Mapping[Any, Any], findings: Findings) -> Monitor | None:
    before = len(findings.items)
    values = _read(entry, _READERS, (name,), findings)
    try:
        require_name(name)
    except Invalid as error:
        findings.error((name,), f"`{name}` cannot be the name of a monitor.", error.hint)
    if not values.get("model"):
        findings.error((name,), f"The monitor `{name}` names no model.", "Add `model: NAME`.")
    for key, rules, readers in (("drift", DriftRules, _DRIFT), ("quality", QualityRules, _QUALITY)):
        if key in values:
            said = values[key]
            values[key] = None if said is False else rules(**_read(said, readers, (name, key), findings))
    if "performance" in values:
        values["performance"] = _performance(values["performance"], (name, "performance"), findings)
    if any(found.severity.value == "error" for found in findings.items[before:]):
        return None
    return Monitor(name, **values)


def _read(entry: Mapping[Any, Any], readers: Mapping[str, Reader], place: Key, findings: Findings) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in entry.items():
        reader = readers.get(str(key))
        if reader is None:
            near = closest(str(key), readers)
            advice = f"Did you mean `{near}`?" if near else f"There are {listing(readers, 20)}."
            findings.error((*place, str(key)), f"The key `{key}` means nothing.", advice, "unknown_key")
        elif value is not None:
            try:
                values[str(key)] = reader(value)
            except Wrong as wrong:
                findings.error((*place, str(key), *wrong.inside), wrong.message(str(key)), wrong.advice)
    return values


def _performance(said: Mapping[str, Any], place: Key, findings: Findings) -> PerformanceRules | None:
    before = len(findings.items)
    values = _read(said, _PERFORMANCE, place, findings)
    bounds = [key for key in ("most", "least") if key in values]
    if "metric" not in values:
        findings.error(place, "`performance` names no metric.", "Write for example `metric: mae`.")
    elif len(bounds) != 1:
        example = "most: 15" if lower_is_better(values["metric"]) else "least: 0.9"
        findings.error(place, "`performance` needs one of `most` and `least`.", f"Write for example `{example}`.")
    if len(findings.items) > before:
        return None
    rest = {key: values[key] for key in ("fewest", "kind") if key in values}
    return PerformanceRules(values["metric"], values[bounds[0]], bounds[0] == "most", **rest)


def _share(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise Wrong(value, "a share from 0 to 1", "Write for example `0.05` for 5 of 100.")


def _bound(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return float(value)
    raise Wrong(value, "a number", "Write for example `0.9`.")


def _length(value: Any) -> timedelta:
    seconds = shapes.seconds(value)
    if seconds > LONGEST_WINDOW:
        raise Wrong(value, "a length of time of at most 366 days", "Write for example `7d`.")
    return timedelta(seconds=seconds)


def _version(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return str(shapes.one_of(("champion", "challenger", "previous", "newest"))(value))


def _schedule(value: Any) -> str:
    if value is False:
        return ""
    try:
        found = schedule(shapes.word(value))
    except Invalid as error:
        raise Wrong(value, "an interval or cron fields", f"{error.message} {error.hint}") from None
    if found.cron is None:
        raise Wrong(
            value, "an interval or cron fields", "Write `@hourly`, `@daily`, `0 */6 * * *`, or `false` for none."
        )
    return found.text


def _zone(value: Any) -> str:
    try:
        time_zone(shapes.word(value))
    except Invalid as error:
        raise Wrong(value, "the name of a time zone", f"{error.message} {error.hint}") from None
    return str(value)


def _rules(value: Any) -> Any:
    """A mapping of rules, ``false`` for none of this kind, ``true`` for those that always hold."""
    if isinstance(value, bool):
        return {} if value else False
    return shapes.mapping(value)


_READERS: Mapping[str, Reader] = {
    "model": shapes.word,
    "version": _version,
    "schedule": _schedule,
    "timezone": _zone,
    "window": _length,
    "minimum_rows": shapes.whole(1),
    "features": shapes.words,
    "drift": _rules,
    "quality": _rules,
    "performance": shapes.mapping,
    "new_rows": shapes.whole(1),
    "alerts": shapes.boolean,
    "description": shapes.text,
}
_DRIFT: Mapping[str, Reader] = {
    "stability_index": shapes.number("a number above 0", "0.2", above=0),
    "p_value": _share,
    "features": shapes.whole(1),
    "predictions": shapes.boolean,
}
_QUALITY: Mapping[str, Reader] = {
    "missing": _share,
    "out_of_range": _share,
    "wrong_type": _share,
    "new_categories": _share,
    "errors": _share,
    "fewest_rows": shapes.whole(0),
    "silence": _length,
}
_PERFORMANCE: Mapping[str, Reader] = {
    "metric": shapes.word,
    "most": _bound,
    "least": _bound,
    "fewest": shapes.whole(1),
    "kind": shapes.one_of(("regression", "classification")),
}
