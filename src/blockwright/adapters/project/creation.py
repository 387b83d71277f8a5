"""New pipelines, and what a new block must be and begins with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.adapters.project import names
from blockwright.adapters.project.block_files import NEEDS_FILE
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.pipeline_reader import METADATA
from blockwright.adapters.project.writes import create
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import Conflict, Invalid
from blockwright.core.pipelines import PipelineType

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
