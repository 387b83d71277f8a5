"""That a data product is computed by one run at a time."""

from __future__ import annotations

from blockwright.adapters.db.databases import Transaction
from blockwright.core.errors import Conflict

# Whoever begins a computation writes this row first, so that the next one sees its run.
_TURN = """
INSERT INTO limit_turn (project, key, turns) VALUES (?, ?, 1)
ON CONFLICT (project, key) DO UPDATE SET turns = limit_turn.turns + 1
"""
_COMPUTING = """
SELECT id FROM run WHERE project = ? AND product = ? AND state IN ('queued', 'running', 'cancelling') LIMIT 1
"""


def begin(transaction: Transaction, project: str, product: str) -> None:
    """Before a run for the product is inserted. Raises Conflict (code ``computing``) when there is one."""
    transaction.execute(_TURN, (project, f"product:{product}"))
    row = transaction.execute(_COMPUTING, (project, product)).fetchone()
    if row is not None:
        raise Conflict(
            f"Data product `{product}` is being computed by run {row[0]}.", hint="Wait for it.", code="computing"
        )
