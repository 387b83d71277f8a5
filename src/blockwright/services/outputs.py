"""Finding and showing what blocks gave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blockwright.core.errors import Invalid, NotFound, Unavailable
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, Role, Run
from blockwright.ports.tables import ColumnProfile, Page, TableDiff, Tables
from blockwright.ports.workspace import Workspace
from blockwright.services.specs import output_of
from blockwright.wire.outputs import Output

MOST_ROWS = 10_000
LARGEST_VALUE = 32_000_000
"""Of values that are handed out whole."""
WHOLE = frozenset({("json", ".json"), ("text", ".txt")})
"""Codecs whose bytes are already what a file of this suffix holds."""


@dataclass(frozen=True, slots=True)
class FoundOutput:
    """An output with the block run that gave it; ``output`` has schema and preview when the manifest is there."""

    row: BlockRun
    output: Output


def find(workspace: Workspace, run: Run, block: str, name: str | None = None) -> FoundOutput:
    """The named (or first) output of a block run of this run; raises NotFound saying what there is."""
    row = find_row(workspace, run, block)
    if not row.outputs:
        raise NotFound(
            f"Block `{row.name}` of run {run.id} has no output: it is {row.state}.",
            hint=f"{row.reason.rstrip('.')}." if row.reason else "",
            code="output_not_found",
        )
    record = _named(row, name)
    if record.in_memory:
        raise NotFound(
            f"Output `{record.name}` of block `{row.name}` was kept in memory only "
            "(`cache_block_output_in_memory`); its preview is all there is.",
            hint=f"`blockwright show {run.id} --json` has its size.",
            code="output_in_memory",
        )
    return FoundOutput(row, full(workspace, row, record))


def find_row(workspace: Workspace, run: Run, block: str) -> BlockRun:
    rows = workspace.runs.block_runs(run.id)
    for row in rows:
        if row.name == block:
            if row.role is Role.GROUP:
                children = [child.name for child in rows if child.parent == row.name]
                raise Invalid(
                    f"Block `{block}` ran once for each item.",
                    hint=f"Name one of its children: {', '.join(children[:5])}{' …' if len(children) > 5 else ''}.",
                    code="block_is_dynamic",
                )
            return row
    names = ", ".join(row.name for row in rows[:10])
    raise NotFound(f"Run {run.id} has no block `{block}`.", hint=f"It has: {names}.", code="block_not_found")


def _named(row: BlockRun, name: str | None) -> OutputRecord:
    if name is None:
        return row.outputs[0]
    for record in row.outputs:
        if record.name == name:
            return record
    known = ", ".join(record.name for record in row.outputs)
    raise NotFound(f"Block `{row.name}` has no output `{name}`.", hint=f"It has: {known}.", code="output_not_found")


def full(workspace: Workspace, row: BlockRun, record: OutputRecord) -> Output:
    """The output with schema, preview and profile from the manifest, if that is still there."""
    if row.manifest is not None:
        try:
            manifest = workspace.artifacts.manifest(row.manifest)
        except NotFound:
            return output_of(record)
        for output in manifest.outputs:
            if output.name == record.name and output.digest == record.digest:
                return output
    return output_of(record)


def all_values(workspace: Workspace, tables: Tables, run: Run, block: str) -> list[Any]:
    """Every output of a block run as JSON, as far as JSON can say it: of a table its rows as objects (at most
    ``MOST_ROWS``), of a value that is none its preview."""
    row = find_row(workspace, run, block)
    return [_value(workspace, tables, full(workspace, row, record)) for record in row.outputs]


def _value(workspace: Workspace, tables: Tables, output: Output) -> Any:
    if output.rows is None and not output.in_memory and output.bytes <= LARGEST_VALUE:
        if output.codec == "json":
            return json.loads(workspace.artifacts.get(output.digest))
        if output.codec == "text":
            return workspace.artifacts.get(output.digest).decode("utf-8", "replace")
    page = None if output.in_memory else head(tables, output, MOST_ROWS)
    if page is not None:
        return [dict(zip(page.columns, cells, strict=True)) for cells in page.rows]
    preview = output.preview
    return preview.get("value", preview.get("text", preview)) if isinstance(preview, dict) else preview


def head(tables: Tables, output: Output, rows: int) -> Page | None:
    """The first rows, or None for a value that is no table (its preview tells about it)."""
    try:
        return tables.page(output, limit=rows)
    except Invalid:
        return None


def export(workspace: Workspace, tables: Tables, output: Output, target: Path) -> int:
    """Write a table as csv, parquet or json, a JSON value as .json, text as .txt; returns the rows (1 for a value)."""
    suffix = target.suffix.lower()
    if (output.codec, suffix) in WHOLE and output.rows is None:
        _write_whole(workspace.artifacts.get(output.digest), target)
        return 1
    return tables.export(output, target)


def _write_whole(data: bytes, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Unavailable(
            f"`{target}` cannot be written: {error.strerror}.", hint="Name a file in a folder that you may write to."
        ) from None


def profile(tables: Tables, output: Output) -> Sequence[ColumnProfile]:
    return tables.profile(output)


def diff_tables(tables: Tables, before: Output, after: Output, key: Sequence[str] | None) -> TableDiff:
    return tables.diff(before, after, key)


def brief(output: Output) -> dict[str, Any]:
    """The output as JSON without its preview."""
    slim = replace(output, preview=None, profile=None)
    return {
        "name": slim.name,
        "type": slim.type,
        "rows": slim.rows,
        "columns": slim.columns,
        "bytes": slim.bytes,
        "digest": slim.digest,
        "schema": [{"name": column.name, "type": column.type} for column in slim.schema],
    }
