"""The first moments of a forked block process: it leaves the fork server's things behind and becomes its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from blockwright.runner.kernel import adopt_orphans, die_with_parent

HANDLED = (signal.SIGCHLD, signal.SIGTERM)
"""Signals that the fork server handles; they are blocked while it forks."""


_WORDS = 624
_WORDS_BYTES = _WORDS * 4

_handle: Callable[..., object] = getattr(signal.signal, "__wrapped__", signal.signal)
"""Without the wrapping, which makes an enum of the handler before, by way of an exception."""


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
        _handle(number, signal.SIG_DFL)
    _handle(signal.SIGINT, signal.default_int_handler)
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


@lru_cache(maxsize=1)
def generator_state(_generation: int) -> int | None:
    """The address of the words of numpy's global generator (a Mersenne twister, followed by the place in them), for
    ``fresh_randomness``; None where numpy is not loaded or keeps it otherwise.

    Looked up in the fork server, once for each ``generation`` of imported modules: only an import could change it.
    """
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None:
        return None
    name, words, *_, waiting, _ = numpy_random.get_state()
    address = numpy_random.get_bit_generator().ctypes.state_address if name == "MT19937" and not waiting else None
    return address if address and ctypes.string_at(address, _WORDS_BYTES) == words.tobytes() else None


def fresh_randomness(state: int | None) -> None:
    """A fork inherits numpy's global generator; without new entropy all blocks would draw the same numbers.

    Python's own ``random`` does this by itself. Written straight into the generator's ``state`` where that is known:
    ``seed`` would copy a hundred pages for it.
    """
    if state is not None:
        ctypes.memmove(state, os.urandom(_WORDS_BYTES), _WORDS_BYTES)
        ctypes.c_int.from_address(state + _WORDS_BYTES).value = _WORDS
    elif "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(list(os.urandom(16)))


def _prefer_for_out_of_memory() -> None:
    """When memory runs out the kernel picks the block first."""
    with contextlib.suppress(OSError):
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)  # ``open`` would import an encoding
        os.write(descriptor, b"1000")
        os.close(descriptor)
