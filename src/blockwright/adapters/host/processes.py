"""Processes of this host: ending those that a dead owner left behind, waking one that lives.

What is left behind is found by a token in its environment, which is what a process was started with and what its
forks inherit; nobody sheds the token without starting a program anew in another environment. Each process is pinned
by a descriptor before it is looked at, so that the signal never reaches another one with the same id.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from blockwright.core.errors import Unavailable

_PR_SET_PDEATHSIG = 1
_PATIENCE = 30.0
"""Seconds for killed processes to be gone; longer only when the kernel waits for a device."""


def end_processes(entry: bytes) -> int:
    """Kill every process of this host but our own whose environment has ``entry`` (``NAME=value``), wait until they
    are gone and look again, until there is none; returns how many there were. Processes of other users that we may
    not look at or kill are passed over."""
    ended = 0
    deadline = time.monotonic() + _PATIENCE
    while found := [pinned for pid in _others() if (pinned := _pin(pid, entry)) is not None]:
        # All are killed before any is waited for: each could start others as long as it lives.
        ended += len(found)
        try:
            _wait_gone(found, deadline)
        finally:
            for _, descriptor in found:
                os.close(descriptor)
    return ended


def signal_holder(pid: int, path: Path, number: signal.Signals) -> None:
    """Send a signal to process ``pid`` if it has the file ``path`` open and handles that signal.

    Both are looked at because an id tells little: it may be that of another process by now, or of one in another
    container, and a signal that a process does not handle would end it.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return
    try:
        with suppress(OSError):
            if _has_open(pid, path) and _handles(pid, number):
                signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def end_with(parent: int) -> None:
    """Be sent SIGTERM when the process ``parent``, which started this one, ends; at once when it has ended already."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _has_open(pid: int, path: Path) -> bool:
    wanted = path.stat()
    return any(_same_file(f"/proc/{pid}/fd/{name}", wanted) for name in os.listdir(f"/proc/{pid}/fd"))


def _same_file(path: str, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), wanted)
    except OSError:  # closed meanwhile
        return False


def _handles(pid: int, number: signal.Signals) -> bool:
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        (caught,) = (line.split()[1] for line in file if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (number - 1) & 1)


def _others() -> Iterator[int]:
    own = os.getpid()
    return (pid for name in os.listdir("/proc") if name.isdecimal() and (pid := int(name)) != own)


def _pin(pid: int, entry: bytes) -> tuple[int, int] | None:
    """Kill the process if it has ``entry``; returns its id and a descriptor that tells when it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # gone, or (EINVAL) no process but a thread
        return None
    killed = False
    try:
        # A process that has just ended has no environment left to read, and is none of our concern.
        with suppress(PermissionError, ProcessLookupError, FileNotFoundError):
            if _has(pid, entry):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                killed = True
    finally:
        if not killed:
            os.close(descriptor)
    return (pid, descriptor) if killed else None


def _has(pid: int, entry: bytes) -> bool:
    with open(f"/proc/{pid}/environ", "rb") as file:
        return entry in file.read().split(b"\0")


def _wait_gone(found: list[tuple[int, int]], deadline: float) -> None:
    poll = select.poll()
    left = {descriptor: pid for pid, descriptor in found}
    for descriptor in left:
        poll.register(descriptor, select.POLLIN)
    while left:
        gone = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if not gone:
            raise Unavailable(
                f"Killed processes do not end: {', '.join(map(str, sorted(left.values())))}.",
                hint="They wait for a device or a network drive; look at it, then try again.",
                code="attempts_alive",
            )
        for descriptor, _ in gone:
            poll.unregister(descriptor)
            del left[descriptor]
