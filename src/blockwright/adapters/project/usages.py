"""Who uses a file of the project: the blocks whose source it is, and the lines of code that may mean a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.confinement import LARGEST_TEXT, Border
from blockwright.adapters.project.pipeline_reader import PipelineReader
from blockwright.core.errors import BlockwrightError
from blockwright.ports.editing import Mention

MOST_MENTIONS = 200
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Use:
    """An entry of a pipeline whose source is the file. ``named``: the file stands in its configuration, so that the
    entry's uuid may be another."""

    pipeline: str
    path: str
    entry: Entry
    named: bool


def uses_of(pipelines: PipelineReader, file: str) -> list[Use]:
    """The entries of all pipelines that can be read whose own source is ``file``."""
    found = []
    for uuid in pipelines.uuids():
        try:
            path = pipelines.path(uuid)
            entries = pipelines.examine(path)[0].entries()
        except BlockwrightError:
            continue
        for entry in entries:
            if entry.fields.get("path") == file and "replicated_block" not in entry.fields:
                by_name = file.rpartition(".")[0].endswith(f"/{entry.uuid}")
                found.append(Use(uuid, path, entry, bool(entry.wanted) or not by_name))
    return found


def mentions(border: Border, files: Iterable[str], name: str) -> tuple[Mention, ...]:
    """Lines of code that have the name in quotes, of SQL as a word."""
    found: list[Mention] = []
    for mention in _mentions(border, files, name):
        if len(found) == MOST_MENTIONS:
            break
        found.append(mention)
    return tuple(found)


def _mentions(border: Border, files: Iterable[str], name: str) -> Iterator[Mention]:
    quoted = re.compile(rf"""(['"]){re.escape(name)}\1""")
    word = re.compile(rf"(?<![\w/]){re.escape(name)}(?!\w)")
    for file in files:
        if not file.endswith((".py", ".sql", ".r", ".md", ".j2")):
            continue
        try:
            text = border.read(file, LARGEST_TEXT).decode("utf-8", "replace")
        except BlockwrightError:
            continue
        if name in text:
            wanted = word if file.endswith(".sql") else quoted
            for number, line in enumerate(text.splitlines(), start=1):
                if wanted.search(line):
                    yield Mention(file, number, line.strip()[:_LONGEST_LINE])
