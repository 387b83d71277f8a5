"""New pipelines and blocks: a file from a template, and an entry in the pipeline's list."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.adapters.project import block_templates, names
from blockwright.adapters.project.block_files import NEEDS_FILE, folder_of
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.pipeline_files import SECTIONS
from blockwright.adapters.project.pipeline_reader import METADATA, broken
from blockwright.adapters.project.writes import create, remove, rewrite
from blockwright.adapters.project.yaml_edits import append
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.core.pipelines import PipelineType
from blockwright.core.problems import ProjectInvalid

_SECTION = {BlockType.CALLBACK: "callbacks", BlockType.CONDITIONAL: "conditionals", BlockType.CHART: "widgets"}
_WITHOUT_FILE = frozenset({BlockType.SCRATCHPAD, BlockType.MARKDOWN, BlockType.CHART})
_MADE = NEEDS_FILE | _WITHOUT_FILE
_ONLY_LANGUAGE = {BlockType.MARKDOWN: Language.MARKDOWN}


@dataclass(frozen=True, slots=True)
class NewBlock:
    """What to make. ``template`` names one of the project's ``custom_templates/blocks`` or of ours; None the plain
    one for the type and language."""

    name: str
    type: str
    language: str
    upstream: tuple[str, ...]
    template: str | None


def new_pipeline(border: Border, name: str, type: str) -> Sequence[str]:
    """Create an empty pipeline; returns the files written. Raises Conflict when there is one of that name."""
    kinds = [kind.value for kind in PipelineType]
    if type not in kinds:
        raise Invalid(f"`{type}` is no type of a pipeline.", hint=f"The types are {names.listing(kinds)}.")
    uuid = names.pipeline_uuid(name)
    folder = f"pipelines/{uuid}"
    if os.path.lexists(border.path(folder) / METADATA):
        raise Conflict(f"There is a pipeline `{uuid}` already.", hint="Take another name.")
    written = [f"{folder}/{METADATA}"]
    create(border, written[0], _empty_pipeline(uuid, name.strip(), type))
    if not os.path.lexists(border.path(folder) / "__init__.py"):
        create(border, f"{folder}/__init__.py", "")
        written.append(f"{folder}/__init__.py")
    return written


def new_block(border: Border, path: str, wanted: NewBlock) -> Sequence[str]:
    """Add a block to the pipeline whose file is ``path``; returns the files written.

    A file of the same name and type is shared, not replaced. Raises Conflict when the pipeline has the block already,
    NotFound for an unknown upstream or template.
    """
    kind, language = kind_of(wanted), language_of(wanted)
    uuid = names.block_uuid(wanted.name)
    file = f"{folder_of(kind)}/{uuid}.{language.suffix}"
    text = block_templates.text_for(border, kind, language, wanted.template)
    made = not os.path.lexists(border.path(file))
    if made:
        create(border, file, text)
    try:
        rewrite(border, path, lambda text: _with_block(text, path, uuid, kind, language, wanted))
    except BlockwrightError:
        if made:
            remove(border, file)
        raise
    return [file, path] if made else [path]


def kind_of(wanted: NewBlock) -> BlockType:
    """Raises Invalid for a type of which no block can be made."""
    made = sorted(kind.value for kind in _MADE)
    if wanted.type not in made:
        raise Invalid(f"A block of type `{wanted.type}` cannot be made here.", hint=f"Take {names.listing(made, 20)}.")
    return BlockType(wanted.type)


def language_of(wanted: NewBlock) -> Language:
    """Raises Invalid for an unknown one."""
    languages = [language.value for language in Language]
    if wanted.language not in languages:
        hint = f"The languages are {names.listing(languages)}."
        raise Invalid(f"`{wanted.language}` is no language of a block.", hint=hint)
    return _ONLY_LANGUAGE.get(BlockType(wanted.type), Language(wanted.language))


def _with_block(text: str, path: str, uuid: str, kind: BlockType, language: Language, wanted: NewBlock) -> str:
    """The pipeline's text with the entry, and with its uuid in the ``downstream_blocks`` of what feeds it."""
    try:
        data = read(text).data or {}
        places = _places(data)
        if uuid in places:
            raise Conflict(f"The pipeline has a block `{uuid}` already.", hint="Take another name.")
        upstream = [_known(name, places) for name in wanted.upstream]
        section = section_of(kind)
        entry = {**new_entry(uuid, kind, language, wanted.name), "upstream_blocks": list(dict.fromkeys(upstream))}
        text = append(text, (section,), entry)
        if section == "blocks":
            for name in upstream:
                text = append(text, ("blocks", places[name], "downstream_blocks"), uuid)
    except BrokenYaml as error:
        raise ProjectInvalid([broken(error, path)]) from None
    return text


def _places(data: Any) -> Mapping[str, int]:
    """Every uuid that is taken; for blocks with their place in the list, for others with -1."""
    places: dict[str, int] = {}
    for section in SECTIONS:
        entries = data.get(section) if isinstance(data, dict) else None
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and isinstance(entry.get("uuid"), str):
                places[entry["uuid"]] = index if section == "blocks" else -1
    return places


def _known(name: str, places: Mapping[str, int]) -> str:
    blocks = [uuid for uuid, place in places.items() if place >= 0]
    if name in blocks:
        return name
    has = f"It has {names.listing(blocks)}." if blocks else "It has no blocks yet."
    raise NotFound(f"The pipeline has no block `{name}`.", hint=names.suggestion(name, blocks) or has)


def section_of(kind: BlockType) -> str:
    """The list of a pipeline in which blocks of this type stand."""
    return _SECTION.get(kind, "blocks")


def new_entry(uuid: str, kind: BlockType, language: Language, name: str) -> dict[str, Any]:
    """An entry without connections."""
    return {
        "uuid": uuid,
        "name": name.strip(),
        "type": kind.value,
        "language": language.value,
        "upstream_blocks": [],
        "downstream_blocks": [],
    }


def _empty_pipeline(uuid: str, name: str, type: str) -> str:
    import yaml

    label = yaml.safe_dump({"name": name}, allow_unicode=True, width=10**6)
    return (
        f"{label}uuid: {uuid}\ntype: {type}\ndescription: null\n"
        "variables: {}\nblocks: []\ncallbacks: []\nconditionals: []\nwidgets: []\nextensions: {}\n"
    )
