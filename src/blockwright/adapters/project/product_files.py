"""``global_data_products.yaml``: the registry of a project's data products, and what blocks say about one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, Key
from blockwright.adapters.project.names import closest, suggestion
from blockwright.adapters.project.roots import platform_root_of, projects_of
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.blocks import BlockId, BlockType
from blockwright.core.errors import BlockwrightError
from blockwright.core.products import AGES, COMPONENTS, Product

FILE = "global_data_products.yaml"


def read_products(data: Mapping[Any, Any], findings: Findings) -> dict[str, Product]:
    """The products of a file's data; one that is wrong is said in ``findings`` and left out."""
    found: dict[str, Product] = {}
    for name, entry in data.items():
        if not isinstance(name, str) or not isinstance(entry, dict):
            message = f"The data product `{name}` is {shapes.shown(entry)}; it must be a mapping."
            findings.error((str(name),), message, "Write `object_type: pipeline` and `object_uuid: …` below it.")
            continue
        product = read_product(name, entry, findings, (name,))
        if product is None:
            continue
        if not product.pipeline:
            message = f"The data product `{name}` names no pipeline."
            findings.error((name, "object_uuid"), message, "Add `object_uuid: name_of_a_pipeline`.")
            continue
        found[name] = product
    return found


def read_product(uuid: str, entry: Mapping[Any, Any], findings: Findings, place: Key) -> Product | None:
    """One entry, or what a block says about a product; None when something of it is wrong."""
    before = len(findings.items)
    values: dict[str, Any] = {}
    for key, value in entry.items():
        reader = _READERS.get(key)
        if reader is None:
            if (near := closest(str(key), _READERS)) is not None:
                findings.warn(
                    (*place, key), f"The key `{key}` means nothing.", f"Did you mean `{near}`?", "unknown_key"
                )
        elif value is not None:
            try:
                values[key] = reader(value)
            except Wrong as wrong:
                findings.error((*place, key, *wrong.inside), wrong.message(str(key)), wrong.advice)
    if any(found.severity.value == "error" for found in findings.items[before:]):
        return None
    return Product(
        uuid,
        values.get("object_uuid", ""),
        values.get("outdated_after", {}),
        values.get("outdated_starting_at", {}),
        values.get("settings", {}),
        values.get("project", ""),
        values.get("shared_with"),
    )


def products_elsewhere(root: Path) -> Mapping[str, frozenset[str]]:
    """For each other project of the platform the names in its registry, as far as they can be read."""
    try:
        listed = projects_of(platform_root_of(root))
    except BlockwrightError:
        return {}
    return {path.name: known_products(Border(path)) for _, path in listed if path != root}


def known_products(border: Border) -> frozenset[str]:
    """The names in the registry, as far as it can be read."""
    from blockwright.adapters.project.yaml_reader import read

    try:
        data = read(border.text(FILE)).data
    except (BlockwrightError, BrokenYaml):
        return frozenset()
    return frozenset(str(name) for name in data) if isinstance(data, dict) else frozenset()


def check_wish(
    entry: Entry, findings: Findings, known: Collection[str], elsewhere: Mapping[str, Collection[str]]
) -> None:
    """Doubt a block of type ``global_data_product`` that names no product that there is, here or ``elsewhere``."""
    if entry.type is not BlockType.GLOBAL_DATA_PRODUCT:
        return
    said = (entry.fields.get("configuration") or {}).get("global_data_product")
    place = (*entry.key, "configuration", "global_data_product")
    uuid = said.get("uuid") if isinstance(said, dict) else None
    if not uuid:
        message = f"The block `{entry.uuid}` names no data product."
        findings.warn(place, message, "Write `global_data_product: {uuid: NAME}` below `configuration`.")
        return
    project = PurePosixPath(str(said.get("project") or "")).name if isinstance(said, dict) else ""
    if project in elsewhere:
        if uuid not in elsewhere[project]:
            message = f"The block `{entry.uuid}` names the data product `{uuid}`, which project `{project}` has not."
            advice = suggestion(str(uuid), elsewhere[project]) or f"Add it to `{FILE}` of `{project}`."
            findings.warn((*place, "uuid"), message, advice)
    elif uuid not in known and not any(uuid in theirs for theirs in elsewhere.values()):
        message = f"The block `{entry.uuid}` names the data product `{uuid}`, which this project has not."
        advice = suggestion(str(uuid), known) or f"Add it to `{FILE}`."
        findings.warn((*place, "uuid"), message, advice)


def _numbers(known: Mapping[str, Any] | tuple[str, ...], example: str) -> Reader:
    def read(value: Any) -> dict[str, int]:
        found = {}
        for name, number in shapes.mapping(value).items():
            if name not in known:
                raise Wrong(name, f"one of {', '.join(f'`{word}`' for word in known)}", f"Write `{example}`.", (name,))
            if number is None:
                continue
            try:
                found[name] = shapes.whole(0)(number)
            except Wrong as wrong:
                raise Wrong(wrong.value, wrong.must, wrong.advice, (name,)) from None
        return found

    return read


def _settings(value: Any) -> dict[BlockId, int]:
    found = {}
    for block, said in shapes.mapping(value).items():
        try:
            partitions = None if said is None else shapes.mapping(said).get("partitions")
            found[BlockId(block)] = 1 if partitions is None else shapes.whole(0)(partitions)
        except Wrong as wrong:
            raise Wrong(wrong.value, wrong.must, wrong.advice, (block, *wrong.inside)) from None
    return found


_READERS: dict[str, Reader] = {
    "object_type": shapes.one_of(("pipeline",)),
    "object_uuid": shapes.word,
    "outdated_after": _numbers(AGES, "outdated_after: {weeks: 1}"),
    "outdated_starting_at": _numbers(COMPONENTS, "outdated_starting_at: {hour_of_day: 6}"),
    "project": shapes.text,
    "settings": _settings,
    "shared_with": shapes.words,
    # The path of the machine that wrote it: the project's own folder counts. A block repeats the product's name.
    "repo_path": shapes.anything,
    "uuid": shapes.anything,
}
