"""Changes to a YAML text that leave every other line as it is: byte for byte, comments, order and quotes included.

A change is made in the text at the place where the value stands. Then the new text is read, and must say exactly what
was wanted; if it does not (an unusual layout), the change is made once more through ruamel's round trip, which keeps
comments and order but may lay other lines out anew. If even that says something else, the change is refused.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Key, dotted
from blockwright.adapters.project.yaml_reader import read
from blockwright.adapters.project.yaml_spans import Span, spans
from blockwright.core.errors import Invalid


def set_key(text: str, key: Key, value: Any) -> str:
    """The text in which ``key`` (a key of a mapping) has ``value``; the mapping is made when it is missing or null."""

    def change(data: Any) -> None:
        _mapping(data, key[:-1])[key[-1]] = value

    return _changed(text, change, lambda: _set_in_text(text, key, value))


def append(text: str, key: Key, item: Any) -> str:
    """The text in which the list at ``key`` has one more item; the list is made when it is missing or null."""

    def change(data: Any) -> None:
        parent = _mapping(data, key[:-1])
        parent[key[-1]] = [*(parent.get(key[-1]) or []), item]

    def append_in_round_trip(data: Any) -> None:
        parent = _mapping(data, key[:-1])
        if parent.get(key[-1]):
            parent[key[-1]].append(item)
        else:
            parent[key[-1]] = [item]

    return _changed(text, change, lambda: _append_in_text(text, key, item), append_in_round_trip)


def remove_item(text: str, key: Key, index: int) -> str:
    """The text without one item of the list at ``key``; comments above it stay."""

    def change(data: Any) -> None:
        del _mapping(data, key[:-1])[key[-1]][index]

    return _changed(text, change, lambda: _remove_from_text(text, key, index))


def remove_key(text: str, key: Key) -> str:
    """The text without a key of a mapping and its value; comments above it stay."""

    def change(data: Any) -> None:
        del _mapping(data, key[:-1])[key[-1]]

    return _changed(text, change, lambda: _remove_pair(text, key))


def rename_key(text: str, key: Key, name: str) -> str:
    """The text in which the key of a mapping is called otherwise, in its old place."""

    def change(data: Any) -> None:
        parent = _mapping(data, key[:-1])
        pairs = [(name if old == key[-1] else old, value) for old, value in parent.items()]
        parent.clear()
        parent.update(pairs)

    def edit() -> str | None:
        place = spans(text).get(key)
        if place is None or place.key_start < 0:
            return None
        return text[: place.key_start] + _like(text[place.key_start : place.key_end], name) + text[place.key_end :]

    return _changed(text, change, edit)


def replace_texts(text: str, new: Mapping[Key, str]) -> str:
    """The text in which each of these values, texts all of them, is another text; in the quotes that it had."""

    def change(data: Any) -> None:
        for key, value in new.items():
            _inside(data, key[:-1])[key[-1]] = value

    def edit() -> str | None:
        places = spans(text)
        if any(key not in places or places[key].kind != "scalar" for key in new):
            return None
        made = text
        for key in sorted(new, key=lambda key: -places[key].start):
            place = places[key]
            made = made[: place.start] + _like(made[place.start : place.end], new[key]) + made[place.end :]
        return made

    return _changed(text, change, edit) if new else text


def reorder(text: str, key: Key, order: Sequence[int]) -> str:
    """The text in which the items of a list stand in this order; comments directly above an item go with it."""

    def change(data: Any) -> None:
        parent = _mapping(data, key[:-1])
        items = parent[key[-1]]
        parent[key[-1]] = [items[place] for place in order]

    return _changed(text, change, lambda: _reorder_in_text(text, key, order))


def _changed(
    text: str,
    change: Callable[[Any], None],
    edit: Callable[[], str | None],
    change_round_trip: Callable[[Any], None] | None = None,
) -> str:
    data = read(text).data
    wanted = _unshared({} if data is None else data)
    change(wanted)
    for attempt in (edit, lambda: _round_trip(text, change_round_trip or change)):
        made = attempt()
        if made is not None and _says(made, wanted):
            return made
    raise Invalid("This YAML has a layout that cannot be changed safely.", hint="Change it in an editor.")


def _unshared(value: Any) -> Any:
    """A copy in which nothing stands twice, as it does where the text has aliases: a change is meant for one place."""
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value


def _says(text: str, wanted: Any) -> bool:
    try:
        return repr(read(text).data) == repr(wanted)  # as text, so that 1 is not true and nan is itself
    except BrokenYaml:
        return False


def _mapping(data: Any, key: Key) -> Any:
    """The mapping at ``key``; made where it is missing or null."""
    for part in key:
        if isinstance(data, dict) and data.get(part) is None:
            data[part] = {}
        data = data[part]
    if not isinstance(data, dict):
        raise Invalid(f"`{dotted(key)}` is no mapping.", hint="Make it one, or take it out.")
    return data


def _inside(data: Any, key: Key) -> Any:
    for part in key:
        data = data[part]
    return data


def _round_trip(text: str, change: Callable[[Any], None]) -> str | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1_000_000
    try:
        data = editor.load(text)
        if data is None:
            data = {}
        change(data)
        out = io.StringIO()
        editor.dump(data, out)
        return out.getvalue()
    except (YAMLError, TypeError, ValueError, AttributeError, KeyError):
        return None


def _set_in_text(text: str, key: Key, value: Any) -> str | None:
    places = spans(text)
    place = places.get(key)
    if place is None:
        return _add_pair(text, places, key, value)
    if place.key_line < 0:
        return None
    parent = places[key[:-1]]
    if parent.flow:
        return text[: place.start] + _flow(value) + text[place.end :]
    return _replace_value(text, place, {key[-1]: value})


def _append_in_text(text: str, key: Key, item: Any) -> str | None:
    places = spans(text)
    place = places.get(key)
    if place is None or _is_empty(text, place):
        return _set_in_text(text, key, [item])
    if place.kind != "sequence":
        return None
    if place.flow:
        return _insert_in_flow(text, place, _flow(item))
    return _insert_lines(text, place.end, _dumped([item]), place.column)


def _remove_from_text(text: str, key: Key, index: int) -> str | None:
    """Take out an item of a list: in block style its lines, if it has others beside it."""
    places = spans(text)
    whole, item = places.get(key), places.get((*key, index))
    if whole is None or item is None:
        return None
    if whole.flow:
        return _remove_from_flow(text, places, key, index)
    if (*key, 1) not in places:
        return _set_in_text(text, key, [])
    first = text.rfind("\n", 0, item.start) + 1
    if text[first : item.start].strip() != "-":
        return None
    end = _line_end(text, item.end - 1 if text[item.end - 1] == "\n" else item.end)
    return text[:first] + text[end + 1 :]


def _remove_from_flow(text: str, places: dict[Key, Span], key: Key, index: int) -> str | None:
    """Take out the item with the comma and space behind it, or of the last one those before it."""
    item, before, behind = places[(*key, index)], places.get((*key, index - 1)), places.get((*key, index + 1))
    if behind is not None:
        return text[: item.start] + text[behind.start :]
    return text[: before.end if before is not None else item.start] + text[item.end :]


def _remove_pair(text: str, key: Key) -> str | None:
    """Take out the lines of a pair of a mapping in block style that has others beside it."""
    places = spans(text)
    place, parent = places.get(key), places.get(key[:-1])
    if place is None or parent is None or parent.flow or place.key_start < 0:
        return None
    first = text.rfind("\n", 0, place.key_start) + 1
    if text[first : place.key_start].strip():
        return None  # it begins an item of a list
    end = _line_end(text, place.end - 1 if text[place.end - 1] == "\n" else place.end)
    return text[:first] + text[end + 1 :]


def _reorder_in_text(text: str, key: Key, order: Sequence[int]) -> str | None:
    """Cut the list's lines into one piece for each item and put them together anew."""
    places = spans(text)
    whole = places.get(key)
    if whole is None or whole.flow or sorted(order) != list(range(len(order))):
        return None
    starts = [_first_line(text, places[(*key, place)].start) for place in range(len(order))]
    last = places[(*key, len(order) - 1)].end
    end = last if text[last - 1] == "\n" else min(_line_end(text, last) + 1, len(text))
    while end < len(text) and not text[end : (following := min(_line_end(text, end) + 1, len(text)))].strip():
        end = following  # an empty line behind an item goes with it, also behind the last one
    if any(text[start:].lstrip(" ")[:1] not in "-#" for start in starts):
        return None
    pieces = [text[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    newline = _newline(text)
    ended = [piece if piece.endswith("\n") else piece + newline for piece in pieces]
    made = "".join(ended[place] for place in order)
    if not pieces[-1].endswith("\n"):
        made = made.removesuffix(newline)
    return text[: starts[0]] + made + text[end:]


def _first_line(text: str, at: int) -> int:
    """Where the line of an item begins, or the first of the comments directly above it."""
    first = text.rfind("\n", 0, at) + 1
    while first and text[(above := text.rfind("\n", 0, first - 1) + 1) : first].lstrip(" ").startswith("#"):
        first = above
    return first


def _like(old: str, new: str) -> str:
    """A text as YAML, in the quotes that the old one had where that says the same."""
    for quote in ("'", '"'):
        if old.startswith(quote) and new.isprintable() and quote not in new and "\\" not in new:
            return f"{quote}{new}{quote}"
    return _flow(new)


def _add_pair(text: str, places: dict[Key, Span], key: Key, value: Any) -> str | None:
    """Add a key to a mapping, which may itself be missing, null or empty."""
    pair = {key[-1]: value}
    parent = places.get(key[:-1])
    if len(key) > 1 and (parent is None or _is_empty(text, parent)):
        if parent is not None and places[key[:-2]].flow:
            return None
        return _set_in_text(text, key[:-1], pair)
    if parent is None or (not key[:-1] and _is_empty(text, parent)):
        return _insert_lines(text, len(text), _dumped(pair), 0)
    if parent.kind != "mapping":
        return None
    if parent.flow:
        return _insert_in_flow(text, parent, _flow(pair)[1:-1])
    return _insert_lines(text, parent.end, _dumped(pair), parent.column)


def _replace_value(text: str, place: Span, pair: dict[Any, Any]) -> str:
    """Replace a value in a block mapping. What follows it on its line stays; so does a comment behind the key."""
    lines = _dumped(pair).splitlines()
    name = text[place.key_start : place.key_end]
    behind = ""
    if place.line > place.key_line:  # the old value begins on a later line than its key
        rest = text[place.key_end : place.start].split("\n")[0]
        behind = rest.partition("#")[1] + rest.partition("#")[2] if "#" in rest else ""
    end, old = place.end, text[place.start : place.end]
    if old.endswith("\n"):  # a block scalar takes its last line break along
        end -= len(old) - len(old.rstrip("\r\n"))
    first = lines[0].removeprefix(_dumped({next(iter(pair)): 0}).rpartition(":")[0])
    head = name + first + (f"  {behind.rstrip()}" if behind else "")
    if len(lines) == 1:
        return text[: place.key_start] + head + text[end:]
    # A comment on the line of the old value must not end up behind the last of several lines.
    stop = _line_end(text, end)
    comment = text[end:stop].rstrip("\r")
    body = [head + comment, *(" " * place.key_column + line for line in lines[1:])]
    return text[: place.key_start] + _newline(text).join(body) + text[end + len(comment) :]


def _insert_lines(text: str, after: int, block: str, column: int) -> str:
    """Insert whole lines behind the line in which the position ``after`` lies."""
    newline = _newline(text)
    lines = "".join(" " * column + line + newline for line in block.splitlines())
    at = after if after and text[after - 1] == "\n" else _line_end(text, after)
    if at < len(text) and text[at] == "\n" and not (after and text[after - 1] == "\n"):
        at += 1
    before = text[:at]
    if before and not before.endswith("\n"):
        before += newline
    return before + lines + text[at:]


def _insert_in_flow(text: str, place: Span, piece: str) -> str:
    close = place.end - 1
    inner = text[place.start + 1 : close]
    kept = inner.rstrip()
    if not kept:
        separator = ""
    else:
        separator = " " if kept.endswith(",") else ", "
    at = place.start + 1 + len(kept)
    return text[:at] + separator + piece + text[at:]


def _is_empty(text: str, place: Span) -> bool:
    return text[place.start : place.end].strip() in ("", "~", "null", "Null", "NULL", "{}", "[]")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def dumped(value: Any) -> str:
    """A new text in block style."""
    return _dumped(value)


def flow(value: Any) -> str:
    """A value in one line."""
    return _flow(value)


def _dumped(value: Any) -> str:
    """Block style; texts of several lines in one line with escapes, so that indenting cannot change them."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=10**6)


def _flow(value: Any) -> str:
    dumped = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6)
    return dumped.removesuffix("...\n").rstrip("\n")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
