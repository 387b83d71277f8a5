"""Entries of ``triggers.yaml``: the keys of the format and our own, read one by one with every error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from blockwright.adapters.project import shapes
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.names import closest
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.errors import Invalid
from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.problems import Severity
from blockwright.core.schedules.schedules import schedule, time_zone
from blockwright.core.triggers.entries import Entry
from blockwright.core.triggers.model import (
    EventSource,
    LimitRule,
    Misfire,
    SourceType,
    TriggerSettings,
    TriggerSpec,
    TriggerType,
)
from blockwright.core.triggers.patterns import check_pattern

Made = TypeVar("Made")
_NEEDS: Mapping[SourceType, tuple[str, ...]] = {
    SourceType.WEBHOOK: ("secret",),
    SourceType.FOLDER: ("path",),
    SourceType.OBJECTS: ("url",),
    SourceType.REDIS: ("channel",),
    SourceType.POSTGRES: ("channel", "secret"),
    SourceType.PIPELINE: ("pipeline",),
    SourceType.MONITOR: ("monitor",),
}


def read_entries(data: Any, findings: Findings) -> list[Entry]:
    """The entries of a file's data. One that is wrong keeps what could be read of it and says so in ``problem``; one
    without a name, or with the name of an earlier one, is only found wrong."""
    try:
        found = shapes.sequence(data.get("triggers") or [])
    except Wrong as wrong:
        findings.error(("triggers",), wrong.message("triggers"), wrong.advice)
        return []
    entries: list[Entry] = []
    places: dict[str, int] = {}
    for index, item in enumerate(found):
        if not isinstance(item, dict):
            message = f"The trigger is {shapes.shown(item)}; it must be a mapping."
            findings.error(("triggers", index), message, "Begin it with `- name: …`.")
            continue
        entry = read_entry(item, findings, ("triggers", index))
        name = entry.spec.name
        if not name:
            continue
        if places.setdefault(name, index) != index:
            message = f"The name `{name}` is taken by `triggers[{places[name]}]`."
            findings.error(("triggers", index, "name"), message, "Give each trigger a name of its own.")
            continue
        entries.append(entry)
    return entries


def read_entry(item: Mapping[Any, Any], findings: Findings, place: Key) -> Entry:
    """One entry; its errors go into ``findings``, together they are its ``problem``."""
    before = len(findings.items)
    values: dict[str, Any] = {}
    for key, value in item.items():
        reader = _READERS.get(key)
        if reader is None:
            if (near := closest(str(key), _READERS)) is not None:
                message = f"The key `{key}` means nothing."
                findings.warn((*place, key), message, f"Did you mean `{near}`?", "unknown_key")
        elif value is not None:
            try:
                values[key] = reader(value)
            except Wrong as wrong:
                findings.error((*place, key, *wrong.inside), wrong.message(str(key)), wrong.advice)
    if "name" not in values:
        if item.get("name") is None:
            findings.error(place, "The trigger has no `name`.", "Add `name: …`.")
        return Entry(TriggerSpec(""), "It has no name.")
    spec = _spec(values)
    _check_schedule(spec, item, findings, place)
    errors = [found for found in findings.items[before:] if found.severity is Severity.ERROR]
    problem = " ".join(f"{error.message} {error.advice}" for error in errors[:3])
    return Entry(spec, problem, str(values.get("token", "")))


def _spec(values: Mapping[str, Any]) -> TriggerSpec:
    kind = values.get("schedule_type", TriggerType.TIME)
    misfire, most = values.get("misfire", (Misfire.LATEST, 100))
    limits = values.get("limits", ())
    if "concurrency_key" in values:
        limits = (*limits, LimitRule(values["concurrency_key"]))
    return TriggerSpec(
        name=values["name"],
        type=kind,
        schedule=values.get("schedule_interval", "") if kind is TriggerType.TIME else "",
        timezone=values.get("timezone", "UTC"),
        start_time=values.get("start_time"),
        active=values.get("status") == "active",
        description=values.get("description", ""),
        envs=values.get("envs", ()),
        variables=values.get("variables", {}),
        sla=values.get("sla"),
        settings=values.get("settings", TriggerSettings()),
        misfire=misfire,
        misfire_most=most,
        sources=values.get("sources", ()),
        match=values.get("match", {}),
        limits=limits,
        priority=values.get("priority", 0),
        product=values.get("global_data_product_uuid", "") if kind is TriggerType.PRODUCT else "",
    )


def _check_schedule(spec: TriggerSpec, item: Mapping[Any, Any], findings: Findings, place: Key) -> None:
    if spec.active and spec.type is TriggerType.TIME and item.get("schedule_interval") is None:
        message = f"The trigger `{spec.name}` has no `schedule_interval`."
        advice = "Add for example `schedule_interval: '@daily'`, or make it `schedule_type: api`."
        findings.error(place, message, advice)
    if spec.type is TriggerType.PRODUCT and not spec.product:
        message = f"The trigger `{spec.name}` names no data product."
        findings.error(place, message, "Add `global_data_product_uuid: NAME`.")
    if spec.sources and spec.type is not TriggerType.EVENT:
        message = f"The trigger `{spec.name}` has `sources` but is of the type `{spec.type.value}`."
        findings.error((*place, "sources"), message, "Make it `schedule_type: event`.")


# Values of keys ---------------------------------------------------------------------------------------------------


def _checked(read: Callable[[str], object], must: str) -> Reader:
    """A reader of text that a function of the core judges."""

    def reader(value: Any) -> str:
        text = shapes.text(value).strip()
        try:
            read(text)
        except Invalid as error:
            raise Wrong(value, must, f"{error.message} {error.hint}") from None
        return text

    return reader


_interval = _checked(
    schedule, "`@once`, `@hourly`, `@daily`, `@weekly`, `@monthly`, `@always_on` or five or six cron fields"
)
_zone = _checked(time_zone, "the name of a time zone")


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Wrong(value, "a date and time", "Write for example `2024-05-16 07:00:00`.") from None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise Wrong(value, "a date and time", "Write for example `2024-05-16 07:00:00`.")


def _misfire(value: Any) -> tuple[Misfire, int]:
    if isinstance(value, str):
        return Misfire(shapes.one_of([word.value for word in Misfire])(value)), 100
    if isinstance(value, dict) and list(value) == ["all"]:
        most = shapes.whole(1)(value["all"])
        if most <= 1000:
            return Misfire.ALL, most
    raise Wrong(value, "`skip`, `latest`, `all` or `{all: 10}` (at most 1000)", "Write for example `misfire: skip`.")


def _pattern(value: Any) -> dict[str, Any]:
    pattern = shapes.mapping(value)
    try:
        check_pattern(pattern)
    except Invalid as error:
        raise Wrong(value, "a pattern on the event", f"{error.message} {error.hint}") from None
    return pattern


def _glob(value: Any) -> str:
    text = shapes.word(value)
    if text.startswith("/") or ".." in text.split("/"):
        raise Wrong(value, "a pattern below the folder", "Write for example `*.csv` or `**/*.parquet`.")
    return text


def _findings(value: Any) -> tuple[str, ...]:
    return tuple(shapes.one_of([kind.value for kind in FindingKind])(word) for word in shapes.words(value))


_SOURCE: dict[str, Reader] = {
    "type": lambda value: SourceType(shapes.one_of([word.value for word in SourceType])(value)),
    "secret": shapes.word,
    "path": shapes.word,
    "glob": _glob,
    "settle": shapes.number("a number of seconds", "5"),
    "url": shapes.word,
    "channel": shapes.word,
    "pipeline": shapes.word,
    "project": shapes.word,
    "states": shapes.words,
    "monitor": shapes.word,
    "findings": _findings,
}
_SETTINGS: dict[str, Reader] = {
    "allow_blocks_to_fail": shapes.boolean,
    "create_initial_pipeline_run": shapes.boolean,
    "landing_time_enabled": shapes.boolean,
    "pipeline_run_limit": shapes.whole(1),
    "skip_if_previous_running": shapes.boolean,
    "timeout": shapes.number("a number of seconds", "3600", above=0),
    "timeout_status": shapes.one_of(("failed", "cancelled")),
}
_LIMIT: dict[str, Reader] = {"key": shapes.word, "limit": shapes.whole(1)}


def _sources(value: Any) -> tuple[EventSource, ...]:
    return _each(value, _source)


def _source(item: Any) -> EventSource:
    values = shapes.inside(_SOURCE)(item)
    if "type" not in values:
        raise Wrong(item, "a source with a `type`", "Write for example `- type: folder` and below it `path: inbox`.")
    for key in _NEEDS[values["type"]]:
        if key not in values:
            kind = values["type"].value
            raise Wrong(item, f"a source of type `{kind}` with `{key}`", f"Add `{key}: …` to it.")
    return EventSource(**values)


def _limits(value: Any) -> tuple[LimitRule, ...]:
    return _each(value, _limit)


def _limit(item: Any) -> LimitRule:
    values = shapes.inside(_LIMIT)(item)
    if "key" not in values:
        raise Wrong(item, "a limit with a `key`", "Write for example `- key: '{{ variables.customer }}'`.")
    return LimitRule(**values)


def _each(value: Any, read: Callable[[Any], Made]) -> tuple[Made, ...]:
    made = []
    for index, item in enumerate(shapes.sequence(value)):
        try:
            made.append(read(item))
        except Wrong as wrong:
            raise Wrong(wrong.value, wrong.must, wrong.advice, (index, *wrong.inside)) from None
    return tuple(made)


_READERS: dict[str, Reader] = {
    "name": shapes.word,
    "schedule_type": lambda value: TriggerType(shapes.one_of([word.value for word in TriggerType])(value)),
    "schedule_interval": _interval,
    "start_time": _moment,
    "status": shapes.one_of(("active", "inactive")),
    "description": shapes.text,
    "envs": shapes.words,
    "settings": lambda value: TriggerSettings(**shapes.inside(_SETTINGS)(value)),
    "sla": shapes.number("a number of seconds", "3600"),
    "token": shapes.text,
    "variables": shapes.mapping,
    # What the format has and nobody needs: the folder decides, and the records know.
    "last_enabled_at": shapes.anything,
    "pipeline_uuid": shapes.anything,
    "repo_path": shapes.anything,
    "global_data_product_uuid": shapes.text,
    # Our own.
    "timezone": _zone,
    "misfire": _misfire,
    "sources": _sources,
    "match": _pattern,
    "limits": _limits,
    "concurrency_key": shapes.word,
    "priority": shapes.whole(),
}
KEYS = tuple(_READERS)
