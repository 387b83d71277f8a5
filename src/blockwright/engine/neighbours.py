"""Runs of other projects that a run of this process waits for, driven in this process as well: a command drives its
runs itself, and nobody else may be there to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from blockwright.core.errors import Conflict
from blockwright.core.runs.events import RetryAsked
from blockwright.core.runs.model import Run, RunId
from blockwright.engine.driver import Elsewhere, Engine

OpenEngine = Callable[[str, Elsewhere], Engine]
"""An engine for a project, with an executor of its own that is closed with it; it is told of runs elsewhere in turn."""


@dataclass
class _Helper:
    """Drives one run in a thread. An executor ends with the thread that started it, so it is opened and closed here."""

    run: Run
    engine: Engine | None = None
    error: Exception | None = None


@dataclass
class SeveralProjects:
    """Implements ``Driver``: what ``main`` drives, and what that waits for in other projects."""

    main: Engine
    open_engine: OpenEngine
    _helpers: dict[RunId, _Helper] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _reason: str | None = None

    def __post_init__(self) -> None:
        self.main.elsewhere = self.help

    def take(self, run_id: RunId, *, retry: RetryAsked | None = None, same_code: bool = False) -> None:
        self.main.take(run_id, retry=retry, same_code=same_code)

    def drive(self, run_id: RunId) -> Run:
        """Drive until this run, and everything that was begun for it, has ended."""
        try:
            return self.main.drive(run_id)
        finally:
            self._join()

    def ask_cancel(self, reason: str) -> None:
        """Safe in a signal handler: nothing is waited for."""
        self._reason = reason
        self.main.ask_cancel(reason)
        for engine in self._engines():
            engine.ask_cancel(reason)

    def look_now(self) -> None:
        self.main.look_now()
        for engine in self._engines():
            engine.look_now()

    def help(self, run: Run) -> None:
        """Drive a run of another project if nobody does. Raises what kept it from being driven."""
        from blockwright.services import products  # only here: few runs await another

        with self._lock:
            helper = self._helpers.get(run.id)
            if helper is None:
                if not products.abandoned(self.main.workspace, run):
                    return
                helper = self._helpers[run.id] = _Helper(run)
                thread = Thread(target=self._drive, args=(helper,), name=f"run {run.id}")
                self._threads.append(thread)
                thread.start()
        if helper.error is not None:
            raise helper.error

    def _drive(self, helper: _Helper) -> None:
        try:
            engine = self.open_engine(helper.run.project, self.help)
            try:
                helper.engine = engine
                if self._reason is not None:
                    engine.ask_cancel(self._reason)
                engine.take(helper.run.id)
                engine.drive(helper.run.id)
            except Conflict as error:
                if error.code != "owned":
                    raise
                self._helpers.pop(helper.run.id, None)  # somebody was faster; who knows whether to the end
            finally:
                helper.engine = None
                engine.executor.close()
        except Exception as error:  # the fence of this thread: whoever waits for the run raises it
            helper.error = error

    def _engines(self) -> list[Engine]:
        return [helper.engine for helper in list(self._helpers.values()) if helper.engine is not None]

    def _join(self) -> None:
        while self._threads:  # one of them may begin another
            self._threads.pop().join()
