"""Where block processes are born."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from blockwright.runner.birth import HANDLED, fresh_randomness, generator_state, leave_parent, restore_environment
from blockwright.runner.block_processes import BlockProcess
from blockwright.runner.forks import fork
from blockwright.runner.preloading import Preloads
from blockwright.runner.processes import memory_of
from blockwright.runner.records import mark
from blockwright.runner.streams import Stream
from blockwright.runner.twin import Born, Twin

if TYPE_CHECKING:
    from blockwright.runner.life import Life


class Nursery:
    """Forks block processes. ``restore``: environment variables that user code must see as they were."""

    def __init__(
        self,
        engine: socket.socket,
        preloads: Preloads,
        twin: Twin,
        restore: Mapping[str, str | None],
        kill_at: str | None,
    ) -> None:
        self.preloads = preloads
        self.twin = twin
        self._engine = engine
        self._restore = restore
        self._kill_at = kill_at
        self._pid = os.getpid()

    def birth(self, private: Callable[[], Iterable[int]], *, light: bool = False) -> BlockProcess:
        """Fork a process that waits for its first order; raises OSError when the system has no more to give.

        ``private`` tells the descriptors that it may not keep. ``light``: of the twin, if it can.
        """
        start = mark(os.urandom(8).hex())
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        readers, writers = zip(os.pipe(), os.pipe(), strict=True)
        try:
            born = self.twin.birth(start, [theirs.fileno(), *writers]) if light else None
            if born is None:
                foreign = [*private(), self.twin.descriptor, *readers]
                born = self._fork(start, ours, theirs, foreign, (writers[0], writers[1]))
        except OSError:
            ours.close()
            for descriptor in readers:
                os.close(descriptor)
            raise
        finally:
            theirs.close()
            for descriptor in writers:
                os.close(descriptor)
        _lead_own_group(born.pid)
        streams = (Stream("stdout", readers[0], start), Stream("stderr", readers[1], start))
        return BlockProcess(born.pid, ours, streams, born.inherited)

    def _fork(
        self, start: bytes, ours: socket.socket, theirs: socket.socket, private: list[int], outputs: tuple[int, int]
    ) -> Born:
        from blockwright.runner.life import Life  # imported long before (see ``preloading``)

        generator_state(self.preloads.generation)  # known to the child, then
        inherited = memory_of()
        # A signal to the child that came before it has let go of our wake-up socket would be taken for one to us.
        signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            pid = fork()
            if pid == 0:
                self._live(Life, theirs, start, [*private, ours.detach()], outputs)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)
        return Born(pid, inherited)

    def _live(
        self,
        life: type[Life],
        control: socket.socket,
        start: bytes,
        private: list[int],
        outputs: tuple[int, int],
    ) -> NoReturn:
        """The whole life of the child. It never returns into the fork server's frames."""
        status = 70
        try:
            gc.disable()  # until the user's code begins (see ``life``): it would copy pages for nothing
            leave_parent(self._pid, private, outputs)
            fresh_randomness(generator_state(self.preloads.generation))
            restore = partial(restore_environment, self._restore)
            status = life(self._engine, control, start, outputs, restore, self.preloads.pools, self._kill_at).live()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)


def _lead_own_group(pid: int) -> None:
    """The child does the same; whoever comes first, a signal to the group cannot miss it."""
    try:
        os.setpgid(pid, pid)
    except OSError:
        return  # it has already gone on, or is gone
