"""Dynamic blocks: which children a block has, what each is called, what each is given.

The number of children is the product, over the block's upstreams, of the items of a dynamic upstream, the children of
a multiplied one, or 1. The flat index is mixed-radix with the last upstream varying fastest. A child is named by the
``block_uuid`` that the last dynamic upstream with metadata gives for its item, else by its index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, BlockRunName
from blockwright.core.runs.shape import Node


@dataclass(frozen=True, slots=True)
class Link:
    """What one upstream gives to one block run.

    ``source`` is the block run whose outputs are given; ``item``: only that item of its first output; ``gathered``:
    instead of ``source``, all children of a reduced upstream; ``merge_second``: a 1:1 chain of dynamic children,
    where a dict as second of two outputs is merged into the keyword arguments.
    """

    block: BlockId
    source: BlockRunName
    item: int | None = None
    gathered: bool = False
    merge_second: bool = False


@dataclass(frozen=True, slots=True)
class ChildPlan:
    name: BlockRunName
    index: int
    links: tuple[Link, ...]
    waits_for: tuple[BlockRunName, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    link: Link
    label: str
    name: str | None = None
    waits_for: tuple[BlockRunName, ...] = ()


def ordinary_links(node: Node, nodes: Mapping[BlockId, Node]) -> tuple[Link, ...]:
    """The links of a block that does not multiply."""
    return tuple(_whole(name, nodes[name]) for name in node.upstream)


def children_of(
    node: Node,
    nodes: Mapping[BlockId, Node],
    row: Callable[[BlockRunName], BlockRun],
    children: Callable[[BlockId], Sequence[BlockRunName]],
) -> list[ChildPlan]:
    """The children of an expanded block, in index order; every dynamic upstream must have completed."""
    choices = [_choices(name, nodes[name], row, children) for name in node.upstream]
    plans: list[ChildPlan] = []
    taken: set[str] = set()
    for index, combination in enumerate(_product(choices)):
        label = _label(combination, index)
        name = f"{node.block}:{label}"
        if name in taken:
            name = f"{name}:{index}"
        taken.add(name)
        plans.append(
            ChildPlan(
                name=BlockRunName(name),
                index=index,
                links=tuple(choice.link for choice in combination),
                waits_for=tuple(extra for choice in combination for extra in choice.waits_for),
            )
        )
    return plans


def _whole(name: BlockId, node: Node) -> Link:
    return Link(block=name, source=BlockRunName(name), gathered=node.expanded)


def _choices(
    name: BlockId,
    node: Node,
    row: Callable[[BlockRunName], BlockRun],
    children: Callable[[BlockId], Sequence[BlockRunName]],
) -> list[_Choice]:
    if node.dynamic and node.expanded:
        return [
            choice
            for place, child in enumerate(children(name))
            for choice in _items(name, child, row(child).items, prefix=f"{place}:")
        ]
    if node.dynamic:
        source = BlockRunName(name)
        return _items(name, source, row(source).items, prefix="")
    if node.multiplies:
        return [
            _Choice(Link(block=name, source=child, merge_second=True), label=str(place))
            for place, child in enumerate(children(name))
        ]
    return [_Choice(_whole(name, node), label="")]


def _items(block: BlockId, source: BlockRunName, items: Mapping[str, Any] | None, prefix: str) -> list[_Choice]:
    items = items or {}
    names: Sequence[str | None] = items.get("names") or ()
    waits: Sequence[Sequence[str]] = items.get("upstream") or ()
    return [
        _Choice(
            Link(block=block, source=source, item=place),
            label=f"{prefix}{place}",
            name=names[place] if place < len(names) else None,
            waits_for=tuple(BlockRunName(extra) for extra in waits[place]) if place < len(waits) else (),
        )
        for place in range(int(items.get("count", 0)))
    ]


def _product(choices: Sequence[Sequence[_Choice]]) -> list[tuple[_Choice, ...]]:
    combinations: list[tuple[_Choice, ...]] = [()]
    for options in choices:
        combinations = [(*before, option) for before in combinations for option in options]
    return combinations


def _label(combination: Sequence[_Choice], index: int) -> str:
    named = [choice.name for choice in combination if choice.name]
    if named:
        return named[-1]
    multiplied = [choice for choice in combination if choice.label]
    return multiplied[0].label if len(multiplied) == 1 else str(index)
