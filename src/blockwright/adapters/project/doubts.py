"""What a pipeline's file says that can run, though probably not as it was meant: warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blockwright.adapters.project import block_entries, pipeline_files, project_file
from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.names import closest, suggestion
from blockwright.adapters.project.notification_doubts import doubt_notifications
from blockwright.adapters.project.pipeline_files import PipelineFile
from blockwright.core.blocks import BlockType

_EXECUTORS = frozenset(
    {"local_python", "local_python_force", "docker", "k8s", "ray", "ecs", "gcp_cloud_run", "azure_container_instance"}
    | {"pyspark"}
)
_SECTION_TYPES = {"callbacks": BlockType.CALLBACK, "conditionals": BlockType.CONDITIONAL, "widgets": BlockType.CHART}
_CHECKED = frozenset({BlockType.DATA_LOADER, BlockType.TRANSFORMER, BlockType.DATA_EXPORTER, BlockType.CUSTOM})
"""Blocks whose declared checks are run."""


def doubt_pipeline(file: PipelineFile, findings: Findings, folder: str) -> None:
    """Add the warnings about ``file``, which lies in the folder ``folder``, to ``findings``."""
    named = file.values.get("uuid")
    if named is not None and named != folder:
        findings.warn(
            ("uuid",),
            f"The uuid `{named}` is not the folder's name `{folder}`, which counts.",
            f"Write `uuid: {folder}`.",
        )
    _doubt_keys(file, findings)
    _doubt_edges(file, findings)
    _doubt_types(file, findings)
    _doubt_executors(file, findings)
    doubt_notifications(file.values.get("notification_config"), findings)


def doubt_project(raw: Mapping[str, Any], findings: Findings) -> None:
    """Add the warnings about the keys of the project's own file."""
    for name in raw:
        if name not in project_file.KNOWN and (known := closest(str(name), project_file.KNOWN)) is not None:
            findings.warn((name,), f"The key `{name}` means nothing.", f"Did you mean `{known}`?", "unknown_key")
    doubt_notifications(raw.get("notification_config"), findings)


def _doubt_keys(file: PipelineFile, findings: Findings) -> None:
    meant: dict[tuple[str, bool], str | None] = {}
    for key in (*file.unknown, *(key for entry in file.entries() for key in entry.unknown)):
        name, top = str(key[-1]), len(key) == 1
        if (name, top) not in meant:
            meant[name, top] = closest(name, pipeline_files.KNOWN if top else block_entries.KNOWN)
        if (known := meant[name, top]) is not None:
            findings.warn(key, f"The key `{name}` means nothing.", f"Did you mean `{known}`?", "unknown_key")
    for entry in file.entries():
        for name in sorted(entry.reserved):
            message = f"`{name}` is accepted but does nothing yet."
            findings.warn((*entry.key, name), message, "Do not rely on it.", "reserved_key")
        if entry.fields.get("checks") and entry.type not in _CHECKED:
            message = f"Block `{entry.uuid}` is a {entry.type.value}, which gives no frames to check."
            findings.warn(
                (*entry.key, "checks"), message, "Move them to the block that gives the frame.", "idle_checks"
            )


def _doubt_edges(file: PipelineFile, findings: Findings) -> None:
    blocks = {entry.uuid: entry for entry in file.sections["blocks"]}
    for entry in file.entries():
        for index, name in enumerate(entry.fields.get("upstream", ())):
            key = (*entry.key, "upstream_blocks")
            if name not in blocks:
                advice = suggestion(name, blocks) or "Take it out, or add the block."
                message = f"Block `{entry.uuid}` names the upstream `{name}`, which is no block of this pipeline."
                findings.warn((*key, index), message, advice, "unknown_upstream")
            elif entry.type.runs and not blocks[name].type.runs:
                message = f"Block `{entry.uuid}` names the upstream `{name}`, a {blocks[name].type} that never runs."
                findings.warn((*key, index), message, "Take it out.", "idle_upstream")
    for key, uuid, name in _one_sided(blocks):
        findings.warn(
            key,
            f"Block `{uuid}` names `{name}` downstream, but `{name}` does not name it upstream, so there is no edge.",
            f"Add `{uuid}` to the `upstream_blocks` of `{name}`, or take it out here.",
            "one_sided_edge",
        )


def _one_sided(blocks: dict[str, Entry]) -> Iterator[tuple[Key, str, str]]:
    upstream = {uuid: frozenset(entry.fields.get("upstream", ())) for uuid, entry in blocks.items()}
    for uuid, entry in blocks.items():
        for index, name in enumerate(entry.downstream):
            if name in blocks and uuid not in upstream[name]:
                yield (*entry.key, "downstream_blocks", index), uuid, name


def _doubt_types(file: PipelineFile, findings: Findings) -> None:
    for section, entries in file.sections.items():
        for entry in entries:
            wanted = _SECTION_TYPES.get(section)
            if wanted is not None and entry.type is not wanted:
                message = f"An entry of `{section}` has the type `{entry.type}`."
                findings.warn((*entry.key, "type"), message, f"Write `type: {wanted}`, or move it to `blocks`.")
            home = next((name for name, kind in _SECTION_TYPES.items() if kind is entry.type), None)
            if section == "blocks" and home in ("callbacks", "conditionals"):
                message = f"A {entry.type} under `blocks` is attached to nothing and never runs."
                findings.warn((*entry.key, "type"), message, f"Move the entry to `{home}`.")


def _doubt_executors(file: PipelineFile, findings: Findings) -> None:
    places: list[tuple[Key, str | None]] = [(("executor_type",), file.values.get("executor_type"))]
    places += [((*entry.key, "executor_type"), entry.fields.get("executor_type")) for entry in file.entries()]
    for key, name in places:
        if name is not None and "{{" not in name and name not in _EXECUTORS:
            message = f"The executor `{name}` is none of ours; a plug-in must bring it."
            advice = suggestion(name, _EXECUTORS) or "Take one of ours, or install the plug-in."
            findings.warn(key, message, advice, "unknown_executor")
