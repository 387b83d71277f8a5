"""Where the values of a YAML text stand, character by character, so that one can be changed and the rest left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from blockwright.adapters.project.findings import Key

_DEEPEST = 5  # parts of a key that anybody edits: blocks[3].downstream_blocks[0]


@dataclass(slots=True)
class Span:
    """``kind`` is ``scalar``, ``mapping`` or ``sequence``; ``start`` and ``end`` are character positions, the end
    being that of the last thing inside (not of comments behind it). ``column`` is that of ``start``. For the value of
    a mapping ``key_start`` and ``key_end`` enclose its key."""

    kind: str
    flow: bool
    start: int
    end: int
    column: int
    line: int
    key_start: int = -1
    key_end: int = -1
    key_line: int = -1
    key_column: int = -1


@dataclass(slots=True)
class _Open:
    span: Span
    path: Key
    key: Any = None  # the scalar event of the key whose value comes next
    count: int = 0
    last: int = 0


def spans(text: str) -> dict[Key, Span]:
    """The spans of the values of the first document, by key, as deep as they are edited; the text must be sound.

    Values under keys that are no plain scalars, and what an alias stands for, have none.
    """
    found: dict[Key, Span] = {}
    stack: list[_Open] = []
    parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    event: Any
    for event in yaml.parse(text, Loader=parser):
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            path = _next_path(stack)
            span = _span(event, "mapping" if kind is MappingStartEvent else "sequence", stack)
            span.flow = bool(event.flow_style)
            stack.append(_Open(span, path, last=event.end_mark.index))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            done = stack.pop()
            done.span.end = event.end_mark.index if done.span.flow else done.last
            _finish(found, stack, done.path, done.span)
        elif kind is ScalarEvent or kind is AliasEvent:
            parent = stack[-1] if stack else None
            if parent is not None and parent.span.kind == "mapping" and parent.key is None:
                parent.key = event
                parent.last = event.end_mark.index
            else:
                _finish(found, stack, _next_path(stack), _span(event, "scalar", stack))
    return found


def _next_path(stack: list[_Open]) -> Key:
    if not stack:
        return ()
    parent = stack[-1]
    if parent.span.kind == "sequence":
        return (*parent.path, parent.count)
    return (*parent.path, getattr(parent.key, "value", ""))


def _span(event: Any, kind: str, stack: list[_Open]) -> Span:
    start = event.start_mark
    span = Span(kind, False, start.index, event.end_mark.index, start.column, start.line)
    key = stack[-1].key if stack and stack[-1].span.kind == "mapping" else None
    if key is not None:
        span.key_start, span.key_end = key.start_mark.index, key.end_mark.index
        span.key_line, span.key_column = key.start_mark.line, key.start_mark.column
    return span


def _finish(found: dict[Key, Span], stack: list[_Open], path: Key, span: Span) -> None:
    if len(path) <= _DEEPEST:
        found[path] = span
    if stack:
        parent = stack[-1]
        parent.last = max(parent.last, span.end)
        parent.count += 1
        parent.key = None
