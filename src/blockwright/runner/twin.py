"""The fork server's twin: a process that stayed without pandas and its like, and bears those that need none of it.

What a fork costs is what its parent has in memory: each page is written down for the child, copied when one of the two
writes to it, and crossed out at the end. Without the libraries that is a third of it. The twin is forked off before
they are imported and holds nothing but our own code; the processes that it forks are the fork server's own children
(CLONE_PARENT), which waits for them as for any other. Whatever goes wrong with it, the fork server can do its work.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from blockwright.runner.birth import fresh_randomness, leave_parent, restore_environment
from blockwright.runner.kernel import die_with_parent, fork_sibling
from blockwright.runner.processes import memory_of
from blockwright.wire.messages import LIMIT

HEAVY = ("numpy", "pandas", "pyarrow")
"""Who imported one of these after all is better born with it the next time."""

_LIGHT_KINDS = frozenset({"block", "callback"})
_LIGHT_CODECS = frozenset({"json", "text", "bytes", "bytearray"})
_PATIENCE_SECONDS = 2.0
"""How long a birth may take: a twin that somebody stopped must not stop the fork server."""


def needs_nothing(spec: Mapping[str, Any]) -> bool:
    """Whether an attempt (the document of its spec) imports nothing from elsewhere and is given plain values. Declared
    checks are made by a library for frames."""
    return (
        not spec.get("preload")
        and not spec.get("checks")
        and spec.get("language") == "python"
        and spec.get("kind") in _LIGHT_KINDS
        and all(output.get("codec") in _LIGHT_CODECS for given in spec.get("inputs", ()) for output in _outputs(given))
    )


def _outputs(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    groups = [given, *(given.get("children") or ()), *(given.get("parts") or ())]
    return [output for group in groups for output in group.get("outputs") or ()]


@dataclass(frozen=True, slots=True)
class Born:
    """A process, and how much memory (bytes) it was born with."""

    pid: int
    inherited: int


class Twin:
    """The fork server's side. ``alive`` is a descriptor of the fork server that the twin has no use for."""

    def __init__(self, engine: socket.socket, alive: int) -> None:
        parent = os.getpid()
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(_PATIENCE_SECONDS)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(alive)
                self._orders.close()
                die_with_parent(parent)
                _Birthplace(parent, theirs, engine).live()
            finally:
                os._exit(70)
        theirs.close()
        self.lost = False

    @property
    def descriptor(self) -> int:
        return self._orders.fileno()

    def begin(self, *, cwd: str, restore: Mapping[str, str | None], kill_at: str | None) -> None:
        """Tell it what the engine's first message said."""
        self._order({"op": "begin", "cwd": cwd, "restore": restore, "kill_at": kill_at})

    def birth(self, start: bytes, descriptors: Sequence[int]) -> Born | None:
        """A process with the three ``descriptors`` (control, standard output and error); None when there is none to be
        had here, now or ever."""
        self._order({"op": "birth", "start": start.decode("ascii")}, descriptors)
        try:
            answer = b"" if self.lost else self._orders.recv(LIMIT)
        except OSError:
            answer = b""
        if not answer:
            self.end()
            return None
        born = json.loads(answer)
        if "error" in born:
            self.end()
            return None
        return Born(born["pid"], born["inherited"])

    def end(self) -> None:
        """It is not asked any more."""
        if not self.lost:
            self.lost = True
            try:
                os.kill(self.pid, signal.SIGKILL)
            except OSError:
                return

    def _order(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        if self.lost:
            return
        passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._orders.sendmsg([json.dumps(message).encode("ascii")], passed, socket.MSG_NOSIGNAL)
        except OSError:
            self.end()


class _Birthplace:
    """The twin's own side: it waits for orders, and nothing else."""

    def __init__(self, parent: int, orders: socket.socket, engine: socket.socket) -> None:
        self._parent = parent
        self._orders = orders
        self._engine = engine
        self._restore: Mapping[str, str | None] = {}
        self._kill_at: str | None = None

    def live(self) -> NoReturn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _warm_up()
        while True:
            message, descriptors, _flags, _address = socket.recv_fds(self._orders, LIMIT, 3)
            if not message:
                os._exit(0)
            order = json.loads(message)
            if order["op"] == "begin":
                os.chdir(order["cwd"])
                self._restore, self._kill_at = order["restore"], order["kill_at"]
            else:
                self._orders.send(json.dumps(self._birth(order["start"].encode("ascii"), descriptors)).encode("ascii"))

    def _birth(self, start: bytes, descriptors: Sequence[int]) -> dict[str, int]:
        inherited = memory_of()
        try:
            pid = fork_sibling()
        except OSError as error:
            return {"error": error.errno or 1}
        if pid == 0:
            self._live(start, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        return {"pid": pid, "inherited": inherited}

    def _live(self, start: bytes, control: int, out: int, errors: int) -> NoReturn:
        """The whole life of the child. It never returns into the twin's frames."""
        status = 70
        try:
            from blockwright.runner.life import Life
            from blockwright.runner.thread_pools import ThreadPools

            leave_parent(self._parent, [self._orders.detach()], (out, errors))
            fresh_randomness(None)
            restore = partial(restore_environment, self._restore)
            channel = socket.socket(fileno=control)
            life = Life(self._engine, channel, start, (out, errors), restore, ThreadPools(), self._kill_at)
            status = life.live(without=HEAVY)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)


def _warm_up() -> None:
    """While the fork server still imports."""
    import gc

    from blockwright.runner import rehearsal, surroundings

    surroundings.install()
    rehearsal.rehearse()
    gc.collect()
    gc.freeze()
