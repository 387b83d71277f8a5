"""Versions as rows of the table ``version``, and the conditions that say what still refers to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, time_cell
from blockwright.adapters.db.statements import columns, insert
from blockwright.core.blocks import BlockId
from blockwright.core.catalog import schemas
from blockwright.core.catalog.model import AssetKey, NewVersion, Version, VersionId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRunName, RunId
from blockwright.wire import documents

_COLUMNS = (
    *("project", "pipeline", "block", "name", "run_id", "block_run", "round"),
    *("output", "parts", "digest", "bytes", "schema", "key", "manifest", "made", "pinned"),
)
INSERT_VERSION = f"""
{insert("version", _COLUMNS)} ON CONFLICT (run_id, block_run, name, round) DO NOTHING
"""
_READ = ("id", *_COLUMNS)
SELECT_VERSION = (
    f"SELECT {columns([f'v.{name}' for name in _READ])}, "
    "EXISTS (SELECT 1 FROM restored t WHERE t.version_id = v.id) FROM version v"
)

OWN_PLACE = """
SELECT b.run_id, b.name, b.round FROM block_run b
WHERE b.run_id = ? AND b.name = ? AND b.round = ? AND b.state = 'completed'
"""
# One that reuses a result has its key and says when it was produced.
REUSING = "b.project = v.project AND b.block = v.block AND b.key = v.key AND b.produced = v.made"
REUSED = f"EXISTS (SELECT 1 FROM block_run b WHERE {REUSING} AND b.state = 'completed' AND b.role <> 'group')"


def version_row(project: str, new: NewVersion) -> tuple[Any, ...]:
    """A row of ``INSERT_VERSION``."""
    return (
        project,
        new.asset.pipeline,
        new.asset.block,
        new.asset.name,
        new.run,
        new.block_run,
        new.round,
        document_cell(documents.dump(new.record)),
        new.parts,
        new.record.digest,
        new.record.bytes,
        schemas.digest_of(new.schema),
        new.key,
        new.manifest,
        time_cell(new.made),
        False,
    )


def read_version(row: Sequence[Any], aliases: Mapping[int, Sequence[str]]) -> Version:
    """The version in a row that ``SELECT_VERSION`` gave."""
    *cells, restored = row
    found = dict(zip(_READ, cells, strict=True))
    return Version(
        id=VersionId(found["id"]),
        project=found["project"],
        asset=AssetKey(found["pipeline"], BlockId(found["block"]), found["name"]),
        run=RunId(found["run_id"]),
        block_run=BlockRunName(found["block_run"]),
        round=found["round"],
        record=documents.load(OutputRecord, document(found["output"])),
        made=moment(int(found["made"])),
        parts=found["parts"],
        schema=found["schema"],
        key=found["key"],
        manifest=found["manifest"],
        pinned=bool(found["pinned"]),
        aliases=tuple(sorted(aliases.get(found["id"], ()))),
        restored=bool(restored),
    )
