"""What a block may read: the frames of the blocks before it with their columns, and tables that SQL blocks write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from blockwright.core.blocks import BlockId, BlockSpec, Language
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import RunId
from blockwright.ports.workspace import Workspace
from blockwright.services import freshness, outputs
from blockwright.services.freshness import Newest
from blockwright.wire.outputs import Column, Output

MOST_COLUMNS = 2_000
MOST_TABLES = 200


@dataclass(frozen=True, slots=True)
class Frame:
    """``name`` is what SQL and templates call it (`df_1` for the first block before); ``output`` is what ``block`` gave
    first, None when it never ran. ``run``: of which run its columns are known."""

    name: str
    block: BlockId
    output: str | None
    type: str
    rows: int | None
    columns: tuple[Column, ...]
    run: RunId | None


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table in the database of the block's own profile that ``block`` of ``pipeline`` says that it writes."""

    name: str
    pipeline: str
    block: BlockId
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Readable:
    frames: tuple[Frame, ...]
    tables: tuple[WrittenTable, ...]


def readable(workspace: Workspace, pipeline: str, block: str) -> Readable:
    """As known from files and recorded results: no database is asked, nothing runs. Raises NotFound."""
    spec = workspace.files.pipeline(pipeline)
    own = next((one for one in (*spec.blocks, *spec.callbacks, *spec.conditionals) if one.uuid == block), None)
    if own is None:
        raise NotFound(
            f"Pipeline `{pipeline}` has no block `{block}`.",
            hint=f"`blockwright blocks {pipeline}` lists them.",
            code="block_not_found",
        )
    newest = freshness.newest_results(workspace, spec)
    frames = tuple(
        _frame(workspace, f"df_{number}", upstream, newest.get(upstream))
        for number, upstream in enumerate(own.upstream, start=1)
    )
    return Readable(frames, tuple(_tables(workspace, spec, own, newest)))


def _frame(workspace: Workspace, name: str, block: BlockId, newest: Newest | None) -> Frame:
    output = None if newest is None else _first(workspace, newest)
    if newest is None or output is None:
        return Frame(name, block, None, "", None, (), None)
    columns = output.schema[:MOST_COLUMNS]
    return Frame(name, block, output.name, output.type, output.rows, columns, newest.found.run)


def _first(workspace: Workspace, newest: Newest) -> Output | None:
    row = newest.row
    return outputs.full(workspace, row, row.outputs[0]) if row.outputs else None


def _tables(
    workspace: Workspace, spec: PipelineSpec, own: BlockSpec, newest: Mapping[BlockId, Newest]
) -> Iterator[WrittenTable]:
    place = _database(own)
    if own.language is not Language.SQL or place is None:
        return
    count = 0
    for pipeline, block in _sql_blocks(workspace, spec):
        table = str(block.configuration.get("data_provider_table") or "")
        if block.uuid == own.uuid or not table or _database(block) != place:
            continue
        count += 1
        if count > MOST_TABLES:
            return
        schema = str(block.configuration.get("data_provider_schema") or "")
        known = newest.get(block.uuid) if pipeline == spec.uuid else None
        output = None if known is None else _first(workspace, known)
        columns = () if output is None else output.schema[:MOST_COLUMNS]
        yield WrittenTable(f"{schema}.{table}" if schema and "." not in table else table, pipeline, block.uuid, columns)


def _sql_blocks(workspace: Workspace, own: PipelineSpec) -> Iterator[tuple[str, BlockSpec]]:
    for name in [own.uuid, *(other for other in workspace.files.pipelines() if other != own.uuid)]:
        try:
            spec = own if name == own.uuid else workspace.files.pipeline(name)
        except BlockwrightError:
            continue  # broken by somebody else: its tables are not known
        for block in spec.blocks:
            if block.language is Language.SQL:
                yield name, block


def _database(block: BlockSpec) -> Sequence[str] | None:
    """What tells one database from another; None for a block that computes in memory."""
    said = block.configuration
    if not said.get("data_provider") or not (said.get("data_provider_profile") or said["data_provider"] != "duckdb"):
        return None
    return [
        str(said.get(key) or default).lower()
        for key, default in (
            ("data_provider", ""),
            ("data_provider_profile", "default"),
            ("data_provider_database", ""),
        )
    ]
