"""The first moments of a forked block process: it leaves the fork server's things behind and becomes its own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable, Mapping

from blockwright.runner.kernel import adopt_orphans, die_with_parent

HANDLED = (signal.SIGCHLD, signal.SIGTERM)
"""Signals that the fork server handles; they are blocked while it forks."""


def leave_parent(parent: int, private: Iterable[int], outputs: tuple[int, int]) -> None:
    """Own process group, own descendants, default signals, standard output into ``outputs``.

    Called with the handled signals blocked. ``private`` are the fork server's file descriptors; what the child keeps
    of them would keep others' pipes open.
    """
    os.setpgid(0, 0)
    die_with_parent(parent)
    adopt_orphans()
    signal.set_wakeup_fd(-1)
    for number in HANDLED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)
    for descriptor in private:
        os.close(descriptor)
    os.dup2(outputs[0], 1)
    os.dup2(outputs[1], 2)
    _prefer_for_out_of_memory()


def restore_environment(originals: Mapping[str, str | None]) -> None:
    """Give the variables that the fork server was started with their values from before, for the user's code."""
    for name, value in originals.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def fresh_randomness() -> None:
    """A fork inherits numpy's global generator; without new entropy all blocks would draw the same numbers.

    Python's own ``random`` does this by itself.
    """
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(list(os.urandom(16)))


def _prefer_for_out_of_memory() -> None:
    """When memory runs out the kernel picks the block first."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
