"""What the blocks before have left: one positional argument for each, and what goes into the keyword arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from blockwright.runner.workplace import Workplace
from blockwright.wire.specs import Child, Input


@dataclass
class Inputs:
    """``arguments`` in the order of ``upstream_blocks``; ``merged`` are entries of metadata for kwargs."""

    blocks: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)
    merged: dict[str, Any] = field(default_factory=dict)

    def names(self) -> dict[str, Any]:
        """Every input under its block's name and as ``df_1``, ``df_2`` … (the names block code may use)."""
        named = dict(zip(self.blocks, self.arguments, strict=True))
        numbered = {f"df_{place}": value for place, value in enumerate(self.arguments, start=1)}
        return {**named, **numbered}


def gather(workplace: Workplace) -> Inputs:
    """Read the inputs of an attempt; raises codecs.StoreError when one is gone."""
    inputs = Inputs()
    for each in workplace.spec.inputs:
        inputs.blocks.append(each.block)
        inputs.arguments.append(argument(each, workplace, inputs.merged))
    return inputs


def as_argument(values: Sequence[Any]) -> Any:
    """A block's outputs as one argument: the only one itself, several as a list, none as an empty list."""
    return values[0] if len(values) == 1 else list(values)


def argument(each: Input, workplace: Workplace, merged: dict[str, Any]) -> Any:
    """One input; entries of metadata go into ``merged``."""
    values, store = workplace.values, workplace.store
    if each.children is not None:
        return _reduced(each.children, workplace, merged)
    if each.parts is not None:
        return {part.block: values.read(part.outputs, store) for part in each.parts}
    if each.item is not None:
        return _item(each, each.item, values.read(each.outputs, store, for_item=True), merged)
    found = values.read(each.outputs, store)
    if each.merge_second and len(found) == 2 and isinstance(found[1], dict):
        merged.update(found[1])
    return as_argument(found)


def _item(each: Input, index: int, found: list[Any], merged: dict[str, Any]) -> Any:
    """Item ``index`` of a dynamic parent; its entry of metadata is merged into kwargs."""
    if not found:
        raise IndexError(f"Block `{each.block}` gave no items, but item {index} is asked for.")
    if len(found) > 1 and found[1] is not None:
        metadata = item_of(found[1], index)
        if isinstance(metadata, dict):
            merged.update(metadata)
    value = item_of(found[0], index)
    return value.to_dict() if each.sql is not None and hasattr(value, "to_dict") else value


def item_of(items: Any, index: int) -> Any:
    """Item ``index`` of a list, an array, or a frame (row as a Series; of a Polars frame as a dict)."""
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(items, polars.DataFrame):
        return items.row(index, named=True)
    return items.iloc[index] if hasattr(items, "iloc") else items[index]


def _reduced(children: Sequence[Child], workplace: Workplace, merged: dict[str, Any]) -> list[Any]:
    """The outputs of all dynamic children in one flat list, in index order.

    One output that is a list gives its elements, another single output itself, several a list of them, none ``None``.
    A dict as the second of two outputs is also merged into kwargs; later children win.
    """
    gathered: list[Any] = []
    for child in children:
        found = workplace.values.read(child.outputs, workplace.store)
        if len(found) == 1 and isinstance(found[0], list):
            gathered.extend(found[0])
        elif found:
            gathered.append(as_argument(found))
        else:
            gathered.append(None)
        if len(found) == 2 and isinstance(found[1], dict):
            merged.update(found[1])
    return gathered
