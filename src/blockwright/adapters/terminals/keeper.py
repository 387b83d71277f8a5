"""The process above a terminal's shell: everything that is started in the shell ends with it, or with the server.

Started as a program, with the standard library alone: ``keeper.py COLUMNS ROWS SHELL``. Standard input is its channel
to the server. It sends the terminal's master end as soon as the shell runs, and a word (``exited 0``) when that has
ended. A channel that is closed, by the server or by its death, ends everything. Not a death signal: that one comes when
the *thread* which started us ends.
"""

import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import termios
import time
from contextlib import suppress

SET_CHILD_SUBREAPER = 36
GRACE = 1.0
"""Seconds that programs have to end after a hang-up."""


def main() -> None:
    columns, rows, shell = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    channel = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the channel alone says when it is over
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    child = os.fork()
    if child == 0:
        _become(shell, slave)
    os.close(slave)
    socket.send_fds(channel, [b"ready"], [master])
    os.close(master)
    status = _wait(channel, child)
    _end_all()
    with suppress(OSError):  # nobody is left to hear it
        channel.sendall(b"exited %d" % status)


def _become(shell: str, slave: int) -> None:
    """The shell, leader of a session of its own whose terminal this is."""
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in (0, 1, 2):
            os.dup2(slave, number)
        os.closerange(3, 256)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execv(shell, [os.path.basename(shell)])
    finally:
        os._exit(127)


def _wait(channel: socket.socket, child: int) -> int:
    """Until the shell ends or the channel does; the shell's exit code, minus the signal that ended it."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    shell = os.pidfd_open(child)
    poll.register(shell, select.POLLIN)
    while True:
        ready = [number for number, _ in poll.poll(1_000)]
        if shell in ready:
            _, status = os.waitpid(child, 0)
            return os.waitstatus_to_exitcode(status)
        if channel.fileno() in ready:
            return 0
        _reap(but=child)


def _reap(but: int) -> None:
    """Orphans that fell to us and have ended; the shell itself is waited for elsewhere."""
    for pid in _children(os.getpid()):
        if pid != but:
            try:
                os.waitpid(pid, os.WNOHANG)
            except OSError:
                continue


def _end_all() -> None:
    """Hang up on everything below us, then kill what stays, until the kernel says that there is nothing."""
    number, deadline = signal.SIGHUP, time.monotonic() + GRACE
    for pid in _descendants():
        _send(pid, signal.SIGHUP)
        _send(pid, signal.SIGCONT)  # what is stopped hears nothing
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        if number == signal.SIGKILL:
            for pid in _descendants():
                _send(pid, number)
        time.sleep(0.01)


def _send(pid: int, number: int) -> None:
    with suppress(OSError):  # gone meanwhile
        os.kill(pid, number)


def _descendants() -> list[int]:
    found, waiting = [], _children(os.getpid())
    while waiting:
        found.extend(waiting)
        waiting = [child for parent in waiting for child in _children(parent)]
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
    except OSError:
        pass
    return found


if __name__ == "__main__":
    main()
