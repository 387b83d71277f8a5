"""The guard: the process that outlives the fork server just long enough to end what it leaves behind.

It is the fork server's parent and a child subreaper, so that whatever the fork server had below it falls to the guard
when the fork server dies, whatever session, process group or environment it gave itself. The kernel tells the guard
that it is done: it has no children left. Only ``os`` may be imported before the fork: this process stays small.
"""

import os


def split() -> int:
    """Fork; the guard never returns, the child goes on as the fork server.

    The child gets the read end of a pipe that is closed when the guard dies, so that neither can be lost unnoticed.
    """
    ours, theirs = os.pipe()
    server = os.fork()
    if server:
        os.close(ours)
        _close_all_but(theirs)
        _stand_by(server)
    os.close(theirs)
    os.setsid()
    return ours


def _close_all_but(kept: int) -> None:
    """The guard holds no end of the engine's channel: it must not keep that open for a dead fork server."""
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    os.closerange(3, kept)
    os.closerange(kept + 1, highest + 1)


def _stand_by(server: int) -> None:
    import signal

    from blockwright.runner.kernel import adopt_orphans
    from blockwright.runner.processes import descendants, kill

    signal.signal(signal.SIGTERM, lambda _number, _frame: os.kill(server, signal.SIGTERM))
    adopt_orphans()
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            break
        if pid == server:
            code = os.waitstatus_to_exitcode(status)
        if code is not None:
            kill(descendants(os.getpid()))
    os._exit(128 - code if code is not None and code < 0 else code or 0)
