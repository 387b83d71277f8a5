"""Where block processes are born."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
        process = self._of_twin() if light and not self.twin.lost else None
        return process or self._of_our_own(private)

    def _of_twin(self) -> BlockProcess | None:
        """None when it does not answer. What it may have borne all the same must not share its ends with anybody: it
        finds them closed, and leaves."""
        ends = _Ends()
        with ends.given_away():
            born = self.twin.birth(ends.start, [ends.theirs.fileno(), *ends.writers])
        if born is None:
            ends.close()
            return None
        return ends.process(born)

    def _of_our_own(self, private: Callable[[], Iterable[int]]) -> BlockProcess:
        from blockwright.runner.life import Life  # imported long before (see ``preloading``)

        generator_state(self.preloads.generation)  # known to the child, then
        inherited = memory_of()
        ends = _Ends()
        foreign = [*private(), self.twin.descriptor, *ends.readers]
        # A signal to the child that came before it has let go of our wake-up socket would be taken for one to us.
        signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            with ends.given_away():
                pid = fork()
                if pid == 0:
                    self._live(Life, ends.theirs, ends.start, [*foreign, ends.ours.detach()], ends.writers)
        except OSError:
            ends.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)
        return ends.process(Born(pid, inherited))

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


class _Ends:
    """What a block process is spoken to with, our ends and its own: a socket, and a pipe for each output."""

    def __init__(self) -> None:
        self.start = mark(os.urandom(8).hex())
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (out, self._out), (errors, self._errors) = os.pipe(), os.pipe()
        self.readers = (out, errors)

    @property
    def writers(self) -> tuple[int, int]:
        return self._out, self._errors

    @contextmanager
    def given_away(self) -> Iterator[None]:
        """While the process is made; then its ends are closed here."""
        try:
            yield
        finally:
            self.theirs.close()
            for descriptor in self.writers:
                os.close(descriptor)

    def close(self) -> None:
        self.ours.close()
        for descriptor in self.readers:
            os.close(descriptor)

    def process(self, born: Born) -> BlockProcess:
        _lead_own_group(born.pid)
        streams = (Stream("stdout", self.readers[0], self.start), Stream("stderr", self.readers[1], self.start))
        return BlockProcess(born.pid, self.ours, streams, born.inherited)


def _lead_own_group(pid: int) -> None:
    """The child does the same; whoever comes first, a signal to the group cannot miss it."""
    try:
        os.setpgid(pid, pid)
    except OSError:
        return  # it has already gone on, or is gone
