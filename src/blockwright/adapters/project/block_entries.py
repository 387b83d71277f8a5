"""One entry of ``blocks:``, ``callbacks:``, ``conditionals:`` or ``widgets:``, read key by key.

An entry is read into the arguments of its ``BlockSpec`` rather than into the spec itself, because the file that it
names, the project's retry defaults and templates in ``executor_type`` are looked at later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.check_entries import read_checks
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.blocks import BlockType, CacheRule, Language, Resources, TriggerRule

_TYPES = {kind.value: kind for kind in BlockType}
_LANGUAGES = {language.value: language for language in Language}
_RULES = {rule.value: rule for rule in TriggerRule}

RETRY_READERS: dict[str, Reader] = {
    "retries": shapes.whole(0),
    "delay": shapes.number("a number of seconds, 0 or more", "5"),
    "max_delay": shapes.number("a number of seconds, 0 or more", "60"),
    "exponential_backoff": shapes.boolean,
}
retry_config = shapes.inside(RETRY_READERS)

RESOURCE_READERS: dict[str, Reader] = {
    "cpu": shapes.number("a number of cores above 0", "1.5", above=0),
    "memory": shapes.memory,
}


@dataclass(slots=True)
class Entry:
    """``fields`` are arguments of ``BlockSpec``; ``retry`` the keys given under ``retry_config``; ``wanted`` the
    files that ``configuration`` names, each with the key that names it (``file_source`` first); ``unknown`` the keys
    that nobody reads, ``reserved`` those that do nothing yet; ``batch``: the pipeline calls decorated functions."""

    key: Key
    line: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    downstream: tuple[str, ...] = ()
    retry: dict[str, Any] | None = None
    wanted: tuple[tuple[Key, str], ...] = ()
    unknown: tuple[Key, ...] = ()
    reserved: tuple[str, ...] = ()
    batch: bool = True

    @property
    def uuid(self) -> str:
        return str(self.fields["uuid"])

    @property
    def type(self) -> BlockType:
        return BlockType(self.fields["type"])

    @property
    def language(self) -> Language:
        return Language(self.fields.get("language", Language.PYTHON))


def read_entry(data: Any, key: Key, line: int | None, findings: Findings) -> Entry | None:
    """The entry; None when it is none or lacks a uuid or type (said in ``findings``)."""
    if not isinstance(data, dict):
        findings.error(key, f"The entry is {shapes.shown(data)}; it must be a mapping.", "Begin it with `- uuid: …`.")
        return None
    entry = Entry(key, line)
    fields = entry.fields
    for name, value in data.items():
        if value is None:
            continue
        place = _PLACES.get(name)
        if place is None:
            if name in RESERVED:
                entry.reserved += (name,)
            elif name not in _UNREAD:
                entry.unknown += ((*key, name),)
            continue
        target, reader = place
        try:
            found = reader(value)
        except Wrong as wrong:
            findings.error((*key, name, *wrong.inside), wrong.message(str(name)), wrong.advice)
            continue
        if target:
            fields[target] = found
    for required in ("uuid", "type"):
        if data.get(required) is None:
            _missing(required, data, key, findings)
    if "uuid" not in fields or "type" not in fields:
        return None
    _spread(entry, findings)
    return entry


def _missing(name: str, data: Mapping[Any, Any], key: Key, findings: Findings) -> None:
    label = data.get("name") or data.get("uuid")
    which = f"The entry `{label}`" if isinstance(label, str) else "The entry"
    advice = {"uuid": "Add `uuid: name_of_the_block`.", "type": "Add for example `type: transformer`."}[name]
    findings.error((*key, name), f"{which} has no `{name}`.", advice)


def _spread(entry: Entry, findings: Findings) -> None:
    """Move what is not an argument of ``BlockSpec`` to its own place."""
    fields = entry.fields
    if "name" not in fields:
        fields["name"] = fields["uuid"]
    entry.downstream = fields.pop("downstream", ())
    entry.retry = fields.pop("retry", None)
    if configuration := fields.get("configuration"):
        _read_configuration(entry, configuration, findings)


def _read_configuration(entry: Entry, configuration: dict[str, Any], findings: Findings) -> None:
    for name in _CONFIGURATION.keys() & configuration.keys():
        value = configuration[name]
        if value is None:
            continue
        try:
            found = _CONFIGURATION[name](value)
        except Wrong as wrong:
            where = (*entry.key, "configuration", name, *wrong.inside)
            findings.error(where, wrong.message(name), wrong.advice)
            continue
        if name in ("dynamic", "reduce_output"):
            entry.fields[name] = entry.fields.get(name, False) or found
        elif name == "file_path" and found:
            entry.wanted = (*entry.wanted, ((*entry.key, "configuration", name), found))
        elif name == "file_source" and found.get("path"):
            entry.wanted = (((*entry.key, "configuration", name, "path"), found["path"]), *entry.wanted)
    dynamic = configuration.get("dynamic")
    if isinstance(dynamic, dict) and dynamic.get("reduce_output"):
        entry.fields["reduce_output"] = True


def _switch(value: Any) -> bool:
    """``true``, or the map of the newer form, whose ``parent`` says it."""
    if isinstance(value, dict):
        return bool(value.get("parent"))
    if isinstance(value, bool):
        return value
    raise Wrong(value, "true, false or a mapping", "Write `dynamic: true`.")


def _reduction(value: Any) -> bool:
    if isinstance(value, bool | list):
        return bool(value)
    raise Wrong(value, "true or false", "Write `reduce_output: true`.")


def _type(value: Any) -> BlockType:
    found = _TYPES.get(value) if isinstance(value, str) else None
    return found if found is not None else BlockType(_type_word(value))


def _language(value: Any) -> Language:
    found = _LANGUAGES.get(value) if isinstance(value, str) else None
    return found if found is not None else Language(_language_word(value))


def _trigger_rule(value: Any) -> TriggerRule:
    return _RULES[_rule_word(value)]


_type_word = shapes.one_of(_TYPES)
_language_word = shapes.one_of(_LANGUAGES)
_rule_word = shapes.one_of(_RULES)


def cache_rule(value: Any) -> CacheRule:
    """``never``, ``always``, true, false, or how old a result may be."""
    if value is True or value == "always":
        return CacheRule("always")
    if value is False or value == "never":
        return CacheRule("never")
    try:
        return CacheRule("for", shapes.seconds(value))
    except Wrong:
        raise Wrong(value, "`never`, `always` or an age", "Write for example `cache: 24h`.") from None


_read_resources = shapes.inside(RESOURCE_READERS)


def _resources(value: Any) -> Resources:
    return Resources(**_read_resources(value))


def _timeout(value: Any) -> float | None:
    """Seconds; 0 means none, as the format has it."""
    return _positive(value) or None


def _pool(value: Any) -> dict[str, int]:
    return {shapes.word(value): 1}


_positive = shapes.number("a number of seconds, 0 or more", "timeout: 600")

_CONFIGURATION: dict[str, Reader] = {
    "dynamic": _switch,
    "reduce_output": _reduction,
    "file_path": shapes.text,
    "file_source": shapes.inside({"path": shapes.text, "project_path": shapes.text}),
    "global_data_product": shapes.mapping,
}

# key of the entry → (argument of BlockSpec, or "" when the value is only checked; reader)
_PLACES: dict[Any, tuple[str, Reader]] = {
    "uuid": ("uuid", shapes.word),
    "name": ("name", shapes.text),
    "type": ("type", _type),
    "language": ("language", _language),
    "upstream_blocks": ("upstream", shapes.words),
    "downstream_blocks": ("downstream", shapes.words),
    "configuration": ("configuration", shapes.mapping),
    "content": ("content", shapes.text),
    "executor_type": ("executor_type", shapes.text),
    "executor_config": ("executor_config", shapes.mapping),
    "retry_config": ("retry", retry_config),
    "timeout": ("timeout", _timeout),
    "replicated_block": ("replicated_block", shapes.word),
    "has_callback": ("has_callback", shapes.boolean),
    "cache": ("cache", cache_rule),
    "trigger_rule": ("trigger_rule", _trigger_rule),
    "priority": ("priority", shapes.whole()),
    "resources": ("resources", _resources),
    "poll_interval": ("poll_interval", shapes.number("a number of seconds above 0", "60", above=0)),
    "concurrency": ("concurrency", shapes.whole(1)),
    "pool": ("pools", _pool),
    "pools": ("pools", shapes.weights),
    "checks": ("checks", read_checks),
    "all_upstream_blocks_executed": ("", shapes.boolean),
    "callback_blocks": ("", shapes.words),
    "color": ("", shapes.text),
    "conditional_blocks": ("", shapes.words),
    "extension_uuid": ("", shapes.text),
    "groups": ("", shapes.words),
    "notes": ("", shapes.text),
    "status": ("", shapes.text),
    "tags": ("", shapes.sequence),
}

RESERVED = frozenset({"environment"})
"""Keys that are accepted and do nothing yet."""
_UNREAD = frozenset({"error", "metadata", "name_new", "outputs", "pipelines", "data_source", "skip_render"})

KNOWN = frozenset(str(name) for name in _PLACES) | _UNREAD | RESERVED
