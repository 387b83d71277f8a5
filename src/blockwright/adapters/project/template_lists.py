"""The templates from which a block's file can be made: the project's own first, then ours."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blockwright.adapters.project.block_templates import FOLDER, SUFFIX
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import BlockwrightError
from blockwright.ports.editing import Template

_LANGUAGES = {language.suffix: language for language in Language}
_MOST = 500


def templates(border: Border) -> list[Template]:
    return [*list(_own(border))[:_MOST], *_ours()]


def _ours() -> Iterator[Template]:
    for path in sorted(FOLDER.glob(f"blocks/*/*{SUFFIX}")):
        kind, *variant = path.name.split(".")[:-2]
        text = path.read_text(encoding="utf-8")
        name = variant[0] if variant else ""
        yield Template(name, kind, path.parent.name, _described(text) or _plain(kind, name), own=False)


def _plain(kind: str, name: str) -> str:
    words = kind.replace("_", " ").capitalize()
    return f"{words}: {name}" if name else words


def _own(border: Border) -> Iterator[Template]:
    """A folder for each, with a file of its name. Its ``metadata.yaml`` says the type; where there is none the
    decorator does, else it fits any."""
    base = Path(border.real, border.block_templates)
    for folder, folders, files in os.walk(base):
        folders.sort()
        name = Path(folder).relative_to(base).as_posix()
        said = metadata_of(border, f"{border.block_templates}/{name}/metadata.yaml") if "metadata.yaml" in files else {}
        for file in sorted(files):
            stem, _, suffix = file.rpartition(".")
            if stem == name.rpartition("/")[2] and suffix in _LANGUAGES:
                path = f"{border.block_templates}/{name}/{file}"
                try:
                    text = border.text(path)
                except BlockwrightError:
                    continue
                kind = str(said.get("block_type") or "") or _type_of(text)
                about = str(said.get("description") or "") or _described(text) or str(said.get("name") or name)
                yield Template(name, kind, _LANGUAGES[suffix].value, about, own=True, path=path)


def metadata_of(border: Border, path: str) -> Mapping[str, Any]:
    """What a template says about itself; nothing for a file that cannot be read, which ``check`` tells."""
    from blockwright.adapters.project.yaml_reader import read

    try:
        data = read(border.text(path)).data
    except (BlockwrightError, BrokenYaml):
        return {}
    return data if isinstance(data, dict) else {}


def _type_of(text: str) -> str:
    for line in text.splitlines():
        word = line.removeprefix("@").partition("(")[0].strip()
        if line.startswith("@") and word in {kind.value for kind in BlockType}:
            return word
    return ""


def _described(text: str) -> str:
    """The first line of the docstring, or of the comment at the top."""
    try:
        found = ast.get_docstring(ast.parse(text))
    except (SyntaxError, ValueError):
        found = None
    if found:
        return found.splitlines()[0].strip()
    first = text.lstrip().splitlines()[:1]
    for mark in ("#", "--"):
        if first and first[0].startswith(mark):
            return first[0].lstrip(mark).strip()
    return ""
