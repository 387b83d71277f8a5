"""YAML text to plain data in one pass over libyaml's events: bounded, strict about keys, and aware of lines.

Building the data directly from the events takes a fraction of the time of ``yaml.load`` (which builds a tree of nodes
first), and allows what that loader cannot do: refuse duplicate keys, bound nesting and the size that aliases unfold
to, and tell the line of a value. Scalars mean what ``yaml.safe_load`` makes of them.
"""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from blockwright.adapters.project.documents import BrokenYaml, Document
from blockwright.adapters.project.findings import Key

DEEPEST = 100
"""Collections inside one another."""
MOST_UNFOLDED = 1_000_000
"""Values that all aliases of a file may stand for together; a "billion laughs" has more."""
LONGEST_SCALAR = 128
"""Characters of a plain scalar that may be a number or date; longer ones are text (long numbers cost squared time)."""

_TAG = "tag:yaml.org,2002:"
_MERGE = object()
_NO_KEY = object()
_OPEN = object()
_SCALAR_TAGS = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "binary", "timestamp", "str"))
_constructor = yaml.constructor.SafeConstructor()
_resolvers = yaml.SafeLoader.yaml_implicit_resolvers
_parser: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> Document:
    """The only document of ``text``; raises BrokenYaml."""
    builder = _Builder(text, None)
    data = builder.run()
    return Document(data, builder.entry_lines, builder.plain)


def places(text: str) -> dict[Key, int]:
    """The line of every key and list item of ``text`` (as far as it can be read)."""
    lines: dict[Key, int] = {(): 1}
    with contextlib.suppress(BrokenYaml):  # what was seen before the break is still right
        _Builder(text, lines).run()
    return lines


class _Builder:
    """One walk over the events. A frame of the stack is the collection around the current one with its open key."""

    def __init__(self, text: str, lines: dict[Key, int] | None) -> None:
        self.text = text
        self.lines = lines
        self.entry_lines: dict[str, dict[int, int]] = {}
        self.plain = True
        self.stack: list[tuple[Any, Any, Any, int]] = []
        self.container: Any = None
        self.key: Any = _NO_KEY
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.unfolded = 0
        self.nodes = 0
        self.scalars: dict[str, Any] = {}

    def run(self) -> Any:
        loader = None
        try:
            loader = _parser(self.text)
            return self._walk(loader)
        except yaml.MarkedYAMLError as error:
            raise _marked(error) from None
        except yaml.reader.ReaderError as error:
            line = self.text.encode()[: error.position].count(b"\n") + 1
            raise BrokenYaml(f"This is not valid YAML: {error.reason}.", line) from None
        finally:
            if loader is not None:
                loader.dispose()

    def _walk(self, loader: Any) -> Any:
        next_event = loader.get_event
        scalars = self.scalars
        root: Any = None
        documents = 0
        while True:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                value = event.value
                if event.implicit[0] and value in scalars:
                    value = scalars[value]
                elif event.tag is not None or event.implicit[0]:
                    value = self._scalar(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (value, 1)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, kind is MappingStartEvent)
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = self._close(event)
            elif kind is AliasEvent:
                value = self._alias(event)
            elif kind is StreamEndEvent:
                return root
            else:
                documents += kind is DocumentStartEvent
                if documents > 1:
                    self._fail(event, "there is a second document (`---`); a file has one", ())
                continue
            self.nodes += 1
            container = self.container
            if container.__class__ is list:
                if self.lines is not None:
                    self.lines.setdefault((*self._path(), len(container)), event.start_mark.line + 1)
                container.append(value)
            elif container is None:
                root = value
            elif self.key is _NO_KEY:
                self._begin_pair(event, value)
            else:
                if self.key is _MERGE:
                    self._merge(event, value)
                else:
                    container[self.key] = value
                self.key = _NO_KEY

    def _open(self, event: Any, mapping: bool) -> None:
        tag = event.tag
        if tag is not None and tag not in ("!", _TAG + ("map" if mapping else "seq")):
            if not (mapping and tag == _TAG + "set"):
                self._fail(event, f"the tag `{tag}` is not read here; use plain values", self._path())
            self.plain = False
        depth = len(self.stack)
        if depth >= DEEPEST:
            self._fail(event, f"it is nested deeper than {DEEPEST} levels", ())
        if self.container.__class__ is list:
            line = event.start_mark.line + 1
            if depth == 2 and mapping:
                self.entry_lines.setdefault(str(self.stack[1][1]), {})[len(self.container)] = line
            if self.lines is not None:
                self.lines[(*self._path(), len(self.container))] = line
        if event.anchor is not None:
            self.anchors[event.anchor] = (_OPEN, 0)
        self.stack.append((self.container, self.key, event, self.nodes))
        self.container = {} if mapping else []
        self.key = _NO_KEY

    def _close(self, event: Any) -> Any:
        value = self.container
        self.container, self.key, start, nodes = self.stack.pop()
        if value.__class__ is dict and _MERGE in value:
            merged = value.pop(_MERGE)
            value = {**merged, **value}
        if start.tag == _TAG + "set":
            value = set(value)
        if start.anchor is not None:
            self.anchors[start.anchor] = (value, self.nodes - nodes + 1)
        return value

    def _alias(self, event: Any) -> Any:
        value, size = self.anchors.get(event.anchor, (None, 0))
        if size == 0:
            why = "stands inside what it names" if value is _OPEN else "names nothing above it"
            self._fail(event, f"the alias `*{event.anchor}` {why}", self._path())
        self.unfolded += size
        self.nodes += size - 1
        if self.unfolded > MOST_UNFOLDED:
            self._fail(event, f"its aliases stand for more than {MOST_UNFOLDED:,} values", ())
        return value

    def _begin_pair(self, event: Any, key: Any) -> None:
        if key == "<<" and event.__class__ is ScalarEvent and event.implicit[0]:
            self.key = _MERGE
            return
        if key.__class__ is not str:
            if isinstance(key, (list, dict, set)):
                self._fail(event, "a list or mapping cannot be a key", self._path())
            self.plain = False
        if key in self.container:
            self._fail(event, f"the key `{key}` stands here twice", (*self._path(), str(key)), "duplicate_key")
        if self.lines is not None:
            self.lines[(*self._path(), key)] = event.start_mark.line + 1
        # Reserve the place, so that the order is the text's whatever the value turns out to be.
        self.container[key] = None
        self.key = key

    def _merge(self, event: Any, value: Any) -> None:
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            self._fail(event, "`<<` takes a mapping or a list of mappings", self._path())
        merged = self.container.pop(_MERGE, {})
        for source in sources:
            merged = {**source, **merged}
        self.container[_MERGE] = merged

    def _scalar(self, event: Any) -> Any:
        value, tag = event.value, event.tag
        if tag is None or tag == "!":
            tag = _implied(value) if event.implicit[0] else _TAG + "str"
        elif tag not in _SCALAR_TAGS:
            self._fail(event, f"the tag `{tag}` is not read here; use plain values", self._path())
        if tag == _TAG + "str":
            made = value
        else:
            node = yaml.ScalarNode(tag, value, event.start_mark, event.end_mark)
            try:
                made = _constructor.yaml_constructors[tag](_constructor, node)
            except (ValueError, KeyError, OverflowError) as error:
                self._fail(event, f"{value[:40]!r} cannot be read as {tag.removeprefix(_TAG)}: {error}", self._path())
        if isinstance(made, (date, bytes)):
            self.plain = False
        if event.implicit[0]:
            self.scalars[value] = made
        return made

    def _path(self) -> Key:
        path: list[str | int] = []
        for container, key, _, _ in self.stack[1:]:
            path.append(len(container) if isinstance(container, list) else key)
        if self.container.__class__ is dict and self.key not in (_NO_KEY, _MERGE):
            path.append(self.key)
        return tuple(path)

    def _fail(self, event: Any, what: str, key: Key, code: str = "yaml") -> NoReturn:
        mark = event.start_mark
        raise BrokenYaml(f"This YAML cannot be read: {what}.", mark.line + 1, mark.column + 1, key, code)


def _implied(value: str) -> str:
    if len(value) > LONGEST_SCALAR:
        return _TAG + "str"
    for tag, pattern in _resolvers.get(value[:1], ()):
        if pattern.match(value):
            return str(tag) if tag in _SCALAR_TAGS else _TAG + "str"
    return _TAG + "str"


_NO_TOKEN = "found character that cannot start any token"


def _marked(error: yaml.MarkedYAMLError) -> BrokenYaml:
    mark = error.problem_mark or error.context_mark
    what = ", ".join(part for part in (error.context, error.problem) if part) or "it breaks off"
    what = what.replace(_NO_TOKEN, f"{_NO_TOKEN} (a tab? YAML indents with blanks)")
    if mark is None:
        return BrokenYaml(f"This is not valid YAML: {what}.", None)
    return BrokenYaml(f"This is not valid YAML: {what}.", mark.line + 1, mark.column + 1)
