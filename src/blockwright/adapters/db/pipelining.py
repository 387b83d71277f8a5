"""One connection to PostgreSQL on which statements travel together.

Statements wait here until an answer is asked for or the transaction ends, and then go out in one piece: a unit that
reads once and writes ten times is two round trips and not twelve. A round trip is a change of process on both sides,
which costs more than most statements. The driver has a pipeline of its own, but sends statement by statement; so it is
spoken to one layer below, with its adaptation of values and its errors.

The price: what is wrong with a statement is heard with the next answer, at the latest when the unit ends. And who must
know that a lock is held asks for the answer to the statement that takes it.
"""

from __future__ import annotations

import select
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

_PREPARED = 256
"""Statements that a connection remembers; what was used longest ago makes room."""
_PREPARE_AT = 3
"""Texts made for one occasion are not worth preparing: a plan is kept for what is used so often."""
_TOGETHER = 500
"""Statements that may wait: beyond that both sides would hold much in memory."""

_Key = tuple[bytes, tuple[int, ...] | None]

_FAILED = frozenset({pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE})


class Answer:
    """What a statement gives, which is fetched when it is looked at."""

    __slots__ = ("_pipeline", "_place", "result")

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._place = 0
        self.result: pq.abc.PGresult | None = None

    @property
    def rowcount(self) -> int:
        count = self._arrived().command_tuples
        return -1 if count is None else count

    def fetchone(self) -> Any:
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int, /) -> list[Any]:
        result, first = self._arrived(), self._place
        self._place = min(first + size, result.ntuples)
        return self._pipeline.rows(result, first, self._place)

    def fetchall(self) -> list[Any]:
        return self.fetchmany(self._arrived().ntuples)

    def _arrived(self) -> pq.abc.PGresult:
        if self.result is None:
            self._pipeline.fetch()
        if self.result is None:
            raise psycopg.InterfaceError("The transaction of this answer is over.")
        return self.result


class Prepared:
    """Names of the statements that a connection has prepared; a text is another statement for other types of values.
    ``count`` names were given before, and none is given twice."""

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self._uses: OrderedDict[_Key, int] = OrderedDict()
        self._names: dict[_Key, bytes] = {}

    def name(self, key: _Key) -> tuple[bytes | None, bool]:
        """The name of a statement, if it is used so often that it has one, and whether it is a new one."""
        uses = self._uses.get(key, 0) + 1
        self._uses[key] = uses
        self._uses.move_to_end(key)
        if uses < _PREPARE_AT or key in self._names:
            return self._names.get(key), False
        self.count += 1
        self._names[key] = b"blockwright_%d" % self.count
        return self._names[key], True

    def outdated(self) -> bytes | None:
        """The name of a statement that has to make room."""
        if len(self._uses) <= _PREPARED:
            return None
        oldest, _ = self._uses.popitem(last=False)
        return self._names.pop(oldest, None)


class Pipeline:
    """``Transaction`` on a connection, which is in pipeline mode from now on. ``begin`` and ``commit`` or ``leave``
    enclose a unit; one that failed is to be abandoned."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._wire = connection.pgconn
        self._values = Transformer(connection)
        self._prepared = Prepared()
        self._expected: deque[Answer | None] = deque()
        self._unsynced = False
        self._failed = False
        self._wire.enter_pipeline_mode()

    def begin(self, *statements: bytes) -> None:
        for statement in statements:
            self._send(statement, (), prepare=False)

    def commit(self) -> None:
        """Commit, and wait until it is done."""
        self.leave()
        self.fetch()

    def leave(self) -> None:
        """Commit without waiting: what only read has nothing to hear. The next unit takes the answer off the line."""
        self._send(b"COMMIT", (), prepare=False)
        self._sync()
        self._flush()

    def abandon(self) -> None:
        """Roll back, whatever has happened; raises psycopg.Error when the connection is of no use any more."""
        self._sync()  # after an error the server passes over everything up to here
        self._roll_back(b"ROLLBACK")
        if self._failed:  # nobody knows which statements came to be prepared
            self._failed = False
            self._prepared = Prepared(self._prepared.count)
            self._roll_back(b"DEALLOCATE ALL")

    def _roll_back(self, statement: bytes) -> None:
        self._send(statement, (), prepare=False)
        self._sync()
        while self._expected:
            with suppress(psycopg.Error):
                self.fetch()
            if self._wire.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError("The connection is lost.")

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Answer:
        return self._send(_in_server_style(statement), parameters, prepare=True)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        text = _in_server_style(statement)
        for row in rows:
            self._send(text, row, prepare=True)
        return None

    def fetch(self) -> None:
        """Send what waits and take in all answers; raises the first error among them."""
        if self._unsynced:
            self._wire.send_flush_request()
        self._flush()
        failure: psycopg.Error | None = None
        while self._expected:
            result = self._next_result()
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._expected.popleft()
                continue
            self._wire.get_result()  # the end of this statement's results
            answer = self._expected.popleft()
            if result.status in _FAILED:
                self._failed = True
                failure = failure or self._error(result)
            elif answer is not None and result.status != pq.ExecStatus.PIPELINE_ABORTED:
                answer.result = result
        if failure is not None:
            raise failure

    def rows(self, result: pq.abc.PGresult, first: int, end: int) -> list[Any]:
        self._values.set_pgresult(result)
        return self._values.load_rows(first, end, tuple)

    def _send(self, statement: bytes, parameters: Sequence[Any], *, prepare: bool) -> Answer:
        cells, types, formats = None, None, None
        if parameters:
            cells = self._values.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
            types, formats = self._values.types, self._values.formats
        name, new = self._name(statement, types) if prepare else (None, False)
        if new and name is not None:
            self._wire.send_prepare(name, statement, param_types=types)
            self._expected.append(None)
        if name is None:
            self._wire.send_query_params(statement, cells, param_types=types, param_formats=formats)
        else:
            self._wire.send_query_prepared(name, cells, param_formats=formats)
        answer = Answer(self)
        self._expected.append(answer)
        self._unsynced = True
        if len(self._expected) >= _TOGETHER:
            self.fetch()
        return answer

    def _name(self, statement: bytes, types: tuple[int, ...] | None) -> tuple[bytes | None, bool]:
        name, new = self._prepared.name((statement, types))
        outdated = self._prepared.outdated()
        if outdated is not None:
            self._send(b"DEALLOCATE " + outdated, (), prepare=False)
        return name, new

    def _sync(self) -> None:
        self._wire.pipeline_sync()
        self._expected.append(None)
        self._unsynced = False

    def _flush(self) -> None:
        """Send everything, and listen meanwhile: the server may wait for us to take its answers."""
        while self._wire.flush():
            self._wait(select.POLLIN | select.POLLOUT)

    def _next_result(self) -> pq.abc.PGresult:
        while self._wire.is_busy():
            self._wait(select.POLLIN)
        result = self._wire.get_result()
        if result is None:
            raise psycopg.OperationalError(self._wire.get_error_message() or "the connection is lost")
        return result

    def _wait(self, events: int) -> None:
        """Without holding up signals, as a wait in the driver's library would."""
        poll = select.poll()
        poll.register(self._wire.socket, events)
        if any(told & ~select.POLLOUT for _, told in poll.poll()):
            self._wire.consume_input()

    def _error(self, result: pq.abc.PGresult) -> psycopg.Error:
        if self._wire.status != pq.ConnStatus.OK:
            return psycopg.OperationalError(self._wire.get_error_message())
        return errors.error_from_result(result, encoding="utf-8")


@lru_cache(maxsize=512)
def _in_server_style(statement: str) -> bytes:
    """The statement with numbered placeholders; ours contain ``?`` nowhere else."""
    first, *others = statement.split("?")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(others, 1))]).encode()
