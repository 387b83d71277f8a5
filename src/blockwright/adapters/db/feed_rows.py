"""What a change of a run adds to the feed; written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blockwright.adapters.db.attempt_rows import EventRow
from blockwright.adapters.db.block_run_rows import Place
from blockwright.adapters.db.cells import document_cell, time_cell
from blockwright.adapters.db.databases import Transaction

INSERT_FEED = "INSERT INTO feed (time, project, topic, run_id, data) VALUES (?, ?, ?, ?, ?)"


def write(transaction: Transaction, place: Place, events: Sequence[EventRow], now: datetime) -> None:
    """One entry for all events of the change. Their data are JSON already, in their rows."""
    if not events:
        return
    told = ",".join(
        f'{{"number":{number},"kind":"{kind}","block_run":{document_cell(block_run)},"data":{data}}}'
        for _, number, _, kind, block_run, data, _ in events
    )
    data = f'{{"pipeline":{document_cell(place.pipeline)},"events":[{told}]}}'
    transaction.execute(INSERT_FEED, (time_cell(now), place.project, "run", place.run, data))
