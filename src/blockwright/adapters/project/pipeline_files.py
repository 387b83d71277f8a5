"""A pipeline's ``metadata.yaml`` read and checked as a whole: entries, unique names, edges, no cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.block_entries import Entry, read_entry, retry_config
from blockwright.adapters.project.findings import Findings, dotted
from blockwright.adapters.project.names import suggestion
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.blocks import BlockType
from blockwright.core.graph import find_cycle
from blockwright.core.pipelines import PipelineType

SECTIONS = ("blocks", "callbacks", "conditionals", "widgets")
_read_limit_key = shapes.inside({"key": shapes.word, "limit": shapes.whole(1)})


def _limit_keys(value: Any) -> tuple[tuple[str, int], ...]:
    """Texts with templates, each with how many runs of the same text may be at work at once."""
    found = []
    for place, item in enumerate(shapes.sequence(value)):
        try:
            entry = _read_limit_key(item)
        except Wrong as wrong:
            raise Wrong(wrong.value, wrong.must, wrong.advice, (place, *wrong.inside)) from None
        if "key" not in entry or "limit" not in entry:
            raise Wrong(item, "a mapping with `key` and `limit`", "Write `{key: …, limit: 1}`.", (place,))
        found.append((entry["key"], entry["limit"]))
    return tuple(found)


CONCURRENCY_READERS: dict[str, Reader] = {
    "keys": _limit_keys,
    "block_run_limit": shapes.whole(1),
    "pipeline_run_limit": shapes.whole(1),
    "pipeline_run_limit_all_triggers": shapes.whole(1),
    "on_pipeline_run_limit_reached": shapes.one_of(("wait", "skip")),
}


@dataclass(slots=True)
class PipelineFile:
    """``values`` are the keys of the top, read; ``sections`` the entries of each list; ``unknown`` the keys that
    nobody reads."""

    values: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, list[Entry]] = field(default_factory=lambda: {name: [] for name in SECTIONS})
    unknown: tuple[tuple[str], ...] = ()

    def entries(self) -> Iterator[Entry]:
        for name in SECTIONS:
            yield from self.sections[name]


def read_pipeline(data: Any, lines: Mapping[str, Mapping[int, int]], findings: Findings) -> PipelineFile:
    """Read the data of a ``metadata.yaml``; what cannot run is said in ``findings``."""
    file = PipelineFile()
    if not isinstance(data, dict):
        what = "is empty" if data is None else f"holds {shapes.shown(data)}"
        findings.error((), f"The file {what}; it must be a mapping.", "Begin it with `blocks: []`.")
        return file
    for name, value in data.items():
        if value is None or name in SECTIONS:
            continue
        reader = _READERS.get(name)
        if reader is None:
            if name not in _UNREAD:
                file.unknown += ((str(name),),)
            continue
        try:
            file.values[name] = reader(value)
        except Wrong as wrong:
            findings.error((name, *wrong.inside), wrong.message(str(name)), wrong.advice)
    for section in SECTIONS:
        file.sections[section] = _read_section(data.get(section), section, lines.get(section, {}), findings)
    _require_unique(file, findings)
    _require_replicated(file, findings)
    _require_order(file.sections["blocks"], findings)
    return file


def _read_section(data: Any, section: str, lines: Mapping[int, int], findings: Findings) -> list[Entry]:
    if data is None:
        return []
    if not isinstance(data, list):
        message = f"`{section}` is {shapes.shown(data)}; it must be a list."
        findings.error((section,), message, "Write its entries as lines that begin with `- `, or `[]` for none.")
        return []
    read = (read_entry(item, (section, index), lines.get(index), findings) for index, item in enumerate(data))
    return [entry for entry in read if entry is not None]


def _require_unique(file: PipelineFile, findings: Findings) -> None:
    first: dict[str, Entry] = {}
    for entry in file.entries():
        earlier = first.setdefault(entry.uuid, entry)
        if earlier is not entry:
            findings.error(
                (*entry.key, "uuid"),
                f"The uuid `{entry.uuid}` is taken by `{dotted(earlier.key)}`.",
                "Every block, callback, conditional and widget of a pipeline needs a uuid of its own.",
                "duplicate_uuid",
            )


def _require_replicated(file: PipelineFile, findings: Findings) -> None:
    uuids = {entry.uuid for entry in file.entries()}
    for entry in file.entries():
        other = entry.fields.get("replicated_block")
        if other is not None and (other not in uuids or other == entry.uuid):
            what = "itself" if other == entry.uuid else f"`{other}`, which is no block of this pipeline"
            findings.error(
                (*entry.key, "replicated_block"),
                f"Block `{entry.uuid}` replicates {what}.",
                suggestion(other, uuids - {entry.uuid}) or "Name a block of this pipeline.",
            )


def _require_order(blocks: list[Entry], findings: Findings) -> None:
    """Refuse a cycle. The names that are no block of the pipeline are no edges, as the format has it."""
    edges = {entry.uuid: entry.fields.get("upstream", ()) for entry in blocks}
    cycle = find_cycle(edges)
    if cycle is None:
        return
    first = next(entry for entry in blocks if entry.uuid == cycle[0])
    findings.error(
        (*first.key, "upstream_blocks"),
        f"A cycle was detected: {' → '.join(cycle)}.",
        "Take one of these names out of the `upstream_blocks` of the block behind it.",
        "cycle",
    )


def keep_running_upstreams(file: PipelineFile) -> None:
    """Leave in ``upstream`` only the blocks that there are and, for blocks that run, that run themselves."""
    blocks = file.sections["blocks"]
    every = {entry.uuid for entry in blocks}
    running = {entry.uuid for entry in blocks if entry.fields["type"].runs}
    for entry in file.entries():
        upstream = entry.fields.get("upstream", ())
        known = running if entry.fields["type"].runs else every
        if not known.issuperset(upstream):
            entry.fields["upstream"] = tuple(name for name in upstream if name in known)


def legacy_callbacks(file: PipelineFile) -> list[Entry]:
    """Entries for the callback files of blocks that say ``has_callback`` (``callbacks/<uuid>_callback.py``)."""
    taken = {entry.uuid for entry in file.entries()}
    made = []
    for entry in file.sections["blocks"]:
        uuid = f"{entry.uuid.replace('/', '_')}_callback"
        if entry.fields.get("has_callback") and uuid not in taken:
            fields = {"uuid": uuid, "name": uuid, "type": BlockType.CALLBACK, "upstream": (entry.uuid,)}
            made.append(Entry(entry.key, entry.line, fields))
    return made


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(shapes.text(item) for item in shapes.sequence(value))


def _extensions(value: Any) -> dict[str, Any]:
    for name, extension in shapes.mapping(value).items():
        if extension is not None and not isinstance(extension, dict):
            raise Wrong(extension, "a mapping with `blocks`", "Write `blocks: []` below it.", (name,))
    return dict(value)


_READERS: dict[Any, Reader] = {
    "uuid": shapes.text,
    "name": shapes.text,
    "description": shapes.text,
    "type": shapes.one_of(tuple(kind.value for kind in PipelineType)),
    "tags": _tags,
    "extensions": _extensions,
    "variables": shapes.mapping,
    "executor_type": shapes.text,
    "executor_config": shapes.mapping,
    "executor_count": shapes.whole(1),
    "retry_config": retry_config,
    "concurrency_config": shapes.inside(CONCURRENCY_READERS),
    "notification_config": shapes.mapping,
    "run_pipeline_in_one_process": shapes.boolean,
    "cache_block_output_in_memory": shapes.boolean,
    "spark_config": shapes.mapping,
    "settings": shapes.mapping,
    "execution_framework": shapes.text,
}
_UNREAD = frozenset(
    {"created_at", "updated_at", "variables_dir", "remote_variables_dir", "data_integration", "state_store_config"}
    | {"overrides", "repo_path", "version", "pipelines", "metadata"}
)

KNOWN = frozenset(str(name) for name in _READERS) | _UNREAD | frozenset(SECTIONS)
