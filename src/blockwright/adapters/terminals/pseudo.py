"""The port ``Terminals`` by pseudo-terminals of this machine, each below a keeper process of its own."""

from __future__ import annotations

import fcntl
import getpass
import logging
import os
import pwd
import secrets
import select
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from blockwright.adapters.terminals.screen import Looking, Screen
from blockwright.core.errors import Unavailable
from blockwright.core.terminals import fitting
from blockwright.ports.terminals import Machine, Output, Terminal, Viewer

LOG = logging.getLogger("blockwright.terminals")

_KEEPER = Path(__file__).with_name("keeper.py")
_PIECE = 64 * 1024
_LOOK_SECONDS = 1.0
_START_SECONDS = 20.0
_END_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Limits:
    """``most`` terminals at once, ``most_of_one`` person; ``typed`` bytes that a program may not have read yet.
    ``unattended`` seconds that nobody looks and nothing happens end a terminal, ``idle`` seconds that nothing does."""

    most: int = 20
    most_of_one: int = 8
    typed: int = 1024 * 1024
    unattended: float = 30 * 60.0
    idle: float = 8 * 3600.0


class PseudoTerminals:
    """Implements ``Terminals``. ``environ`` is what shells get; secrets of the installation are not in it."""

    def __init__(self, environ: Mapping[str, str], limits: Limits | None = None) -> None:
        self._environ = environ
        self._limits = limits or Limits()
        self._lock = Lock()
        self._open: dict[str, PseudoTerminal] = {}
        self._closed = False

    @property
    def machine(self) -> Machine:
        try:
            user = getpass.getuser()
        except (KeyError, OSError):  # an account without a name, as in a container
            user = str(os.getuid())
        return Machine(socket.gethostname(), user)

    def open(
        self, folder: Path, *, person: str, project: str, columns: int, rows: int, ended: Callable[[str], None]
    ) -> Terminal:
        with self._lock:
            mine = sum(terminal.person == person for terminal in self._open.values())
            if self._closed or len(self._open) >= self._limits.most or mine >= self._limits.most_of_one:
                raise Unavailable("There are too many terminals.", hint="Close one.", code="too_many_terminals")

            def over(terminal: PseudoTerminal, reason: str) -> None:
                with self._lock:
                    self._open.pop(terminal.id, None)
                ended(reason)

            size = fitting((columns, rows))
            terminal = PseudoTerminal(folder, person, project, size, self._environ, self._limits, over)
            self._open[terminal.id] = terminal
        terminal.start()
        return terminal

    def all(self) -> list[Terminal]:
        with self._lock:
            return list(self._open.values())

    def close(self) -> None:
        with self._lock:
            self._closed = True
            found = list(self._open.values())
        for terminal in found:
            terminal.ask_to_end("The server has ended.")
        for terminal in found:
            terminal.end("The server has ended.")


class PseudoTerminal:
    """Implements ``Terminal``. One thread reads and writes the master end, which therefore never waits for anybody."""

    def __init__(
        self,
        folder: Path,
        person: str,
        project: str,
        size: tuple[int, int],
        environ: Mapping[str, str],
        limits: Limits,
        ended: Callable[[PseudoTerminal, str], None],
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.person = person
        self.project = project
        self.opened = datetime.now(UTC)
        self.over: str | None = None
        self._limits = limits
        self._ended = ended
        self._screen = Screen()
        self._lock = Lock()
        self._typed = bytearray()
        self._asked = ""
        self._gone = Event()
        self._touched = time.monotonic()
        self._wake, self._woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self._channel, self._keeper, self._master = _started(folder, size, _surroundings(environ))
        except BaseException:
            os.close(self._wake)
            os.close(self._woken)
            raise
        self._thread = Thread(target=self._serve, name="terminal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    # Any thread ------------------------------------------------------------------------------------------------------

    @property
    def written(self) -> int:
        return self._screen.written

    def view(self, news: Callable[[], None]) -> Viewer:
        self._touched = time.monotonic()
        viewer = _View(self, self._screen, self._screen.look(news))
        self._look_now()
        return viewer

    def type(self, data: bytes) -> None:
        with self._lock:
            if len(self._typed) + len(data) > self._limits.typed:
                raise Unavailable(
                    "The program in the terminal does not read what is typed.", hint="Interrupt it.", code="not_read"
                )
            self._typed += data
        self._touched = time.monotonic()
        self._look_now()

    def resize(self, columns: int, rows: int) -> None:
        columns, rows = fitting((columns, rows))
        with self._lock, suppress(OSError):
            if self.over is None:
                fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def ask_to_end(self, reason: str) -> None:
        self._asked = self._asked or reason
        self._look_now()

    def end(self, reason: str) -> None:
        self.ask_to_end(reason)
        if not self._gone.wait(_END_SECONDS):
            raise Unavailable("What was started in the terminal does not end.", code="terminal_alive")

    def _look_now(self) -> None:
        with self._lock, suppress(BlockingIOError):
            if self.over is None:
                os.write(self._woken, b".")

    # The terminal's thread -------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        reason = "The terminal failed."
        try:
            reason = self._until_over()
        except Exception:  # the fence of this thread: whatever happens, nothing of the terminal may live on
            LOG.exception("terminal.failed")
        self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._channel.close()  # if the keeper has not ended already, it does now
        try:
            self._keeper.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            LOG.error("terminal.alive pid=%s", self._keeper.pid)
        with self._lock:
            self.over = reason
            for descriptor in (self._master, self._wake, self._woken):
                os.close(descriptor)
        self._ended(self, reason)
        self._screen.finish()
        self._gone.set()

    def _until_over(self) -> str:
        read_again = 0.0
        while not self._asked:
            now = time.monotonic()
            if reason := self._too_long_idle(now):
                return reason
            pace = self._screen.pace()
            reads = pace != 0 and now >= read_again
            writable = [self._master] if self._typed else []
            wait = _LOOK_SECONDS if reads or pace == 0 else min(_LOOK_SECONDS, read_again - now)
            watched: list[Any] = [self._wake, self._channel, *([self._master] if reads else [])]
            ready, can_write, _ = select.select(watched, writable, [], wait)
            if self._wake in ready:
                os.read(self._wake, 4_096)
            if can_write:
                self._write()
            if self._master in ready:
                count = self._read()
                if count and pace:
                    read_again = now + count / pace
            if self._channel in ready:
                return self._last_words()
        return self._asked

    def _read(self) -> int:
        try:
            data = os.read(self._master, _PIECE)
        except OSError:  # nobody has the other end open: the keeper says in a moment that it is over
            select.select([self._channel.fileno(), self._wake], [], [], _LOOK_SECONDS)
            return 0
        self._touched = time.monotonic()
        self._screen.add(data)
        return len(data)

    def _write(self) -> None:
        with self._lock:
            try:
                count = os.write(self._master, self._typed[:4_096])
            except BlockingIOError:
                return
            except OSError:
                count = len(self._typed)  # nobody will read it
            del self._typed[:count]

    def _too_long_idle(self, now: float) -> str | None:
        idle = now - self._touched
        if not self._screen.watched and idle > self._limits.unattended:
            return "Nobody looked at the terminal, and nothing happened in it."
        return "Nothing happened in the terminal for long." if idle > self._limits.idle else None

    def _last_words(self) -> str:
        """Why the keeper ends, and what was written last."""
        word = self._channel.recv(100).decode(errors="replace")
        with suppress(OSError):
            while select.select([self._master], [], [], 0)[0] and (data := os.read(self._master, _PIECE)):
                self._screen.add(data)
        return f"The shell ended with {word.removeprefix('exited ')}." if word else "The terminal's keeper died."


@dataclass(eq=False)
class _View:
    """Implements ``Viewer``."""

    _terminal: PseudoTerminal
    _screen: Screen
    _looking: Looking

    def take(self) -> Output | None:
        return self._screen.take(self._looking)

    def shown(self, count: int) -> None:
        self._screen.shown(self._looking, count)
        self._terminal._look_now()

    def close(self) -> None:
        self._screen.leave(self._looking)
        self._terminal._look_now()


def _started(
    folder: Path, size: tuple[int, int], environ: Mapping[str, str]
) -> tuple[socket.socket, subprocess.Popen[bytes], int]:
    """The channel to the keeper, the keeper, and the master end."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", os.fspath(_KEEPER), str(size[0]), str(size[1]), environ["SHELL"]],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environ,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise Unavailable(f"No terminal can be started in `{folder}`: {error.strerror}.") from None
    ours.settimeout(_START_SECONDS)
    try:
        word, descriptors, _, _ = socket.recv_fds(ours, 100, 1)
    except OSError:
        word, descriptors = b"", []
    if word != b"ready" or len(descriptors) != 1:
        ours.close()
        keeper.kill()
        keeper.wait()
        raise Unavailable("The terminal's keeper did not start.", code="terminal_failed")
    os.set_blocking(descriptors[0], False)
    os.set_inheritable(descriptors[0], False)
    return ours, keeper, descriptors[0]


def _surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """What a login would set, and our own commands first in ``PATH``."""
    mine = str(Path(sys.executable).parent)
    path = environ.get("PATH", os.defpath)
    paths = path if mine in path.split(os.pathsep) else f"{mine}{os.pathsep}{path}"
    found = {**environ, "PATH": paths, "TERM": "xterm-256color", "COLORTERM": "truecolor", "SHELL": _shell(environ)}
    for name in ("LINES", "COLUMNS", "NO_COLOR"):
        found.pop(name, None)
    return found


def _shell(environ: Mapping[str, str]) -> str:
    wanted = environ.get("SHELL") or ""
    if not os.access(wanted, os.X_OK):
        with suppress(KeyError):
            wanted = pwd.getpwuid(os.getuid()).pw_shell
    return wanted if os.access(wanted, os.X_OK) else "/bin/sh"
