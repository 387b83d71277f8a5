"""The start of a fork server's process, with hardly anything imported.

A command that will run blocks starts it before all else, since its imports take longer than the rest of a short run.
So what it needs beyond its environment is told later (``ForkServer.begin``), and this module is content with what
Python has loaded by itself: ``socket`` and ``subprocess`` alone would cost milliseconds.
"""

from __future__ import annotations

import _socket
import os

TYPE_CHECKING = False  # ``typing`` is not needed either
if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "BLOCKWRIGHT_ATTEMPT_TOKEN"
_KILL_VARIABLE = "BLOCKWRIGHT_KILL_AT"

_ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Numeric libraries must not start threads before the fork."""

_SPIN = "OPENBLAS_THREAD_TIMEOUT"
_SPIN_TICKS = "20"
"""Threads of OpenBLAS that have nothing to do keep a core busy for 2 to the power of so many clock ticks: here well
under a millisecond. With its own 26 a block that merely loads numpy takes a core from its neighbours for 25 ms."""

CHANGED = (*_ONE_THREAD, _SPIN)
"""Variables that differ in the fork server's environment; block processes get the user's values back."""


class Launched:
    """A process that was started, and our end of what ties us to it. ``errors`` is a file with what it complains."""

    __slots__ = ("channel", "errors", "pid", "token")

    def __init__(self, channel: _socket.socket, errors: int, pid: int, token: str) -> None:
        self.channel = channel
        self.errors = errors
        self.pid = pid
        self.token = token


def launch(python: str, environ: Mapping[str, str], token: str) -> Launched:
    """Start the process; raises OSError. ``token`` marks it and everything below it.

    ``-P``: modules in the working directory must not shadow others just because we were started there.
    """
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    errors = os.memfd_create("fork-server-errors", os.MFD_CLOEXEC)
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    actions: list[tuple[int, ...]] = [(os.POSIX_SPAWN_CLOSE, number) for number in _inherited()]
    actions += [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, errors, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
    os.set_inheritable(theirs.fileno(), True)
    command = [python, "-P", "-m", "blockwright.runner", "--fd", str(theirs.fileno()), "--token", token]
    try:
        pid = os.posix_spawn(python, command, _environment(environ, token), file_actions=actions, setsid=True)
    except OSError:
        ours.close()
        os.close(errors)
        raise
    finally:
        theirs.close()
        os.close(nothing)
    return Launched(ours, errors, pid, token)


def _environment(environ: Mapping[str, str], token: str) -> dict[str, str]:
    changed = {_SPIN: _SPIN_TICKS, **environ, **dict.fromkeys(_ONE_THREAD, "1"), TOKEN_VARIABLE: token}
    changed.pop(_KILL_VARIABLE, None)
    return changed


def _inherited() -> list[int]:
    """Open files that we were started with and that a program of ours would get: nobody's business there."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.get_inheritable(int(name)):
                found.append(int(name))
        except OSError:
            continue  # the folder's own
    return found
