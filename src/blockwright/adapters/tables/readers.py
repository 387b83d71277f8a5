"""A reader that is always there: its child is started on first use, and anew when it died."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from blockwright.adapters.tables.children import Child, ChildEnded, Limits, TooBig, TooSlow
from blockwright.core.errors import BlockwrightError, Invalid, NotFound, Unavailable


class Reader:
    """Asked one thing at a time. Safe for threads: requests wait for each other."""

    def __init__(self, limits: Limits, environ: Mapping[str, str]) -> None:
        self._limits = limits
        self._environ = environ
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._cancelled = False

    @property
    def pid(self) -> int | None:
        """Its process, if one was started and not ended by us."""
        child = self._child
        return None if child is None else child.pid

    def ask(self, request: Mapping[str, Any], what: str, seconds: float) -> Any:
        """The answer to a request about ``what``, within ``seconds`` from now. Raises what the child found wrong, and
        Unavailable when it was too slow (code ``deadline``), took too much (``memory``), died (``reader_ended``) or was
        ended by ``cancel`` (``cancelled``)."""
        deadline = time.monotonic() + seconds
        if not self._turn.acquire(timeout=seconds):
            raise _too_slow(what, seconds)
        try:
            self._cancelled = False
            reply = self._reply(request, what, seconds, deadline)
        finally:
            self._turn.release()
        if "error" in reply:
            raise _error(reply)
        return reply["answer"]

    def cancel(self) -> None:
        """End the request under way, from any thread."""
        child = self._child
        if child is not None and self._turn.locked():
            self._cancelled = True
            child.kill()

    def close(self) -> None:
        self.cancel()
        with self._turn:
            self._end()

    def _reply(self, request: Mapping[str, Any], what: str, seconds: float, deadline: float) -> Any:
        fresh = False
        while True:
            if self._child is None:
                self._child, fresh = self._start(), True
            try:
                return self._child.ask(request, deadline - time.monotonic())
            except ChildEnded as ended:
                self._end()
                if self._cancelled:
                    raise Unavailable(f"Reading {what} was cancelled.", code="cancelled") from None
                if fresh or ended.status > 0:
                    raise _crashed(what, ended.status) from None
                # It ended between two requests (idle, or killed by somebody): this one has not been tried yet.
            except TooSlow:
                self._end()
                raise _too_slow(what, seconds) from None
            except TooBig:
                self._end()
                raise _too_big(what, self._limits.memory) from None
            except BaseException:  # interrupted: its answer must not be taken for the next one's
                self._end()
                raise

    def _start(self) -> Child:
        try:
            return Child(self._limits, self._environ)
        except OSError as error:
            raise Unavailable(f"The table reader cannot be started: {error.strerror}.", code="no_reader") from error

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _error(reply: Mapping[str, Any]) -> BlockwrightError:
    family = {"NotFound": NotFound, "Unavailable": Unavailable}.get(reply["error"], Invalid)
    return family(str(reply["message"]), hint=str(reply["hint"]), code=str(reply["code"]))


def _too_slow(what: str, seconds: float) -> Unavailable:
    return Unavailable(
        f"Reading {what} took longer than {seconds:g} s.", hint="Ask for less, or for a simpler thing.", code="deadline"
    )


def _too_big(what: str, memory: int) -> Unavailable:
    return Unavailable(
        f"Reading {what} needed more than {memory >> 20:,} MiB of memory.",
        hint="Ask for fewer rows or columns, or do it in a block.",
        code="memory",
    )


def _crashed(what: str, status: int) -> Unavailable:
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return Unavailable(
        f"The table reader ended ({how}) while it read {what}.",
        hint="Its stored bytes may be damaged: run the block again to have them anew.",
        code="reader_ended",
    )
