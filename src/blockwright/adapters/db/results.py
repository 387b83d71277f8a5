"""Finding what was computed before, and what records still refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from blockwright.adapters.db.block_run_rows import SELECT_FOUND, read_block_run, read_outputs
from blockwright.adapters.db.cells import moment
from blockwright.adapters.db.databases import Rows, Transaction
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import RunId
from blockwright.ports.runs import FoundResult

# The words of these conditions are those of the two partial indexes in `tables`, else they would not be used.
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
_ONE = f"{SELECT_FOUND} WHERE run_id = ? AND name = ?"
_CHILDREN = f"""
{SELECT_FOUND} WHERE run_id = ? AND block = ? AND role = 'child' AND state = 'completed'
ORDER BY dynamic_index, position
"""

_BATCH = 5_000


def find_result(transaction: Transaction, project: str, block: BlockId, key: str) -> FoundResult | None:
    row = transaction.execute(_BY_KEY, (project, block, key)).fetchone()
    return None if row is None else _found(row)


def latest_result(
    transaction: Transaction, project: str, pipeline: str, block: BlockId, run: RunId | None
) -> Sequence[FoundResult]:
    if run is None:
        row = transaction.execute(_NEWEST, (project, pipeline, block)).fetchone()
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


def referenced_digests(transaction: Transaction) -> frozenset[str]:
    digests = {
        digest
        for table in ("run", "attempt")
        for (digest,) in _each(transaction.execute(f"SELECT DISTINCT snapshot FROM {table}"))
    }
    for (outputs,) in _each(transaction.execute("SELECT outputs FROM block_run WHERE outputs <> '[]'")):
        digests.update(output.digest for output in read_outputs(outputs))
    digests.discard("")  # no snapshot, or a value that stayed in memory
    return frozenset(digests)


def _each(rows: Rows) -> Iterator[Any]:
    while batch := rows.fetchmany(_BATCH):
        yield from batch


def _found(row: Sequence[Any]) -> FoundResult:
    run, produced, *cells = row
    return FoundResult(run=RunId(run), block_run=read_block_run(cells), finished=moment(produced))
