"""Where a value comes from and where it goes: blocks, data products and pipelines as one graph, and a view of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import RunId


class NodeKind(StrEnum):
    BLOCK = "block"
    PRODUCT = "product"
    PIPELINE = "pipeline"  # as something that block code starts


class EdgeKind(StrEnum):
    FEEDS = "feeds"  # an upstream of a block, as the pipeline's file says
    READS = "reads"  # block code asked for the output of another block, or for a product's value
    MAKES = "makes"  # the block's outputs are the product's value
    GIVES = "gives"  # a block of type global_data_product takes the product's value
    TRIGGERS = "triggers"  # block code started the pipeline
    BEGINS = "begins"  # the pipeline's first blocks


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """``pipeline`` is empty for a product, ``name`` for a pipeline."""

    kind: NodeKind
    pipeline: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """From where data (or the wish to run) comes to where it goes. ``run`` and ``seen``: when that was last observed,
    where it is known from runs and not from files."""

    source: Node
    target: Node
    kind: EdgeKind
    run: RunId | None = None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """That the code of a block asked for something: ``source`` is the block that gave the output, the product whose
    value it was, or the pipeline that was started."""

    pipeline: str
    block: BlockId
    source: Node
    run: RunId
    seen: datetime

    @property
    def edge(self) -> Edge:
        reader = Node(NodeKind.BLOCK, self.pipeline, self.block)
        if self.source.kind is NodeKind.PIPELINE:
            return Edge(reader, self.source, EdgeKind.TRIGGERS, self.run, self.seen)
        return Edge(self.source, reader, EdgeKind.READS, self.run, self.seen)


@dataclass(frozen=True, slots=True)
class View:
    """A part of the graph. ``nodes``: how many steps each lies up (negative) or down from where the view begins.
    ``left_out``: nodes that were next and are not shown, because there were too many."""

    nodes: Mapping[Node, int]
    edges: tuple[Edge, ...]
    left_out: int = 0


def around(edges: Iterable[Edge], start: Sequence[Node], *, up: int, down: int, most: int) -> View:
    """Everything at most ``up`` steps before and ``down`` steps behind ``start``, nearest first, ``most`` nodes."""
    edges = tuple(edges)
    found: dict[Node, int] = dict.fromkeys(start, 0)
    missed: set[Node] = set()
    for steps, sign, next_to in ((up, -1, _neighbours(edges, up=True)), (down, 1, _neighbours(edges, up=False))):
        layer = list(start)
        for step in range(1, steps + 1):
            near = dict.fromkeys(node for each in layer for node in next_to.get(each, ()) if node not in found)
            layer = list(near)[: max(0, most - len(found))]
            missed.update(list(near)[len(layer) :])
            found.update(dict.fromkeys(layer, sign * step))
    shown = tuple(edge for edge in edges if edge.source in found and edge.target in found)
    return View(found, shown, len(missed - found.keys()))


def _neighbours(edges: Sequence[Edge], *, up: bool) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = {}
    for edge in edges:
        here, there = (edge.target, edge.source) if up else (edge.source, edge.target)
        found.setdefault(here, []).append(there)
    return found
