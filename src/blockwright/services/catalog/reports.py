"""The catalogue as JSON, the same for terminal and API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Edge, Node, NodeKind, View
from blockwright.core.catalog.model import Version
from blockwright.core.catalog.schemas import SchemaChange
from blockwright.ports.catalog import AssetFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.catalog import assets
from blockwright.services.catalog.assets import Entry, Step
from blockwright.services.catalog.lineage import Landscape, Sees

MOST_OUTPUTS = 10_000


def entry(found: Entry) -> dict[str, Any]:
    promise, newest = found.promise, found.newest
    return {
        "kind": "output" if found.asset is not None else "product",
        "id": str(found.asset) if found.asset is not None else found.product.uuid if found.product else "",
        "pipeline": found.asset.pipeline if found.asset else found.product.pipeline if found.product else "",
        "block": found.asset.block if found.asset else None,
        "name": found.asset.name if found.asset else None,
        "product": found.product.uuid if found.product else promise.product.uuid if promise else None,
        "fresh": None if promise is None else promise.freshness.fresh,
        "why": found.problem if promise is None else promise.freshness.why,
        "outdated_at": _outdated_at(found),
        "run": newest.run if newest else promise.latest.id if promise and promise.latest else None,
        "made": _made(found),
        "version": newest.id if newest else None,
        **(_figures(newest) if newest else dict.fromkeys(("type", "rows", "columns", "bytes", "parts"))),
        "pinned": bool(newest and newest.pinned),
        "aliases": list(newest.aliases) if newest else [],
        "tags": list(found.tags),
        "readers": found.readers,
        "defined": found.defined,
    }


def version(workspace: Workspace, found: Version, sees: Sees) -> dict[str, Any]:
    """``available``: its bytes are kept, to be read at block run ``read_block`` of run ``read_run``."""
    place = workspace.oversight.catalog.place(found)
    reused = workspace.oversight.catalog.reusers(found) if found.key is not None else ()
    return {
        "version": found.id,
        "asset": str(found.asset),
        "pipeline": found.asset.pipeline,
        "block": found.asset.block,
        "name": found.asset.name,
        "run": found.run,
        "block_run": found.block_run,
        "round": found.round,
        "made": found.made.isoformat(),
        **_figures(found),
        "codec": found.record.codec,
        "digest": found.record.digest,
        "schema": found.schema,
        "pinned": found.pinned,
        "aliases": list(found.aliases),
        "restored": found.restored,
        "reused_by": [run for run, pipeline in reused if sees(pipeline)],
        "available": place is not None and not found.record.in_memory,
        "read_run": place.run if place else None,
        "read_block": place.block_run if place else None,
    }


def version_with_schema(workspace: Workspace, found: Version, sees: Sees) -> dict[str, Any]:
    columns, change, before = assets.schema_change(workspace, found)
    return {
        **version(workspace, found, sees),
        "columns_described": [asdict(column) for column in columns],
        "before": None if before is None else before.id,
        "change": schema_change(change),
    }


def schema_change(change: SchemaChange) -> dict[str, Any]:
    return {
        "added": [asdict(column) for column in change.added],
        "removed": [asdict(column) for column in change.removed],
        "changed": [{"name": name, "before": was, "after": now} for name, was, now in change.changed],
        "moved": change.moved,
    }


def step(found: Step) -> dict[str, Any]:
    return {
        "version": found.version.id,
        "run": found.version.run,
        "made": found.version.made.isoformat(),
        **_figures(found.version),
        "digest": found.version.record.digest,
        "schema": found.version.schema,
        "change": schema_change(found.change),
        "profile": [dict(column) for column in found.profile],
    }


def lineage(workspace: Workspace, land: Landscape, view: View) -> dict[str, Any]:
    """A view of the graph: of each block its type, and the newest version of each output that it has."""
    pipelines = sorted({node.pipeline for node in view.nodes if node.kind is NodeKind.BLOCK})
    which = AssetFilter(workspace.project.name, pipelines=pipelines)
    newest: dict[tuple[str, str], list[Version]] = {}
    for one in workspace.oversight.catalog.assets(which, limit=MOST_OUTPUTS):
        newest.setdefault((one.asset.pipeline, one.asset.block), []).append(one)
    return {
        "nodes": [
            {**_node(land, node), "steps": steps, "outputs": [_brief(one) for one in newest.get(_place(node), ())]}
            for node, steps in view.nodes.items()
        ],
        "edges": [_edge(edge) for edge in view.edges],
        "left_out": view.left_out,
        "unreadable": list(land.unreadable),
    }


def node_id(node: Node) -> str:
    return f"{node.kind.value}:{'/'.join(part for part in (node.pipeline, node.name) if part)}"


def _node(land: Landscape, node: Node) -> dict[str, Any]:
    spec = land.pipelines.get(node.pipeline)
    block = spec.by_uuid.get(BlockId(node.name)) if spec is not None and node.kind is NodeKind.BLOCK else None
    return {
        "id": node_id(node),
        "kind": node.kind.value,
        "pipeline": node.pipeline or None,
        "block": node.name if node.kind is NodeKind.BLOCK else None,
        "product": node.name if node.kind is NodeKind.PRODUCT else None,
        "type": None if block is None else block.type.value,
    }


def _place(node: Node) -> tuple[str, str]:
    return (node.pipeline, node.name) if node.kind is NodeKind.BLOCK else ("", "")


def _brief(found: Version) -> dict[str, Any]:
    record, made = found.record, found.made.isoformat()
    figures = {"rows": record.rows, "columns": record.columns}
    return {"name": found.asset.name, "version": found.id, "made": made, **figures}


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": node_id(edge.source),
        "target": node_id(edge.target),
        "kind": edge.kind.value,
        "run": edge.run,
        "seen": None if edge.seen is None else edge.seen.isoformat(),
    }


def _figures(found: Version) -> dict[str, Any]:
    record = found.record
    figures = {"type": record.type, "rows": record.rows, "columns": record.columns, "bytes": record.bytes}
    return {**figures, "parts": found.parts}


def _made(found: Entry) -> str | None:
    if found.newest is not None:
        return found.newest.made.isoformat()
    latest = found.promise.latest if found.promise else None
    return latest.finished.isoformat() if latest is not None and latest.finished is not None else None


def _outdated_at(found: Entry) -> str | None:
    moment = found.promise.freshness.outdated_at if found.promise else None
    return None if moment is None else moment.isoformat()
