"""Finding what was computed before, and what records still refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blockwright.adapters.db.block_run_rows import SELECT_BLOCK_RUN, SELECT_FOUND, read_block_run, read_outputs
from blockwright.adapters.db.cells import moment
from blockwright.adapters.db.databases import Rows, Transaction
from blockwright.adapters.db.kept_versions import KEPT
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, RunId
from blockwright.ports.runs import FoundResult

# The words of these conditions are those of the partial indexes in `tables`, else they would not be used.
_BY_KEY = f"""
{SELECT_FOUND} WHERE project = ? AND block = ? AND key = ? AND state = 'completed' AND role <> 'group'
ORDER BY produced DESC, run_id DESC LIMIT 1
"""
_NEWEST = """
SELECT run_id, name, role FROM block_run
WHERE project = ? AND pipeline = ? AND block = ? AND state = 'completed' AND role <> 'child'
ORDER BY settled DESC, run_id DESC LIMIT 1
"""
_NEWEST_OF_RUN = """
SELECT run_id, name, role FROM block_run
WHERE run_id = ? AND project = ? AND pipeline = ? AND block = ? AND state = 'completed' AND role <> 'child'
ORDER BY settled DESC LIMIT 1
"""
# Until a retry replaces that very result.
_RESTORED = """
SELECT b.run_id, b.name, b.role FROM restored r
JOIN block_run b ON b.run_id = r.run_id AND b.name = r.block_run AND b.round = r.round
WHERE r.project = ? AND r.pipeline = ? AND r.block = ? AND b.state = 'completed'
"""
_ONE = f"{SELECT_FOUND} WHERE run_id = ? AND name = ?"
_CHILDREN = f"""
{SELECT_FOUND} WHERE run_id = ? AND block = ? AND role = 'child' AND state = 'completed'
ORDER BY dynamic_index, position
"""
_NEWEST_WHOLE = f"""
SELECT * FROM ({SELECT_FOUND} WHERE project = ? AND pipeline = ? AND block = ? AND state = 'completed'
AND role <> 'child' ORDER BY settled DESC, run_id DESC LIMIT 1) AS one
"""
_NEWEST_WITHOUT = f"""
SELECT * FROM ({SELECT_BLOCK_RUN.replace("SELECT ", "SELECT run_id, ", 1)} WHERE project = ? AND pipeline = ?
AND block = ? AND state IN ('failed', 'cancelled', 'skipped', 'upstream_failed') AND role <> 'child'
ORDER BY run_id DESC LIMIT 1) AS one
"""

_BATCH = 5_000
_TOGETHER = 100  # look-ups in one statement: SQLite takes at most 500 joined by UNION


def find_result(transaction: Transaction, project: str, block: BlockId, key: str) -> FoundResult | None:
    row = transaction.execute(_BY_KEY, (project, block, key)).fetchone()
    return None if row is None else _found(row)


def latest_result(
    transaction: Transaction, project: str, pipeline: str, block: BlockId, run: RunId | None
) -> Sequence[FoundResult]:
    if run is None:
        which = (project, pipeline, block)
        row = transaction.execute(_RESTORED, which).fetchone() or transaction.execute(_NEWEST, which).fetchone()
    else:
        row = transaction.execute(_NEWEST_OF_RUN, (run, project, pipeline, block)).fetchone()
    if row is None:
        return ()
    found_in, name, role = row
    if role == "group":
        rows = transaction.execute(_CHILDREN, (found_in, block)).fetchall()
    else:
        rows = transaction.execute(_ONE, (found_in, name)).fetchall()
    return [_found(row) for row in rows]


def newest_results(
    transaction: Transaction, project: str, pipeline: str, blocks: Sequence[BlockId]
) -> Mapping[BlockId, FoundResult]:
    rows = _each_block(transaction, _NEWEST_WHOLE, project, pipeline, blocks)
    return {found.block_run.block: found for found in map(_found, rows)}


def newest_without(
    transaction: Transaction, project: str, pipeline: str, blocks: Sequence[BlockId]
) -> Mapping[BlockId, tuple[RunId, BlockRun]]:
    rows = _each_block(transaction, _NEWEST_WITHOUT, project, pipeline, blocks)
    read = ((RunId(run), read_block_run(cells)) for run, *cells in rows)
    return {row.block: (run, row) for run, row in read}


def _each_block(
    transaction: Transaction, one: str, project: str, pipeline: str, blocks: Sequence[BlockId]
) -> Iterator[Sequence[Any]]:
    """Each block is looked up by itself in an index, many of them in one statement."""
    for first in range(0, len(blocks), _TOGETHER):
        some = blocks[first : first + _TOGETHER]
        statement = " UNION ALL ".join([one] * len(some))
        parameters = [cell for block in some for cell in (project, pipeline, block)]
        yield from transaction.execute(statement, parameters).fetchall()


def referenced_digests(transaction: Transaction) -> frozenset[str]:
    digests = set(snapshot_digests(transaction))
    for (outputs,) in _each(transaction.execute("SELECT outputs FROM block_run WHERE outputs <> '[]'")):
        digests.update(output.digest for output in read_outputs(outputs))
    kept = transaction.execute(f"SELECT v.digest FROM version v WHERE {KEPT}")
    digests.update(digest for (digest,) in _each(kept))
    for named in _each(transaction.execute("SELECT digest, snapshot, reference FROM model_version")):
        digests.update(named)
    digests.discard("")  # no snapshot, or a value that stayed in memory
    return frozenset(digests)


def snapshot_digests(transaction: Transaction) -> frozenset[str]:
    digests = {
        digest
        for table in ("run", "attempt", "model_version")
        for (digest,) in _each(transaction.execute(f"SELECT DISTINCT snapshot FROM {table}"))
    }
    return frozenset(digests - {""})


def _each(rows: Rows) -> Iterator[Any]:
    while batch := rows.fetchmany(_BATCH):
        yield from batch


def _found(row: Sequence[Any]) -> FoundResult:
    run, produced, *cells = row
    return FoundResult(run=RunId(run), block_run=read_block_run(cells), finished=moment(produced))
