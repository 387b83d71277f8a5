"""Real shells in real terminals of this machine."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from blockwright.adapters.terminals.pseudo import Limits, PseudoTerminals
from blockwright.core.errors import Unavailable
from blockwright.ports.terminals import Terminal
from tests.processes import gone, marked

SECONDS = 60.0
ENVIRON = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/bash", "PS1": "$ ", "HOME": "/nowhere"}


class Watched:
    """Everything that a terminal has shown."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.text = b""
        self._news: queue.Queue[None] = queue.Queue()
        self._viewer = terminal.view(lambda: self._news.put(None))

    def until(self, wanted: bytes) -> bytes:
        deadline = time.monotonic() + SECONDS
        while wanted not in self.text:
            while (output := self._viewer.take()) is not None:
                self.text += output.data
                self._viewer.shown(output.start + len(output.data))
            if wanted in self.text:
                break
            assert time.monotonic() < deadline, self.text[-500:]
            try:
                self._news.get(timeout=1)
            except queue.Empty:
                continue
        return self.text

    def over(self) -> str:
        deadline = time.monotonic() + SECONDS
        while self.terminal.over is None:
            assert time.monotonic() < deadline
            try:
                self._news.get(timeout=1)
            except queue.Empty:
                continue
        return self.terminal.over


@pytest.fixture
def reasons() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, reasons: list[str]) -> Iterator[Callable[..., Terminal]]:
    opened: list[PseudoTerminals] = []

    def terminal(limits: Limits | None = None, **environ: str) -> Terminal:
        terminals = PseudoTerminals({**ENVIRON, **environ}, limits)
        opened.append(terminals)
        return terminals.open(tmp_path, person="ada", project="shop", columns=100, rows=30, ended=reasons.append)

    yield terminal
    for terminals in opened:
        terminals.close()


def test_a_shell_runs_in_the_folder_in_a_terminal_of_the_wished_size(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = start()
    watched = Watched(terminal)
    terminal.type(b"pwd; stty size; test -t 0 && echo a $TERM terminal\n")
    shown = watched.until(b"a xterm-256color terminal")
    assert str(tmp_path).encode() in shown
    assert b"30 100" in shown
    terminal.resize(77, 22)
    terminal.type(b"stty size\n")
    watched.until(b"22 77")


def test_everything_started_in_it_ends_with_it(
    start: Callable[..., Terminal], tmp_path: Path, reasons: list[str]
) -> None:
    terminal = start(MARK_OF_TEST=str(tmp_path))
    watched = Watched(terminal)
    terminal.type(
        b"trap '' HUP TERM; (setsid sleep 1111 &); nohup sleep 2222 >/dev/null 2>&1 & echo both $((1+1)) run\n"
    )
    watched.until(b"both 2 run")
    left = [*marked("sleep\x001111"), *marked("sleep\x002222"), *marked(f"MARK_OF_TEST={tmp_path}")]
    assert len(left) >= 4
    terminal.end("Closed.")
    gone(left)
    assert reasons == ["Closed."]
    assert watched.over() == "Closed."


def test_when_the_shell_ends_it_is_over_and_says_how(start: Callable[..., Terminal], reasons: list[str]) -> None:
    terminal = start()
    watched = Watched(terminal)
    terminal.type(b"echo last words; exit 7\n")
    assert watched.over() == "The shell ended with 7."
    assert b"last words" in watched.until(b"last words")
    assert reasons == ["The shell ended with 7."]


def test_a_flood_that_is_not_shown_does_not_fill_the_memory_and_can_be_interrupted(
    start: Callable[..., Terminal],
) -> None:
    terminal = start()
    viewer = terminal.view(lambda: None)  # takes nothing
    terminal.type(b"yes\n")
    before, deadline = -1, time.monotonic() + SECONDS
    while before != terminal.written or before < 1_000:
        before = terminal.written
        assert time.monotonic() < deadline
        time.sleep(0.3)  # that nothing more comes shows only after a while
    assert terminal.written < 2_000_000
    viewer.close()
    terminal.type(b"\x03echo after $((1 + 1)) floods\n")
    Watched(terminal).until(b"after 2 floods")


def test_what_no_program_reads_is_refused_in_the_end(start: Callable[..., Terminal]) -> None:
    terminal = start(Limits(typed=1_000))
    watched = Watched(terminal)
    terminal.type(b"stty raw -echo; echo now $((2 + 2)) deaf; sleep 600\n")
    watched.until(b"now 4 deaf")
    with pytest.raises(Unavailable, match="does not read"):
        type_much(terminal)


def type_much(terminal: Terminal) -> None:
    for _ in range(2_000):
        terminal.type(b"x" * 500)


def test_nobody_looks_and_nothing_happens_then_it_ends(start: Callable[..., Terminal], reasons: list[str]) -> None:
    terminal = start(Limits(unattended=0.1))
    deadline = time.monotonic() + SECONDS
    while terminal.over is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert reasons == ["Nobody looked at the terminal, and nothing happened in it."]


def test_one_person_has_only_so_many(tmp_path: Path) -> None:
    terminals = PseudoTerminals(ENVIRON, Limits(most_of_one=1))
    given = {"project": "shop", "columns": 80, "rows": 24, "ended": lambda _: None}
    try:
        terminals.open(tmp_path, person="ada", **given)  # type: ignore[arg-type]  # one dict for both calls
        with pytest.raises(Unavailable, match="too many"):
            terminals.open(tmp_path, person="ada", **given)  # type: ignore[arg-type]
        terminals.open(tmp_path, person="bob", **given)  # type: ignore[arg-type]
    finally:
        terminals.close()
    assert terminals.all() == []


def test_a_server_that_is_killed_takes_its_terminals_along(tmp_path: Path) -> None:
    script = dedent(
        """
        import os, sys, time
        from pathlib import Path
        from blockwright.adapters.terminals.pseudo import PseudoTerminals

        terminals = PseudoTerminals(dict(os.environ))
        terminal = terminals.open(Path.cwd(), person="a", project="p", columns=80, rows=24, ended=print)
        terminal.type(b"trap '' HUP; (setsid sleep 3333 &); sleep 4444 & touch started\\n")
        time.sleep(600)
        """
    )
    environ = {**ENVIRON, "MARK_OF_TEST": str(tmp_path)}
    server = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environ)
    try:
        deadline = time.monotonic() + SECONDS
        while not (tmp_path / "started").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        left = [pid for pid in marked(f"MARK_OF_TEST={tmp_path}") if pid != server.pid]
        assert len(left) >= 4
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    gone(left)
    assert marked(f"MARK_OF_TEST={tmp_path}") == []
    assert os.path.exists(tmp_path / "started")
