"""Mage's small helpers for lists and dicts (``mage_ai.shared.array`` and ``mage_ai.shared.hash``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any


def find(condition: Callable[[Any], Any], items: Iterable[Any], map: Callable[[Any], Any] | None = None) -> Any:
    """The first item that meets ``condition`` (``map`` applied), or None."""
    for item in items:
        if condition(item):
            return map(item) if map else item
    return None


def find_index(condition: Callable[[Any], Any], items: Iterable[Any]) -> int:
    """The position of the first item that meets ``condition``, or -1."""
    return next((place for place, item in enumerate(items) if condition(item)), -1)


def difference(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    """The items of ``left`` that are not in ``right``."""
    unwanted = list(right)
    return [item for item in left if item not in unwanted]


def flatten(items: Iterable[Iterable[Any]]) -> list[Any]:
    """The items of the inner lists, one level deep."""
    return [item for inner in items for item in inner]


def batch(items: Sequence[Any], size: int = 1) -> Iterator[Sequence[Any]]:
    """``items`` in pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def is_iterable(value: Any) -> bool:
    """Whether ``value`` is iterable, and not text, bytes or a dict."""
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes | dict)


def unique_by(items: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    """The first item for each key, in order."""
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(key(item), item)
    return list(seen.values())


def dig(value: Mapping[str, Any], keys: str | Sequence[str]) -> Any:
    """The value below a path of keys (``'a.b'`` or a list), or None."""
    found: Any = value
    for key in keys.split(".") if isinstance(keys, str) else keys:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def extract(value: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The entries of ``keys`` that are there."""
    return {key: value[key] for key in keys if key in value}


def ignore_keys(value: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Everything but ``keys``."""
    unwanted = set(keys)
    return {key: item for key, item in value.items() if key not in unwanted}


def ignore_keys_with_blank_values(value: Mapping[str, Any]) -> dict[str, Any]:
    """The entries whose value is neither None nor empty."""
    return {key: item for key, item in value.items() if item or item == 0}


def merge_dict(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """A new dict of both; ``right`` wins."""
    return {**left, **right}


def index_by(key: Callable[[Any], Any], items: Iterable[Any]) -> dict[Any, Any]:
    """Items by key; of several with one key the last."""
    return {key(item): item for item in items}


def group_by(key: Callable[[Any], Any], items: Iterable[Any]) -> dict[Any, list[Any]]:
    """Lists of items by key."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def flatten_dict(value: Mapping[str, Any], parent_key: str = "", separator: str = ".") -> dict[str, Any]:
    """Nested dicts as one, with dotted keys."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        name = f"{parent_key}{separator}{key}" if parent_key else str(key)
        flat.update(flatten_dict(item, name, separator) if isinstance(item, Mapping) and item else {name: item})
    return flat


def set_value(value: dict[str, Any], keys: Sequence[str], item: Any) -> dict[str, Any]:
    """``value`` itself with ``item`` below the path ``keys``; missing dicts on the way are made."""
    place = value
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    place[keys[-1]] = item
    return value
