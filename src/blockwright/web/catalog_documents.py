"""What the catalogue looks like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel


class SchemaColumnDocument(BaseModel):
    name: str
    type: str


class TypeChange(BaseModel):
    name: str
    before: str
    after: str


class SchemaChangeDocument(BaseModel):
    """``moved``: the columns that both have stand in another order."""

    added: list[SchemaColumnDocument]
    removed: list[SchemaColumnDocument]
    changed: list[TypeChange]
    moved: bool


class AssetDocument(BaseModel):
    """An output (``pipeline``, ``block``, ``name``) with figures of its newest version, or a data product. ``id`` is
    what the terminal calls it. ``fresh``, ``why`` and ``outdated_at`` (from when on it is out of date by its age) are
    those of the data product that it is or is a part of (``product``), null without one. ``made``: by ``run``.
    ``readers`` counts blocks and products that take something from it; ``defined`` is false when its pipeline's file no
    longer has the block."""

    kind: Literal["output", "product"]
    id: str
    pipeline: str
    block: str | None
    name: str | None
    product: str | None
    fresh: bool | None
    why: str
    outdated_at: datetime | None
    run: int | None
    made: datetime | None
    version: int | None
    type: str | None
    rows: int | None
    columns: int | None
    bytes: int | None
    parts: int | None
    pinned: bool
    aliases: list[str]
    tags: list[str]
    readers: int
    defined: bool


class VersionDocument(BaseModel):
    """``parts``: of a dynamic block, how many children it is made of. ``reused_by``: the newest runs in which it stands
    in. ``available``: its bytes are kept, and read from block run ``read_block`` of run ``read_run``. ``restored``:
    readers of the block's latest result get it."""

    version: int
    asset: str
    pipeline: str
    block: str
    name: str
    run: int
    block_run: str
    round: int
    made: datetime
    type: str
    codec: str
    rows: int | None
    columns: int | None
    bytes: int
    parts: int | None
    digest: str
    schema_digest: str
    pinned: bool
    aliases: list[str]
    restored: bool
    reused_by: list[int]
    available: bool
    read_run: int | None
    read_block: str | None


class DescribedVersion(VersionDocument):
    """``change``: what was done to the columns of ``before``, the version before this one."""

    columns_described: list[SchemaColumnDocument]
    before: int | None
    change: SchemaChangeDocument


class AssetDetail(AssetDocument):
    """``names`` are all outputs of the block, ``use`` the line of block code that gives the value, ``current`` what
    readers of the latest result get."""

    names: list[str]
    use: str
    newest: DescribedVersion
    current: int | None


class ColumnStep(BaseModel):
    """Statistics of a column over the first rows of a version."""

    name: str
    type: str
    nulls: int | None = None
    distinct: int | None = None
    min: Any = None
    max: Any = None
    mean: float | None = None


class HistoryStep(BaseModel):
    """One version; ``change`` against the one before it. ``profile`` is empty when its run is gone, or for what is no
    table."""

    version: int
    run: int
    made: datetime
    type: str
    rows: int | None
    columns: int | None
    bytes: int
    parts: int | None
    digest: str
    schema_digest: str
    change: SchemaChangeDocument
    profile: list[ColumnStep]


class NodeOutput(BaseModel):
    name: str
    version: int
    made: datetime
    rows: int | None
    columns: int | None


class LineageNode(BaseModel):
    """``steps``: how many steps before (negative) or behind what was asked for. ``outputs``: of a block, the newest
    version of each."""

    id: str
    kind: Literal["block", "product", "pipeline"]
    pipeline: str | None
    block: str | None
    product: str | None
    steps: int
    type: str | None = None
    outputs: list[NodeOutput] = []


class LineageEdge(BaseModel):
    """``kind``: `feeds`, `reads`, `makes`, `gives`, `triggers`, `begins`. ``run``, ``seen``: when block code was last
    seen to do it; null for what files say."""

    source: str
    target: str
    kind: str
    run: int | None
    seen: datetime | None


class Lineage(BaseModel):
    """``left_out``: nodes that are near and not shown. ``unreadable``: pipelines whose files cannot be read now."""

    nodes: list[LineageNode]
    edges: list[LineageEdge]
    left_out: int
    unreadable: list[str]


class VersionDiff(BaseModel):
    """Rows matched by ``key`` (null: whole rows). ``samples`` are some of those that differ; ``statistics`` are by
    column."""

    before: int
    after: int
    key: list[str] | None
    added: int
    removed: int
    changed: int
    same: int
    columns_added: list[str]
    columns_removed: list[str]
    types_changed: list[tuple[str, str, str]]
    statistics: list[dict[str, Any]]
    samples: list[dict[str, Any]]


class AliasMoved(BaseModel):
    """``before``: the version that had the alias until now."""

    alias: str
    version: int
    before: int | None
