"""The graph of a project: what its files say about blocks, pipelines and data products, and what block code was seen to
read and to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from blockwright.core.blocks import BlockId, BlockType
from blockwright.core.catalog.lineage import Edge, EdgeKind, Node, NodeKind, View, around
from blockwright.core.errors import NotFound
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.problems import ProjectInvalid
from blockwright.core.products import Product
from blockwright.ports.workspace import Workspace
from blockwright.services import shared_products
from blockwright.services.products import CONFIGURATION

Sees = Callable[[str], bool]
"""Whether a pipeline may be seen."""

MOST_NODES = 500
ELSEWHERE = "another project"
"""What stands for a product's project when its entry does not name it."""


@dataclass(frozen=True)
class Landscape:
    """The whole graph that somebody may see. ``unreadable`` are pipelines whose files cannot be read now: what runs
    showed of them is in the graph, what they say is not."""

    pipelines: Mapping[str, PipelineSpec]
    products: Mapping[str, Product]
    edges: tuple[Edge, ...]
    unreadable: tuple[str, ...] = ()

    @cached_property
    def outgoing(self) -> Mapping[Node, list[Edge]]:
        found: dict[Node, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return found

    @cached_property
    def observed(self) -> frozenset[Node]:
        """Everything that an edge comes from or goes to."""
        return frozenset(node for edge in self.edges for node in (edge.source, edge.target))

    def readers(self, node: Node) -> int:
        """How many blocks, products and pipelines take something from it directly."""
        return len({edge.target for edge in self.outgoing.get(node, ())})


def landscape(workspace: Workspace, sees: Sees) -> Landscape:
    pipelines: dict[str, PipelineSpec] = {}
    unreadable = []
    for name in workspace.files.pipelines():
        if not sees(name):
            continue
        try:
            pipelines[name] = workspace.files.pipeline(name)
        except (ProjectInvalid, NotFound):
            unreadable.append(name)
    products = _products(workspace, sees)
    edges = [edge for spec in pipelines.values() for edge in _in_pipeline(spec, products)]
    edges += [edge for product in products.values() for edge in _makers(product, pipelines)]
    for reading in workspace.oversight.catalog.readings(workspace.project.name):
        source = reading.source
        if sees(reading.pipeline) and (source.name in products if not source.pipeline else sees(source.pipeline)):
            edges.append(reading.edge)
    edges += _beginnings(edges, pipelines)
    return Landscape(pipelines, products, tuple(dict.fromkeys(edges)), tuple(unreadable))


def known_products(workspace: Workspace) -> Mapping[str, Product]:
    """None while their registry cannot be read, which the list of products reports."""
    try:
        return workspace.files.products()
    except ProjectInvalid:
        return {}


def _products(workspace: Workspace, sees: Sees) -> dict[str, Product]:
    """Of this project's registry; what another project makes is seen by whoever may see all of this one."""
    found = {}
    for name, one in known_products(workspace).items():
        away = shared_products.foreign(workspace, one)
        if sees("" if away else one.pipeline):
            found[name] = replace(one, project=one.project or ELSEWHERE) if away else replace(one, project="")
    return found


def lineage(land: Landscape, start: Node, *, up: int, down: int, most: int = MOST_NODES) -> View:
    """What lies around a node; raises NotFound (code ``asset_not_found``) for one that nothing knows."""
    if not knows(land, start):
        what = {
            "block": f"block `{start.name}` in pipeline `{start.pipeline}`",
            "product": f"data product `{start.name}`",
        }
        raise NotFound(
            f"There is no {what.get(start.kind.value, f'pipeline `{start.pipeline}`')}.",
            hint="`blockwright catalog` lists outputs and data products.",
            code="asset_not_found",
        )
    return around(land.edges, [start], up=up, down=down, most=most)


def whole(land: Landscape, *, most: int = MOST_NODES) -> View:
    """The graph of everything, from what depends on nothing downwards."""
    nodes = dict.fromkeys(node for edge in land.edges for node in (edge.source, edge.target))
    targets = {edge.target for edge in land.edges}
    first = [node for node in nodes if node not in targets] or list(nodes)
    view = around(land.edges, first[:most], up=0, down=len(nodes), most=most)
    return View(view.nodes, view.edges, len(nodes) - len(view.nodes))


def knows(land: Landscape, node: Node) -> bool:
    match node.kind:
        case NodeKind.PRODUCT:
            return node.name in land.products
        case NodeKind.PIPELINE:
            return node.pipeline in land.pipelines
        case NodeKind.BLOCK:
            spec = land.pipelines.get(node.pipeline)
            in_files = spec is not None and BlockId(node.name) in spec.by_uuid
            return in_files or node in land.observed


def block_node(pipeline: str, block: str) -> Node:
    return Node(NodeKind.BLOCK, pipeline, block)


def product_node(uuid: str) -> Node:
    return Node(NodeKind.PRODUCT, "", uuid)


def _in_pipeline(spec: PipelineSpec, products: Mapping[str, Product]) -> Iterator[Edge]:
    for block in spec.blocks:
        here = block_node(spec.uuid, block.uuid)
        for upstream in block.upstream:
            yield Edge(block_node(spec.uuid, upstream), here, EdgeKind.FEEDS)
        said = block.configuration.get(CONFIGURATION)
        if block.type is BlockType.GLOBAL_DATA_PRODUCT and isinstance(said, Mapping) and said.get("uuid") in products:
            yield Edge(product_node(str(said["uuid"])), here, EdgeKind.GIVES)


def makers(product: Product, spec: PipelineSpec | None) -> list[BlockId]:
    """The blocks whose outputs are the product's value: those it names, else the last ones."""
    if product.settings:
        return list(product.settings)
    blocks = [block for block in spec.blocks if block.type.runs] if spec is not None else []
    feeding = {upstream for block in blocks for upstream in block.upstream}
    return [block.uuid for block in blocks if block.uuid not in feeding]


def _makers(product: Product, pipelines: Mapping[str, PipelineSpec]) -> Iterator[Edge]:
    if product.project:
        return  # the blocks are another project's
    for block in makers(product, pipelines.get(product.pipeline)):
        yield Edge(block_node(product.pipeline, block), product_node(product.uuid), EdgeKind.MAKES)


def _beginnings(edges: list[Edge], pipelines: Mapping[str, PipelineSpec]) -> Iterator[Edge]:
    """A pipeline that block code starts goes on with its first blocks; no other pipeline is a node."""
    for node in dict.fromkeys(edge.target for edge in edges if edge.kind is EdgeKind.TRIGGERS):
        spec = pipelines.get(node.pipeline)
        for block in spec.blocks if spec is not None else ():
            if block.type.runs and not block.upstream:
                yield Edge(node, block_node(node.pipeline, block.uuid), EdgeKind.BEGINS)
