"""The YAML of one block's entry, taken out of the pipeline's file and put back, with its comments."""

from __future__ import annotations

from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.pipeline_texts import REFERENCES, PipelineText
from blockwright.adapters.project.yaml_edits import dumped, flow
from blockwright.adapters.project.yaml_reader import read
from blockwright.adapters.project.yaml_spans import Span, spans
from blockwright.core.errors import Invalid
from blockwright.core.problems import Problem, ProjectInvalid


def entry_text(text: PipelineText, block: str) -> tuple[int, str]:
    """The line at which the entry begins (from 1), and its text without indentation."""
    place = text.place(block)
    span = spans(text.text).get(place)
    if span is None:  # an alias
        return 1, dumped(dict(text.entry(block)))
    if span.flow:
        return span.line + 1, dumped(dict(text.entry(block)))
    first, *rest = _whole(text.text, span).splitlines()
    return span.line + 1, "\n".join([first, *(_dedented(line, span.column) for line in rest)]) + "\n"


def replace_entry(text: PipelineText, block: str, new: str) -> None:
    """Put ``new`` in place of the entry. Raises ProjectInvalid naming the line of ``new``, Invalid for another uuid or
    other connections."""
    entry = _mapping(new)
    before = text.entry(block)
    if entry.get("uuid") != block:
        raise Invalid(
            f"The entry must keep `uuid: {block}`.", hint="Rename the block instead: references follow.", code="uuid"
        )
    for key in REFERENCES:
        if (entry.get(key) or []) != (before.get(key) or []):
            raise Invalid(
                f"`{key}` cannot be changed here.", hint="Connect and disconnect blocks instead.", code="connections"
            )
    place = text.place(block)
    data, span = text.data, spans(text.text).get(place)
    if span is None:
        raise Invalid(f"The entry of `{block}` stands elsewhere in the file.", hint="Edit the file itself.")
    if span.flow:
        made = text.text[: span.start] + flow(entry) + text.text[span.end :]
    else:
        old = _whole(text.text, span)
        newline = "\r\n" if "\r\n" in text.text else "\n"
        first, *rest = new.rstrip().splitlines()
        indented = [first, *(" " * span.column + line if line.strip() else "" for line in rest)]
        end = span.start + len(old)
        behind = text.text[end:]
        made = text.text[: span.start] + newline.join(indented) + behind
    _require_same_elsewhere(made, data, place, entry)
    text.text = made


def _require_same_elsewhere(made: str, data: Any, place: Any, entry: Any) -> None:
    """The change must be of this entry and of nothing else, whatever its text holds."""
    section, index = place
    wanted = {**data, section: [entry if at == index else one for at, one in enumerate(data[section])]}
    try:
        same = repr(read(made).data) == repr(wanted)
    except BrokenYaml:
        same = False
    if not same:
        raise Invalid(
            "This text cannot stand in the place of the block's entry.",
            hint="Write its keys one below the other, all at the left margin, or edit the file itself.",
            code="entry",
        )


def _mapping(new: str) -> dict[str, Any]:
    try:
        found = read(new).data
    except BrokenYaml as error:
        problem = Problem("", error.line, "", error.message, "Correct the line.", code=error.code)
        raise ProjectInvalid([problem]) from None
    if not isinstance(found, dict):
        raise Invalid(f"The entry is {shapes.shown(found)}; it must be a mapping.", hint="Write `key: value` lines.")
    if new[:1].isspace() or new.startswith(("---", "#", "%")):
        raise Invalid("The text must begin with a key.", hint="Put comments behind or below it.", code="entry")
    return found


def _whole(text: str, span: Span) -> str:
    """The entry to the end of its last line, so that a comment there belongs to it."""
    last = span.end - 1 if span.end > span.start and text[span.end - 1] == "\n" else span.end
    end = text.find("\n", last)
    return text[span.start : len(text) if end < 0 else end].rstrip()


def _dedented(line: str, column: int) -> str:
    return line[column:] if not line[:column].strip() else line.lstrip()
