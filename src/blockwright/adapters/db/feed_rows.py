"""What a change of a run adds to the feed; written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blockwright.adapters.db.block_run_rows import Place
from blockwright.adapters.db.cells import document_cell, time_cell
from blockwright.adapters.db.databases import Transaction
from blockwright.ports.runs import NewEvent

INSERT_FEED = "INSERT INTO feed (time, project, topic, run_id, data) VALUES (?, ?, ?, ?, ?)"


def write(transaction: Transaction, place: Place, first: int, events: Sequence[NewEvent], now: datetime) -> None:
    """One entry for all events of the change, numbered from ``first``."""
    if not events:
        return
    told = [
        {"number": number, "kind": event.kind, "block_run": event.block_run, "data": event.data}
        for number, event in enumerate(events, first)
    ]
    data = document_cell({"pipeline": place.pipeline, "events": told})
    transaction.execute(INSERT_FEED, (time_cell(now), place.project, "run", place.run, data))
