"""A trigger in the keys of its file: for answers to people and for writing it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.core.triggers.model import EventSource, Misfire, TriggerSettings, TriggerSpec

_PLAIN_SOURCE = EventSource.__dataclass_fields__
_NO_SETTINGS = TriggerSettings()


def definition_of(spec: TriggerSpec) -> dict[str, Any]:
    """What an entry that means ``spec`` says; keys that say nothing are left out."""
    found: dict[str, Any] = {
        "name": spec.name,
        "schedule_type": spec.type.value,
        "schedule_interval": spec.schedule or None,
        "timezone": spec.timezone if spec.timezone != "UTC" else None,
        "start_time": spec.start_time,
        "status": "active" if spec.active else "inactive",
        "description": spec.description or None,
        "envs": list(spec.envs) or None,
        "sla": spec.sla,
        "settings": _settings(spec.settings) or None,
        "variables": dict(spec.variables) or None,
        "misfire": _misfire(spec),
        "sources": [_source(source) for source in spec.sources] or None,
        "match": dict(spec.match) or None,
        "limits": [{"key": rule.key, "limit": rule.limit} for rule in spec.limits] or None,
        "priority": spec.priority or None,
        "global_data_product_uuid": spec.product or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _settings(settings: TriggerSettings) -> dict[str, Any]:
    names = TriggerSettings.__dataclass_fields__
    said = {name: getattr(settings, name) for name in names}
    return {name: value for name, value in said.items() if value != getattr(_NO_SETTINGS, name)}


def _misfire(spec: TriggerSpec) -> Any:
    match spec.misfire:
        case Misfire.LATEST:
            return None
        case Misfire.SKIP:
            return "skip"
        case Misfire.ALL:
            return {"all": spec.misfire_most}


def _source(source: EventSource) -> Mapping[str, Any]:
    found: dict[str, Any] = {"type": source.type.value}
    for name, field in _PLAIN_SOURCE.items():
        value = getattr(source, name)
        if name != "type" and value != field.default:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found
