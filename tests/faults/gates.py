"""Meeting points of a test and block code: named pipes, so that each waits for the other and nobody sleeps."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import gone, marked
from tests.project import Project

SECONDS = 60.0

ARRIVE = """
    import os, signal, time

    @{decorator}
    def step(*args, **kwargs):
        {before}
        with open(kwargs["gate"], "w") as gate:
            gate.write(f"{{os.getpid()}}\\n")
        {then}
        return 1
"""


class Gate:
    """Block code writes a line into ``path``; ``hear`` waits for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._heard = b""

    def hear(self) -> str:
        while b"\n" not in self._heard:
            readable, _, _ = select.select([self._file], [], [], SECONDS)
            assert readable, "the block did not come so far"
            self._heard += os.read(self._file, 1000)
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def tell(self, text: str) -> None:
        """Let block code go on that reads from ``path``."""
        os.write(self._file, text.encode())

    @contextmanager
    def beside(self, name: str) -> Iterator[Gate]:
        """Another gate in the same folder."""
        gate = Gate(self.path.parent / name)
        try:
            yield gate
        finally:
            gate.close()

    def close(self) -> None:
        os.close(self._file)


def arriving(then: str = "time.sleep(600)", *, before: str = "pass", decorator: str = "data_loader") -> str:
    """The code of a block that comes to the gate with its process id and then does ``then``."""
    return ARRIVE.format(decorator=decorator, before=before, then=then)


STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)"


@contextmanager
def gated(project: Project) -> Iterator[Gate]:
    """A gate for the project's blocks; afterwards no process of the project lives any more."""
    gate = Gate(project.root.parent / "gate")
    project.environ = {**project.environ, "BLOCKWRIGHT_TEST_MARK": str(project.root)}
    try:
        yield gate
        nobody_left(project)
    finally:
        for pid in marked(str(project.root)):
            os.kill(pid, signal.SIGKILL)
        gate.close()


def nobody_left(project: Project) -> None:
    """Every process of the project ends by itself."""
    gone(marked(str(project.root)))
