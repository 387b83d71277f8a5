"""A dynamic parent says how many children there will be, and how each is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blockwright.runner.inputs import item_of
from blockwright.wire.manifests import DynamicItems

_WAY_OUT = "A dynamic block returns `[items]` or `[items, metadata]`, with one entry of metadata for each item."


class WrongItems(ValueError):
    """A dynamic block returned something else than items and their metadata."""


def items_of(outputs: Sequence[Any], *, returned_nothing: bool, block: str) -> DynamicItems:
    """Count, names and extra upstream block runs of the children; raises WrongItems naming what is wrong.

    An empty list means no children. Names that occur twice, or that read like another child's index, give way to the
    index, so that every child has a name of its own.
    """
    if returned_nothing:
        raise WrongItems(f"The dynamic block `{block}` returned nothing. {_WAY_OUT}")
    if not outputs:
        return DynamicItems(0)
    if len(outputs) > 2:
        raise WrongItems(f"The dynamic block `{block}` returned {len(outputs)} values. {_WAY_OUT}")
    count = _count(outputs[0], block)
    metadata = outputs[1] if len(outputs) == 2 else None
    if metadata is None:
        return DynamicItems(count)
    entries = _entries(metadata, count, block)
    return DynamicItems(count, _names(entries), tuple(_upstream(entry) for entry in entries))


def _count(items: Any, block: str) -> int:
    if isinstance(items, str | bytes | dict | set | frozenset) or not hasattr(items, "__len__"):
        kind = type(items).__name__
        raise WrongItems(
            f"The dynamic block `{block}` must return a list or a frame of items first, not a {kind}. {_WAY_OUT}"
        )
    try:
        return len(items)
    except TypeError as error:  # an array without dimensions
        raise WrongItems(f"The items of the dynamic block `{block}` have no length: {error}. {_WAY_OUT}") from error


def _entries(metadata: Any, count: int, block: str) -> list[dict[str, Any]]:
    length = _count(metadata, block)
    if length != count:
        raise WrongItems(
            f"The dynamic block `{block}` returned {count} items but {length} entries of metadata. {_WAY_OUT}"
        )
    entries = [item_of(metadata, place) for place in range(length)]
    for place, entry in enumerate(entries):
        if entry is not None and not isinstance(entry, dict):
            raise WrongItems(
                f"Entry {place} of the metadata of the dynamic block `{block}` is a {type(entry).__name__}, not a "
                f"dict. {_WAY_OUT}"
            )
    return [entry or {} for entry in entries]


def _names(entries: Sequence[dict[str, Any]]) -> tuple[str | None, ...]:
    names: list[str | None] = []
    taken: set[str] = set()
    indexes = {str(place) for place in range(len(entries))}
    for place, entry in enumerate(entries):
        given = entry.get("block_uuid")
        name = None if given is None else str(given)
        if not name or name in taken or (name in indexes and name != str(place)):
            name = None
        if name is not None:
            taken.add(name)
        names.append(name)
    return tuple(names)


def _upstream(entry: dict[str, Any]) -> tuple[str, ...]:
    found = entry.get("upstream_blocks") or ()
    return (found,) if isinstance(found, str) else tuple(str(each) for each in found)
