"""One pipeline's file while it is changed in mind: found by uuid what the text has by place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from blockwright.adapters.project import names
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.pipeline_files import SECTIONS, read_pipeline
from blockwright.adapters.project.pipeline_reader import broken, located
from blockwright.adapters.project.yaml_edits import append, remove_item, remove_key, reorder, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.graph import find_cycle
from blockwright.core.problems import Problem, ProjectInvalid, Severity

REFERENCES = ("upstream_blocks", "downstream_blocks", "callback_blocks", "conditional_blocks")
"""Keys of an entry whose lists name other blocks."""


class PipelineText:
    """``text`` is what the file at ``path`` would hold. Raises ProjectInvalid for a file that is no YAML mapping."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._before = text
        self._read: tuple[str, Any] | None = None

    @property
    def data(self) -> Any:
        if self._read is None or self._read[0] != self.text:
            try:
                data = read(self.text).data
            except BrokenYaml as error:
                raise ProjectInvalid([broken(error, self.path)]) from None
            self._read = self.text, data if isinstance(data, dict) else {}
        return self._read[1]

    def entries(self) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        """Every entry with its place."""
        for section in SECTIONS:
            found = self.data.get(section)
            for index, entry in enumerate(found if isinstance(found, list) else ()):
                if isinstance(entry, dict) and isinstance(entry.get("uuid"), str):
                    yield (section, index), entry

    def place(self, uuid: str) -> Key:
        """Where the entry of a block stands; raises NotFound."""
        known = []
        for place, entry in self.entries():
            if entry["uuid"] == uuid:
                return place
            known.append(entry["uuid"])
        has = f"It has {names.listing(known)}." if known else "It has no blocks."
        hint = names.suggestion(uuid, known) or has
        raise NotFound(f"The pipeline has no block `{uuid}`.", hint=hint, code="block_not_found")

    def entry(self, uuid: str) -> Mapping[str, Any]:
        section, index = self.place(uuid)
        found: Mapping[str, Any] = self.data[section][index]
        return found

    def uuids(self, section: str = "") -> list[str]:
        return [entry["uuid"] for place, entry in self.entries() if section in ("", place[0])]

    def listed(self, uuid: str, key: str) -> list[str]:
        """The names in a list of an entry, such as its ``upstream_blocks``."""
        return _names(self.entry(uuid), key)

    def connect(self, source: str, target: str) -> None:
        """Make ``source`` the last input of ``target``; raises Invalid (code ``cycle``) for a circle."""
        place, feeding = self.place(target), self.place(source)
        if feeding[0] != "blocks":
            raise Invalid(f"`{source}` is no block that gives something to others.", hint="Connect from a block.")
        if source not in self.listed(target, "upstream_blocks"):
            self._require_no_circle(place, source, target)
            self.text = append(self.text, (*place, "upstream_blocks"), source)
        if place[0] == "blocks" and target not in self.listed(source, "downstream_blocks"):
            self.text = append(self.text, (*feeding, "downstream_blocks"), target)

    def _require_no_circle(self, place: Key, source: str, target: str) -> None:
        if place[0] != "blocks":
            return
        edges = {
            str(entry["uuid"]): _names(entry, "upstream_blocks") for at, entry in self.entries() if at[0] == place[0]
        }
        edges[target] = [*edges[target], source]
        circle = [target] if source == target else find_cycle(edges)
        if circle is not None:
            way = " → ".join(circle if len(circle) > 1 else [target, target])
            raise Invalid(
                f"Connecting `{source}` to `{target}` would make a circle: {way}.",
                hint="Take out one of these connections first.",
                code="cycle",
            )

    def disconnect(self, source: str, target: str) -> None:
        """Raises NotFound when they are not connected."""
        if source not in self.listed(target, "upstream_blocks"):
            raise NotFound(
                f"`{source}` is no input of `{target}`.", hint="The pipeline lists the inputs of each block."
            )
        self.drop(target, "upstream_blocks", source)
        if source in self.uuids():
            self.drop(source, "downstream_blocks", target)

    def drop(self, uuid: str, key: str, name: str) -> None:
        """Take a name out of a list of an entry, if it is there."""
        found = self.entry(uuid).get(key)
        if isinstance(found, list) and name in found:
            self.text = remove_item(self.text, (*self.place(uuid), key), found.index(name))

    def remove(self, uuid: str) -> None:
        """Take out an entry and every reference to it; raises Invalid when another one runs its source."""
        for _, entry in list(self.entries()):
            if entry.get("replicated_block") == uuid:
                raise Invalid(
                    f"Block `{entry['uuid']}` runs the source of `{uuid}` (`replicated_block`).",
                    hint=f"Remove `{entry['uuid']}` first.",
                    code="block_replicated",
                )
        named = [
            (entry["uuid"], key) for _, entry in self.entries() for key in REFERENCES if uuid in _names(entry, key)
        ]
        for other, key in named:
            self.drop(other, key, uuid)
        section, index = self.place(uuid)
        self.text = remove_item(self.text, (section,), int(index))

    def add(self, section: str, entry: Mapping[str, Any], after: str | None = None) -> None:
        """Append an entry, or put it behind another one of its list."""
        self.text = append(self.text, (section,), dict(entry))
        if after is not None and self.place(after)[0] == section:
            order = list(range(len(self.data[section])))
            order.insert(int(self.place(after)[1]) + 1, order.pop())
            self.text = reorder(self.text, (section,), order)

    def order(self, section: str, uuids: Sequence[str]) -> None:
        """Put the entries of a list in this order; raises Invalid when it is not the same entries."""
        there = self.uuids(section)
        if sorted(there) != sorted(uuids) or len(there) != len(self.data.get(section) or ()):
            missing = names.listing(set(there) - set(uuids)) or names.listing(set(uuids) - set(there))
            raise Invalid(
                f"The order must name every entry of `{section}` once; look at {missing or 'the doubled ones'}.",
                hint="Read the pipeline again: somebody may have changed it.",
                code="order",
            )
        if list(uuids) != there:
            self.text = reorder(self.text, (section,), [there.index(uuid) for uuid in uuids])

    def set(self, base: Key, values: Mapping[tuple[str, ...], Any]) -> None:
        """Set keys below ``base``; None takes one out, with a mapping that has nothing left."""
        for key, value in values.items():
            if value is not None:
                self.text = set_key(self.text, (*base, *key), value)
                continue
            while key and _has(self.data, (*base, *key)):
                self.text = remove_key(self.text, (*base, *key))
                key = key[:-1]
                if not key or _value(self.data, (*base, *key)) not in ({}, None):
                    break

    def require_sound(self, told: Callable[[Problem], Problem] = lambda problem: problem) -> None:
        """Raises ProjectInvalid when the text has an error that it had not before; ``told`` says it to the caller."""
        known = {(problem.message, problem.code) for problem in _errors(self.path, self._before)}
        new = [one for one in _errors(self.path, self.text) if (one.message, one.code) not in known]
        if new:
            raise ProjectInvalid([told(problem) for problem in new])


def _names(entry: Mapping[str, Any], key: str) -> list[str]:
    found = entry.get(key)
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _errors(path: str, text: str) -> Sequence[Problem]:
    findings = Findings(path)
    try:
        document = read(text)
    except BrokenYaml as error:
        return [broken(error, path)]
    read_pipeline(document.data, document.entry_lines, findings)
    return [problem for problem in located(findings, text) if problem.severity is Severity.ERROR]


def _value(data: Any, key: Key) -> Any:
    for part in key:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _has(data: Any, key: Key) -> bool:
    parent = _value(data, key[:-1])
    return isinstance(parent, dict) and key[-1] in parent
