"""The process that stays: it listens, imports what models need, and forks the one that answers.

When the one that answers dies, the next is forked from what is imported already, so that it answers again as soon as
its models are loaded; whoever connects meanwhile waits in the queue of the socket, which stays open. No thread may be
started here, and no database opened: neither survives a fork.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from uvicorn import Config
from uvicorn import Server as Uvicorn

from blockwright.core.errors import BlockwrightError

log = logging.getLogger(__name__)

RESTART_SECONDS = 0.05
LONGEST_RESTART_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A child that lived so long has not died of how it was started."""
END_SECONDS = 5
_PR_SET_PDEATHSIG = 1


class Answering(Protocol):
    """Everything that the child opens, and closes at its end."""

    @property
    def app(self) -> Callable[..., object]: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Supervisor:
    """``make`` is called in the child; ``modules`` are imported here, before any fork. ``local``: only programs of this
    machine can connect, and are spoken to with the quickest parser there is; that one takes headers without end, so
    that everybody else gets one that does not."""

    def __init__(
        self,
        listening: socket.socket,
        url: str,
        make: Callable[[], Answering],
        modules: Iterable[str],
        *,
        local: bool,
    ) -> None:
        self.url = url
        self._listening = listening
        self._make = make
        self._modules = modules
        self._local = local
        self._child = 0
        self._wishes = 0

    @property
    def welcome(self) -> str:
        return ""

    def run(self, ready: Callable[[], None]) -> None:
        """Until ``stop``. ``ready`` is called in this process, as soon as the first child answers."""
        _import(self._modules)
        gc.collect()
        gc.freeze()
        try:
            self._keep_alive(ready)
        finally:
            self._listening.close()

    def stop(self) -> None:
        """Safe in a signal handler."""
        self._wishes += 1
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGTERM)

    def _is_stopped(self) -> bool:
        return self._wishes > 0  # changed by a signal handler at any moment

    def _keep_alive(self, ready: Callable[[], None]) -> None:
        pause, first = RESTART_SECONDS, True
        while not self._is_stopped():
            began = time.monotonic()
            told = self._fork()
            if self._is_stopped():
                self.stop()
            if _heard(told) and first:
                first = False
                ready()
            code = self._wait()
            self._child = 0
            if self._is_stopped():
                return
            if time.monotonic() - began >= STEADY_SECONDS:
                pause = RESTART_SECONDS
            log.warning("serving.ended code=%d again_in=%g", code, pause)
            deadline = time.monotonic() + pause
            while not self._is_stopped() and time.monotonic() < deadline:
                time.sleep(min(0.05, pause))
            pause = min(LONGEST_RESTART_SECONDS, pause * 2)

    def _wait(self) -> int:
        _, status = os.waitpid(self._child, 0)
        return os.waitstatus_to_exitcode(status)

    def _fork(self) -> int:
        """Fork the child that answers; gives the end of a pipe on which it says so."""
        hear, tell = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            os.close(tell)
            self._child = pid
            return hear
        code = 1
        try:
            os.close(hear)
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                return os._exit(0)
            self._answer(tell)
            code = 0
        except BlockwrightError as error:
            log.error("serving.failed error=%r hint=%r", str(error), error.hint)
        except BaseException:
            log.exception("serving.failed")
        finally:
            os._exit(code)

    def _answer(self, tell: int) -> None:
        config = Config(
            lambda: None,  # the app is put in its place below
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=END_SECONDS,
            timeout_keep_alive=60,
            http="auto" if self._local else "h11",
            h11_max_incomplete_event_size=64 * 1024,
            ws="none",
            lifespan="off",
        )
        server = _Quiet(config)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.end())
        answering = self._make()
        answering.start()
        config.app = answering.app
        server.tell = tell
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(server.serve(sockets=[self._listening]))
        finally:
            answering.stop()


class _Quiet(Uvicorn):
    """Leaves signals alone, and says when it answers."""

    tell = -1

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(self.tell, b"!")
        os.close(self.tell)

    def end(self) -> None:
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _heard(descriptor: int) -> bool:
    """Whether the child said that it answers before it ended."""
    try:
        return os.read(descriptor, 1) == b"!"
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # a library of the project that is not here: its models say so themselves
            log.warning("serving.not_imported module=%s problem=%r", module, str(error))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
