"""The records of runs in a database: ``ports.runs.RunStore``, one short transaction for each method."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db import (
    feed_rows,
    fires,
    idempotency,
    leases,
    products,
    results,
    run_lists,
    saving,
    slice_claims,
)
from blockwright.adapters.db.attempt_rows import (
    INSERT_EVENT,
    SELECT_ATTEMPT,
    SELECT_EVENT,
    read_attempt,
    read_event,
)
from blockwright.adapters.db.block_run_rows import (
    INSERT_BLOCK_RUN,
    SELECT_BLOCK_RUN,
    SELECT_PLACED,
    Place,
    read_block_run,
)
from blockwright.adapters.db.cells import document, document_cell, moment
from blockwright.adapters.db.databases import Database, Refused, Transaction
from blockwright.adapters.db.kept_versions import KEPT
from blockwright.adapters.db.run_rows import INSERT_RUN, SELECT_RUN, insert_parameters, new_run, read_run
from blockwright.adapters.db.statements import placeholders
from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Queue, Run, RunId, RunRequest
from blockwright.ports.runs import (
    AttemptRecord,
    BlockCounts,
    Changes,
    Fire,
    FoundResult,
    InboxMessage,
    Lease,
    NewEvent,
    RunEvent,
    RunFilter,
    WholeRun,
)

QUEUED = "run.queued"
"""The kind of every run's first event."""

_LARGEST_ID = 2**63 - 1
_INSERT_LEASE = (
    "INSERT INTO run_lease (run_id, project, pipeline, fencing, events, positions) VALUES (?, ?, ?, 0, 1, ?)"
)
_PUSH = """
INSERT INTO run_inbox (run_id, project, kind, data)
SELECT id, project, ?, ? FROM run WHERE id = ? RETURNING id
"""
_KEPT = f"""
SELECT 1 FROM version v WHERE v.run_id = ? AND {KEPT}
UNION ALL SELECT 1 FROM restored t WHERE t.run_id = ? LIMIT 1
"""
_BLOCK_RUNS = f"{SELECT_BLOCK_RUN} WHERE run_id = ? ORDER BY position"
_ATTEMPTS = f"{SELECT_ATTEMPT} WHERE run_id = ? ORDER BY started, block_run, number"
_INBOX = "SELECT id, run_id, kind, data FROM run_inbox WHERE run_id = ? ORDER BY id"
_WISHES = "SELECT id, run_id, kind, data FROM run_inbox WHERE project = ? AND kind = ? ORDER BY id LIMIT ?"
_TOGETHER = 500
"""Runs in one statement."""
_OLDEST_LIVING = """
SELECT MIN(a.started) FROM run r JOIN attempt a ON a.run_id = r.id
WHERE r.state IN ('running', 'cancelling') AND a.state = 'running'
"""
_HAND_OVER = "UPDATE run SET queue = ? WHERE id = ?"


class DatabaseRuns:
    """``RunStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: dict[RunId, tuple[Lease, leases.Counted]] = {}
        """How far runs that are driven here have been counted, as long as all goes well."""

    def create(
        self,
        request: RunRequest,
        *,
        variables: Mapping[str, Any],
        system: Mapping[str, Any],
        snapshot: str,
        git_commit: str | None,
        block_runs: Sequence[BlockRun],
        now: datetime,
        fire: Fire | None = None,
    ) -> Run:
        run = new_run(request, variables=variables, system=system, snapshot=snapshot, git_commit=git_commit, now=now)
        with self._database.write() as transaction:
            if fire is not None:
                fires.record(transaction, fire, run.project, now)
            if run.product is not None:
                products.begin(transaction, run.project, run.product)
            (number,) = transaction.execute(INSERT_RUN, insert_parameters(run)).fetchone()
            system_cell = document_cell({**system, "pipeline_run_id": number})
            transaction.execute("UPDATE run SET system = ? WHERE id = ?", (system_cell, number))
            place = Place(RunId(number), run.project, run.pipeline)
            if run.backfill is not None and run.slice is not None:
                slice_claims.take(transaction, place.run, run.backfill, run.slice, run.project, now)
            transaction.execute(_INSERT_LEASE, (number, place.project, place.pipeline, len(block_runs)))
            rows = list(saving.block_run_rows(transaction, place, block_runs, now))
            transaction.executemany(INSERT_BLOCK_RUN, rows)
            first = NewEvent(QUEUED, data={"kind": request.kind.value, "reason": run.reason})
            events = saving.event_rows(place, 1, [first], now)
            transaction.executemany(INSERT_EVENT, events)
            feed_rows.write(transaction, place, events, now)
            if fire is not None:
                fires.name_run(transaction, fire, place.run)
            if request.key:
                idempotency.name_run(transaction, place.project, request.key, place.run)
            return _run(transaction, place.run)

    def claim(self, run: RunId, owner: str, *, seconds: float, now: datetime, dead: Sequence[str] = ()) -> Lease:
        with self._database.write_soon() as transaction:
            lease, counted = leases.claim(transaction, run, owner, seconds=seconds, now=now, dead=dead)
        self._counted[run] = lease, counted
        return lease

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> Lease:
        with self._database.write_soon() as transaction:
            return leases.renew(transaction, lease, seconds=seconds, now=now)

    def release(self, lease: Lease) -> None:
        self._counted.pop(lease.run, None)
        with self._database.write_soon() as transaction:
            leases.release(transaction, lease)

    def owner(self, run: RunId) -> tuple[str, datetime] | None:
        with self._database.read() as transaction:
            return leases.holder(transaction, run)

    def save(self, lease: Lease, changes: Changes, *, now: datetime) -> None:
        saving.require_own(lease, changes)
        if not self._save_on(lease, changes, now):
            with self._database.write() as transaction:
                counted = saving.save(transaction, lease, changes, now=now)
            self._counted[lease.run] = lease, counted

    def _save_on(self, lease: Lease, changes: Changes, now: datetime) -> bool:
        """Save without waiting for any answer but the last; whether that could be done."""
        whose, known = self._counted.pop(lease.run, (None, None))
        if known is None or whose is None or (whose.owner, whose.fencing) != (lease.owner, lease.fencing):
            return False
        try:
            with self._database.write() as transaction:
                answer, after = saving.save_on(transaction, lease, known, changes, now=now)
        except Refused:
            return False  # somebody else has the run, which is told by whoever asks
        if answer.rowcount == 0:
            return False
        self._counted[lease.run] = lease, after
        return True

    def get(self, run: RunId) -> Run:
        with self._database.read() as transaction:
            return _run(transaction, run)

    def latest(self, project: str, pipeline: str | None = None) -> Run | None:
        return next(iter(self.list(RunFilter(project, pipeline), limit=1)), None)

    def list(self, which: RunFilter, *, limit: int) -> Sequence[Run]:
        with self._database.read() as transaction:
            return run_lists.newest(transaction, which, limit)

    def block_runs(self, run: RunId) -> Sequence[BlockRun]:
        with self._database.read() as transaction:
            rows = transaction.execute(_BLOCK_RUNS, (run,)).fetchall()
        return [read_block_run(row) for row in rows]

    def block_run(self, run: RunId, name: BlockRunName) -> BlockRun:
        with self._database.read() as transaction:
            row = transaction.execute(f"{SELECT_BLOCK_RUN} WHERE run_id = ? AND name = ?", (run, name)).fetchone()
        if row is None:
            raise NotFound(
                f"Run {run} has no block `{name}`.",
                hint=f"`blockwright show {run}` lists its blocks.",
                code="block_not_found",
            )
        return read_block_run(row)

    def block_run_page(
        self, run: RunId, *, after: int = 0, state: BlockState | None = None, block: BlockId | None = None, limit: int
    ) -> Sequence[tuple[int, BlockRun]]:
        wanted = {
            "run_id = ?": run,
            "position >= ?": after,  # places count from 0, what is told of them from 1
            "state = ?": None if state is None else state.value,
            "block = ?": block,
        }
        used = {condition: value for condition, value in wanted.items() if value is not None}
        statement = f"{SELECT_PLACED} WHERE {' AND '.join(used)} ORDER BY position LIMIT ?"
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (*used.values(), limit)).fetchall()
        return [(row[0] + 1, read_block_run(row[1:])) for row in rows]

    def attempts(self, run: RunId, block_run: BlockRunName | None = None) -> Sequence[AttemptRecord]:
        """In the order in which they started; those of one block run by number."""
        if block_run is None:
            return self._attempts(_ATTEMPTS, run)
        return self._attempts(f"{SELECT_ATTEMPT} WHERE run_id = ? AND block_run = ? ORDER BY number", run, block_run)

    def whole(self, run: RunId) -> WholeRun:
        with self._database.read() as transaction:
            # Asked together, one way there and back.
            block_runs = transaction.execute(_BLOCK_RUNS, (run,))
            attempts = transaction.execute(_ATTEMPTS, (run,))
            inbox = transaction.execute(_INBOX, (run,))
            return WholeRun(
                _run(transaction, run),
                [read_block_run(row) for row in block_runs.fetchall()],
                [read_attempt(row) for row in attempts.fetchall()],
                [_message(row) for row in inbox.fetchall()],
            )

    def counts(self, run: RunId) -> Mapping[BlockState, int]:
        statement = "SELECT state, COUNT(*) FROM block_run WHERE run_id = ? AND role <> 'group' GROUP BY state"
        with self._database.read() as transaction:
            return {BlockState(state): count for state, count in transaction.execute(statement, (run,)).fetchall()}

    def counts_of(self, runs: Collection[RunId]) -> Mapping[RunId, BlockCounts]:
        wanted = sorted(runs)
        if not wanted:
            return {}
        final = ", ".join(f"'{state.value}'" for state in BlockState if state.final)
        statement = (
            f"SELECT run_id, COUNT(*), SUM(CASE WHEN state IN ({final}) THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN reused THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) "
            f"FROM block_run WHERE run_id IN ({placeholders(len(wanted))}) AND role <> 'group' GROUP BY run_id"
        )
        with self._database.read() as transaction:
            rows = transaction.execute(statement, wanted).fetchall()
        return {RunId(int(run)): BlockCounts(*(int(each) for each in counts)) for run, *counts in rows}

    def events(self, run: RunId, after: int = 0, *, limit: int | None = None) -> Sequence[RunEvent]:
        statement = f"{SELECT_EVENT} WHERE run_id = ? AND number > ? ORDER BY number LIMIT ?"
        with self._database.read() as transaction:
            most = _LARGEST_ID if limit is None else limit
            return [read_event(row) for row in transaction.execute(statement, (run, after, most)).fetchall()]

    def push(self, run: RunId, kind: str, data: Mapping[str, Any]) -> None:
        """Raises NotFound when there is no such run."""
        with self._database.write() as transaction:
            if transaction.execute(_PUSH, (kind, document_cell(data), run)).fetchone() is None:
                raise leases.no_such_run(run)

    def hand_over(self, run: RunId) -> None:
        with self._database.write() as transaction:
            if transaction.execute(_HAND_OVER, (Queue.ENGINE.value, run)).rowcount == 0:
                raise leases.no_such_run(run)

    def wishes(self, project: str, *kinds: str, limit: int = 500) -> Sequence[InboxMessage]:
        with self._database.read() as transaction:
            # Asked together, one way there and back.
            answers = [transaction.execute(_WISHES, (project, kind, limit)) for kind in kinds]
            rows = sorted(row for answer in answers for row in answer.fetchall())
        return [_message(row) for row in rows]

    def inbox(self, *runs: RunId) -> Sequence[InboxMessage]:
        with self._database.read() as transaction:
            answers = [
                transaction.execute(
                    f"SELECT id, run_id, kind, data FROM run_inbox WHERE run_id IN ({placeholders(len(some))})", some
                )
                for some in (runs[first : first + _TOGETHER] for first in range(0, len(runs), _TOGETHER))
            ]
            rows = sorted(row for answer in answers for row in answer.fetchall())
        return [_message(row) for row in rows]

    def find_result(self, project: str, block: BlockId, key: str) -> FoundResult | None:
        """``finished`` of what is found is when the result was made: a reused one is as old as its source."""
        with self._database.read() as transaction:
            return results.find_result(transaction, project, block, key)

    def latest_result(
        self, project: str, pipeline: str, block: BlockId, *, run: RunId | None = None
    ) -> Sequence[FoundResult]:
        """``finished`` as for ``find_result``; *newest* is by when the block run completed."""
        with self._database.read() as transaction:
            return results.latest_result(transaction, project, pipeline, block, run)

    def newest_results(self, project: str, pipeline: str, blocks: Sequence[BlockId]) -> Mapping[BlockId, FoundResult]:
        with self._database.read() as transaction:
            return results.newest_results(transaction, project, pipeline, blocks)

    def newest_without_result(
        self, project: str, pipeline: str, blocks: Sequence[BlockId]
    ) -> Mapping[BlockId, tuple[RunId, BlockRun]]:
        with self._database.read() as transaction:
            return results.newest_without(transaction, project, pipeline, blocks)

    def several(self, runs: Collection[RunId]) -> Mapping[RunId, Run]:
        with self._database.read() as transaction:
            return {run.id: run for run in run_lists.several(transaction, runs)}

    def unfinished(self, project: str) -> Sequence[Run]:
        """Oldest first."""
        return tuple(
            run_lists.each_oldest_first(self._database, RunFilter(project, states=run_lists.UNFINISHED, charts=True))
        )

    def ended_runs(self, project: str) -> Iterator[Run]:
        return run_lists.each_oldest_first(self._database, RunFilter(project, states=run_lists.ENDED, charts=True))

    def referenced_digests(self) -> frozenset[str]:
        with self._database.read() as transaction:
            return results.referenced_digests(transaction)

    def snapshot_digests(self) -> frozenset[str]:
        with self._database.read() as transaction:
            return results.snapshot_digests(transaction)

    def oldest_living(self) -> datetime | None:
        with self._database.read() as transaction:
            started: int | None = transaction.execute(_OLDEST_LIVING).fetchone()[0]
        return moment(started)

    def delete(self, run: RunId) -> None:
        """Raises NotFound; Conflict (code ``not_ended``, ``pinned``) when the run is still needed."""
        with self._database.write() as transaction:
            _require_forgettable(_run(transaction, run))
            if transaction.execute(_KEPT, (run, run)).fetchone() is not None:
                raise Conflict(
                    f"Run {run} has a result that is pinned, aliased or restored, and cannot be deleted.",
                    hint="`blockwright catalog unpin`, `alias --remove` and `restore --newest` let go of it.",
                    code="pinned",
                )
            transaction.execute("DELETE FROM run WHERE id = ?", (run,))

    def pin(self, run: RunId, pinned: bool) -> None:
        with self._database.write() as transaction:
            if transaction.execute("UPDATE run SET pinned = ? WHERE id = ?", (pinned, run)).rowcount == 0:
                raise leases.no_such_run(run)

    def _attempts(self, statement: str, *parameters: RunId | str) -> Sequence[AttemptRecord]:
        with self._database.read() as transaction:
            rows = transaction.execute(statement, parameters).fetchall()
        return [read_attempt(row) for row in rows]


def _message(row: Sequence[Any]) -> InboxMessage:
    number, run, kind, data = row
    return InboxMessage(id=number, run=RunId(run), kind=kind, data=document(data))


def _run(transaction: Transaction, run: RunId) -> Run:
    row = None
    if run <= _LARGEST_ID:  # people type numbers that no driver takes
        row = transaction.execute(f"{SELECT_RUN} WHERE id = ?", (run,)).fetchone()
    if row is None:
        raise leases.no_such_run(run)
    return read_run(row)


def _require_forgettable(run: Run) -> None:
    if not run.state.final:
        raise Conflict(
            f"Run {run.id} is {run.state.value} and cannot be deleted.",
            hint=f"Cancel it first: `blockwright cancel {run.id}`.",
            code="not_ended",
        )
    if run.pinned:
        raise Conflict(f"Run {run.id} is pinned and cannot be deleted.", hint="Take its pin away first.", code="pinned")
