"""Lists of runs, page by page, at a cost that does not grow with the number of runs kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.run_rows import SELECT_RUN, read_run
from blockwright.core.runs.model import Run, RunState
from blockwright.ports.runs import RunFilter

ENDED = tuple(state for state in RunState if state.final)
UNFINISHED = tuple(state for state in RunState if not state.final)

_PAGE = 500


def newest(transaction: Transaction, which: RunFilter, limit: int) -> Sequence[Run]:
    return _page(transaction, which, limit, "id < ?", "DESC")


def oldest(transaction: Transaction, which: RunFilter, limit: int) -> Sequence[Run]:
    """As ``newest`` from the other end: ``before`` is the id after which the page begins."""
    return _page(transaction, which, limit, "id > ?", "ASC")


def each_oldest_first(database: Database, which: RunFilter) -> Iterator[Run]:
    """Every run, read in pages: the caller may delete what it was given before it asks for more."""
    while True:
        with database.read() as transaction:
            page = oldest(transaction, which, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        which = replace(which, before=page[-1].id)


def _page(transaction: Transaction, which: RunFilter, limit: int, cursor: str, order: str) -> Sequence[Run]:
    """Each state is looked up by itself, in the order of an index that ends in the id, and gives at most one page;
    one look-up for several states would have to sort all their runs."""
    if limit <= 0:
        return ()
    branches: list[str] = []
    parameters: list[Any] = []
    for state in which.states or (None,):
        conditions, values = _conditions(which, state, cursor)
        branches.append(f"SELECT id FROM (SELECT id FROM run{conditions} ORDER BY id {order} LIMIT ?) AS page")
        parameters += [*values, limit]
    ids = " UNION ALL ".join(branches)
    rows = transaction.execute(
        f"{SELECT_RUN} WHERE id IN ({ids}) ORDER BY id {order} LIMIT ?", (*parameters, limit)
    ).fetchall()
    return [read_run(row) for row in rows]


def _conditions(which: RunFilter, state: RunState | None, cursor: str) -> tuple[str, list[Any]]:
    wanted = {
        "project = ?": which.project,
        "pipeline = ?": which.pipeline,
        "state = ?": None if state is None else state.value,
        cursor: which.before,
    }
    used = {condition: value for condition, value in wanted.items() if value is not None}
    return (f" WHERE {' AND '.join(used)}" if used else ""), list(used.values())
