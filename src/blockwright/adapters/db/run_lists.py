"""Lists of runs, page by page, at a cost that does not grow with the number of runs kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

from blockwright.adapters.db.cells import time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.run_rows import SELECT_RUN, read_run
from blockwright.adapters.db.statements import placeholders
from blockwright.core.runs.model import Run, RunId, RunKind, RunState
from blockwright.ports.runs import RunFilter

ENDED = tuple(state for state in RunState if state.final)
UNFINISHED = tuple(state for state in RunState if not state.final)

_PAGE = 500


def newest(transaction: Transaction, which: RunFilter, limit: int) -> Sequence[Run]:
    return _page(transaction, which, limit, "id < ?", "DESC")


def oldest(transaction: Transaction, which: RunFilter, limit: int) -> Sequence[Run]:
    """As ``newest`` from the other end: ``before`` is the id after which the page begins."""
    return _page(transaction, which, limit, "id > ?", "ASC")


def several(transaction: Transaction, runs: Collection[RunId]) -> Iterator[Run]:
    """Those of the runs that there still are."""
    wanted = sorted(runs)
    for first in range(0, len(wanted), _PAGE):
        some = wanted[first : first + _PAGE]
        statement = f"{SELECT_RUN} WHERE id IN ({placeholders(len(some))})"
        yield from map(read_run, transaction.execute(statement, some).fetchall())


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
    """Each state of each pipeline is looked up by itself, in the order of an index that ends in the id, and gives at
    most one page; one look-up for several would have to sort all their runs."""
    bounds = _bounds(transaction, which)
    if limit <= 0 or bounds is None:
        return ()
    branches: list[str] = []
    parameters: list[Any] = []
    for pipeline, state in product(which.pipelines or (which.pipeline,), which.states or (None,)):
        conditions, values = _conditions(which, pipeline, state, cursor, bounds)
        branches.append(f"SELECT id FROM (SELECT id FROM run{conditions} ORDER BY id {order} LIMIT ?) AS page")
        parameters += [*values, limit]
    ids = " UNION ALL ".join(branches)
    rows = transaction.execute(
        f"{SELECT_RUN} WHERE id IN ({ids}) ORDER BY id {order} LIMIT ?", (*parameters, limit)
    ).fetchall()
    return [read_run(row) for row in rows]


def _bounds(transaction: Transaction, which: RunFilter) -> tuple[int | None, int | None] | None:
    """The first and the last id of the time asked for; None when no run was created then. Ids grow with time, so
    that the lists need no index that has both."""
    first = last = None
    if which.since is not None:
        first = _id(transaction, "created >= ? ORDER BY created, id", which.project, which.since)
        if first is None:
            return None
    if which.until is not None:
        last = _id(transaction, "created < ? ORDER BY created DESC, id DESC", which.project, which.until)
        if last is None:
            return None
    return first, last


def _id(transaction: Transaction, which: str, project: str | None, when: datetime) -> int | None:
    statement = f"SELECT id FROM run WHERE project = ? AND {which} LIMIT 1"
    row = transaction.execute(statement, (project, time_cell(when))).fetchone()
    return None if row is None else int(row[0])


def _conditions(
    which: RunFilter,
    pipeline: str | None,
    state: RunState | None,
    cursor: str,
    bounds: tuple[int | None, int | None],
) -> tuple[str, list[Any]]:
    wanted = {
        "project = ?": which.project,
        "pipeline = ?": pipeline,
        "state = ?": None if state is None else state.value,
        "kind = ?": None if which.kind is None else which.kind.value,
        "kind <> ?": None if which.charts or which.kind is not None else RunKind.CHART.value,
        "trigger_id = ?": which.trigger,
        "backfill_id = ?": which.backfill,
        "product = ?": which.product,
        "id >= ?": bounds[0],
        "id <= ?": bounds[1],
        "requested_by = ?": which.requested_by,
        "finished - started > ?": None if which.longer is None else round(which.longer * 1_000_000),
        cursor: which.before,
    }
    used = {condition: value for condition, value in wanted.items() if value is not None}
    return (f" WHERE {' AND '.join(used)}" if used else ""), list(used.values())
