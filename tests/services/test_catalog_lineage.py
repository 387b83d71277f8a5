"""The graph of a project: from its files, and from what block code was seen to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Edge, EdgeKind, Node, NodeKind, View
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import RunRequest
from blockwright.ports.workspace import Workspace
from blockwright.services.catalog.lineage import block_node, landscape, lineage, product_node, whole
from blockwright.services.runs import start
from tests.engines import installation
from tests.project import Project

CODE = "@{}\ndef {}(*args, **kwargs):\n    return 1\n"


def block(kind: str, name: str, *after: str) -> dict[str, object]:
    word = {"loader": "data_loader", "transformer": "transformer", "custom": "custom"}[kind]
    return {"kind": kind, "id": name, "code": CODE.format(word, name), "after": list(after)}


@pytest.fixture
def workspace(project: Project) -> Iterator[Workspace]:
    """`prep` makes the product `prices`, `report` takes it, `night` starts `report` and reads `prep`."""
    project.pipeline("prep", block("loader", "load"), block("transformer", "clean", "load"))
    wanted = {"global_data_product": {"uuid": "prices"}}
    product = {"kind": "product", "id": "given", "configuration": wanted}
    project.pipeline("report", product, block("transformer", "count", "given"), block("loader", "other"))
    project.pipeline("night", block("custom", "go"))
    registry = {"prices": {"object_type": "pipeline", "object_uuid": "prep"}}
    project.write("global_data_products.yaml", yaml.safe_dump(registry))
    with installation(project) as (_, opened):
        workspace = opened.workspace("shop")
        run = start(workspace, RunRequest("shop", "night"))
        now = workspace.clock.now()
        for source in (Node(NodeKind.PIPELINE, "report"), block_node("prep", "load"), product_node("prices")):
            workspace.oversight.catalog.note(run.id, BlockId("go"), source, now)
        yield workspace


def told(view: View) -> set[str]:
    return {f"{_name(edge.source)} {edge.kind} {_name(edge.target)}" for edge in view.edges}


def _name(node: Node) -> str:
    return "/".join(part for part in (node.pipeline, node.name) if part)


def every(_: str) -> bool:
    return True


def test_the_whole_graph(workspace: Workspace) -> None:
    land = landscape(workspace, every)
    view = whole(land)
    assert told(view) == {
        "prep/load feeds prep/clean",
        "prep/clean makes prices",
        "prices gives report/given",
        "report/given feeds report/count",
        "prep/load reads night/go",
        "prices reads night/go",
        "night/go triggers report",
        "report begins report/given",
        "report begins report/other",
    }
    assert (view.left_out, land.unreadable) == (0, ())
    assert land.readers(block_node("prep", "load")) == 2


def test_what_lies_before_and_behind(workspace: Workspace) -> None:
    land = landscape(workspace, every)
    before = lineage(land, product_node("prices"), up=2, down=0)
    assert {_name(node): steps for node, steps in before.nodes.items()} == {
        "prices": 0,
        "prep/clean": -1,
        "prep/load": -2,
    }
    behind = lineage(land, Node(NodeKind.PIPELINE, "report"), up=1, down=1)
    assert {_name(node) for node in behind.nodes} == {"report", "night/go", "report/given", "report/other"}
    for nothing in (block_node("prep", "no"), product_node("no"), Node(NodeKind.PIPELINE, "no")):
        with pytest.raises(NotFound) as caught:
            lineage(land, nothing, up=1, down=1)
        assert caught.value.code == "asset_not_found"


def test_what_may_not_be_seen_is_left_out(workspace: Workspace) -> None:
    assert told(whole(landscape(workspace, lambda name: name == "report"))) == {"report/given feeds report/count"}
    assert told(whole(landscape(workspace, lambda name: name != "prep"))) == {
        "report/given feeds report/count",
        "night/go triggers report",
        "report begins report/given",
        "report begins report/other",
    }


def test_a_pipeline_that_cannot_be_read_hides_nothing_else(workspace: Workspace, project: Project) -> None:
    project.write("pipelines/report/metadata.yaml", "blocks: [")
    land = landscape(workspace, every)
    assert land.unreadable == ("report",)
    assert told(whole(land)) == {
        "prep/load feeds prep/clean",
        "prep/clean makes prices",
        "prep/load reads night/go",
        "prices reads night/go",
        "night/go triggers report",
    }


def test_what_was_seen_says_in_which_run(workspace: Workspace) -> None:
    edges: tuple[Edge, ...] = landscape(workspace, every).edges
    runs = {edge.kind: edge.run for edge in edges}
    assert (runs[EdgeKind.READS], runs[EdgeKind.TRIGGERS], runs[EdgeKind.FEEDS]) == (1, 1, None)
