"""A command of ours on a terminal of its own, and the screen as a person sees it at the end."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import struct
import subprocess
import termios
from fcntl import ioctl

from tests.project import COMMAND, Project

SECONDS = 60.0
_CONTROL = re.compile(r"\x1b\[(\d*)([A-Za-z])")


class Terminal:
    """``shown`` is everything that was written so far."""

    def __init__(self, project: Project, *arguments: str, columns: int = 100) -> None:
        ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.shown = ""
        self._file = ours
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a read may end within a character
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=project.root,
            env={**project.surroundings({"TERM": "xterm"}), "NO_COLOR": ""},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, text: str) -> None:
        while text not in self.shown:
            assert self._read(), f"{text!r} did not come: {self.shown!r}"

    def type(self, text: str) -> None:
        os.write(self._file, text.encode())

    def finish(self) -> int:
        """Read to the end; returns the exit code."""
        while self._read():
            continue
        os.close(self._file)
        return self.process.wait(SECONDS)

    def screen(self) -> list[str]:
        """The lines that are left on the screen, without colours."""
        lines, row = [""], 0
        for part in re.split(r"(\x1b\[\d*(?:;\d+)*[A-Za-z]|\r\n|\n|\r)", self.shown):
            control = _CONTROL.fullmatch(part)
            if part in ("\r\n", "\n"):
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif control is not None and control[2] == "A":
                row -= int(control[1] or 1)
            elif control is not None and control[2] == "J":
                lines[row:] = [""]
            elif not part.startswith("\x1b") and part != "\r":
                lines[row] += part
        return [line for line in lines if line]

    def _read(self) -> bool:
        readable, _, _ = select.select([self._file], [], [], SECONDS)
        try:
            data = os.read(self._file, 65536) if readable else b""
        except OSError:  # the other side is closed: how a pseudo-terminal ends
            data = b""
        self.shown += self._decoder.decode(data)
        return bool(data)
