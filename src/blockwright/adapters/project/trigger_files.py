"""``triggers.yaml`` beside each pipeline: read, and written without losing comments or order."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from blake3 import blake3

from blockwright.adapters.project.confinement import Border, parts_of
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings
from blockwright.adapters.project.pipeline_reader import METADATA, broken
from blockwright.adapters.project.trigger_entries import read_entries, read_entry
from blockwright.adapters.project.writes import create, rewrite
from blockwright.adapters.project.yaml_edits import append, remove_item, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid, NotFound
from blockwright.core.problems import Problem, ProjectInvalid, Severity
from blockwright.core.triggers.entries import Entry
from blockwright.ports.triggers import TriggerFile

FILE = "triggers.yaml"
_NONE = TriggerFile((), "")


class DiskTriggerFiles:
    """``TriggerFiles`` of the project in the folder ``root``."""

    def __init__(self, root: Path) -> None:
        self._border = Border(root)

    def signatures(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        folder = os.path.join(self._border.real, "pipelines")
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return found
        for name in names:
            if signature := _signature(os.path.join(folder, name, FILE)):
                found[name] = signature
        return found

    def signature(self, pipeline: str) -> str:
        return _signature(os.path.join(self._border.real, _path(pipeline)))

    def read(self, pipeline: str) -> TriggerFile:
        path = _path(pipeline)
        try:
            text = self._border.text(path)
        except NotFound:
            return _NONE
        except BlockwrightError as error:
            return TriggerFile((), "", f"{error.message} {error.hint}".rstrip())
        digest = blake3(text.encode()).hexdigest()
        try:
            data = read(text).data
        except BrokenYaml as error:
            return TriggerFile((), digest, str(broken(error, path)))
        findings = Findings(path)
        if data is not None and not isinstance(data, dict):
            return TriggerFile((), digest, f"{path} must hold a mapping with the key `triggers`.")
        entries = read_entries(data or {}, findings)
        return TriggerFile(entries, digest)

    def entry(self, pipeline: str, definition: Mapping[str, Any]) -> Entry:
        return read_entry(definition, Findings(_path(pipeline)), ())

    def problems(self, pipeline: str, definition: Mapping[str, Any]) -> Sequence[Problem]:
        findings = Findings(_path(pipeline))
        read_entry(definition, findings, ())
        return [found for found in findings.problems({}) if found.severity is Severity.ERROR]

    def put(self, pipeline: str, name: str, definition: Mapping[str, Any], *, expected: str | None = None) -> None:
        path = _path(pipeline)
        wanted = {key: value for key, value in definition.items() if value is not None}

        def edit(text: str) -> str:
            _require_unchanged(path, text, expected)
            try:
                names = _names(text)
                renamed = str(definition.get("name", name))
                if renamed != name and renamed in names:
                    raise Conflict(
                        f"`{path}` has a trigger `{renamed}` already.", hint="Take another name.", code="trigger_exists"
                    )
                if name not in names:
                    return append(text, ("triggers",), {"name": name, **wanted})
                place = ("triggers", names.index(name))
                for key, value in definition.items():
                    if value is not None or _has(text, (*place, key)):
                        text = set_key(text, (*place, key), value)
            except BrokenYaml as error:
                raise ProjectInvalid([broken(error, path)]) from None
            return text

        try:
            rewrite(self._border, path, edit)
        except NotFound:
            _require_unchanged(path, "", expected)
            text = yaml.safe_dump({"triggers": [{"name": name, **wanted}]}, sort_keys=False, allow_unicode=True)
            create(self._border, path, text)

    def remove(self, pipeline: str, name: str, *, expected: str | None = None) -> None:
        path = _path(pipeline)

        def edit(text: str) -> str:
            _require_unchanged(path, text, expected)
            try:
                names = _names(text)
                if name not in names:
                    raise NotFound(f"`{path}` has no trigger `{name}`.", code="trigger_not_found")
                return remove_item(text, ("triggers",), names.index(name))
            except BrokenYaml as error:
                raise ProjectInvalid([broken(error, path)]) from None

        rewrite(self._border, path, edit)

    def saved_in_code(self, pipeline: str) -> bool:
        if not pipeline:
            return self._switch(METADATA, "pipelines", "settings", "triggers", "save_in_code_automatically") is True
        own = self._switch(f"{_folder(pipeline)}/{METADATA}", "settings", "triggers", "save_in_code_automatically")
        return own is True or (own is None and self.saved_in_code(""))

    def _switch(self, path: str, *keys: str) -> Any:
        try:
            value = read(self._border.text(path)).data
        except (BlockwrightError, BrokenYaml):
            return None
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value


def _signature(path: str) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ""
    return f"{status.st_ino}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_size}"


def _folder(pipeline: str) -> str:
    if parts_of(pipeline) != [pipeline]:
        raise Forbidden(f"{pipeline!r} is no name of a pipeline.", hint="A pipeline's name has no `/`.")
    return f"pipelines/{pipeline}"


def _path(pipeline: str) -> str:
    return f"{_folder(pipeline)}/{FILE}"


def _entries(text: str) -> list[Any]:
    data = read(text).data
    found = data.get("triggers") if isinstance(data, dict) else None
    if found is not None and not isinstance(found, list):
        raise Invalid("`triggers` is no list.", hint="Change the file in an editor.")
    return found or []


def _names(text: str) -> list[str]:
    return [str(item.get("name", "")) if isinstance(item, dict) else "" for item in _entries(text)]


def _has(text: str, key: tuple[str | int, ...]) -> bool:
    return key[2] in _entries(text)[int(key[1])]


def _require_unchanged(path: str, text: str, expected: str | None) -> None:
    if expected is not None and expected != (blake3(text.encode()).hexdigest() if text else ""):
        raise Conflict(
            f"`{path}` was changed by somebody else since it was read.",
            hint="Look at it and try again.",
            code="file_changed",
        )
